// tests/unit/model/golden_model.h - the tiny golden networks as something to run.
#pragma once
#include <gtest/gtest.h>

#include "checkpoint/recognise.h"
#include "core/error.h"
#include "tensor/torch_compat.h"
#include "tensor/weights.h"

namespace studio::test {

inline std::filesystem::path golden_folder(const std::string& name) {
    return std::filesystem::path(STUDIO_TEST_DATA) / "golden" / name;
}

inline checkpoint::Recognised golden_weights(const std::string& name, checkpoint::Role role) {
    return checkpoint::open_as(golden_folder(name) / "weights.safetensors", role).value();
}

inline std::map<std::string, at::Tensor> golden_io(const std::string& name) {
    return read_tensors(golden_folder(name) / "io.safetensors");
}

inline double relative_error(const at::Tensor& got, const at::Tensor& want) {
    if (got.sizes() != want.sizes()) return std::numeric_limits<double>::infinity();
    const at::Tensor g = got.to(at::kDouble), w = want.to(at::kDouble);
    return (at::linalg_vector_norm(g - w) / at::linalg_vector_norm(w)).item<double>();
}

/// The code of the Failure that `body` throws; message and fix must say something.
template <class F>
Error failure_of(F&& body) {
    try {
        body();
    } catch (const Failure& failure) {
        EXPECT_FALSE(failure.error().message.empty());
        EXPECT_FALSE(failure.error().fix.empty());
        return failure.error();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

}  // namespace studio::test
