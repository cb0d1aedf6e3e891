// tests/golden/model/golden.h - load a golden case, compare by relative L2.
#pragma once
#include <gtest/gtest.h>

#include "checkpoint/recognise.h"
#include "tensor/torch_compat.h"
#include "tensor/weights.h"

namespace studio::golden {

using Tensors = std::map<std::string, at::Tensor>;

inline std::filesystem::path folder(const std::string& name) {
    return std::filesystem::path(STUDIO_TEST_DATA) / "golden" / name;
}

inline Tensors inputs(const std::string& name) {
    return read_tensors(folder(name) / "io.safetensors");
}

inline checkpoint::Recognised weights(const std::string& name, checkpoint::Role role) {
    return checkpoint::open_as(folder(name) / "weights.safetensors", role).value();
}

/// Written so that NaN and a wrong shape fail.
inline void expect_close(const at::Tensor& got, const at::Tensor& want, double bound, const std::string& what) {
    ASSERT_EQ(got.sizes(), want.sizes()) << what;
    const at::Tensor g = got.to(at::kDouble), w = want.to(at::kDouble);
    const double norm = at::linalg_vector_norm(w).item<double>();
    ASSERT_GT(norm, 0.0) << what << ": the expected values are all zero";
    const double error = at::linalg_vector_norm(g - w).item<double>() / norm;
    EXPECT_TRUE(error <= bound) << what << ": relative L2 " << error << ", allowed " << bound;
    std::printf("    %-28s relative L2 %.2e\n", what.c_str(), error);
}

}  // namespace studio::golden
