// component/inputs.h - tensors of the --inputs file, by name with prefixes, checked for shape and type before use.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/checkpoint.h"
#include "tensor/torch_compat.h"

namespace studio::component {

/// A size that a shape must have, or kAny (at least 1).
constexpr std::int64_t kAny = -1;

/// The file is mapped; only what is asked for is touched. All errors name the file and the tensor as the caller calls
/// it.
class Inputs {
  public:
    /// No file: every tensor is absent.
    /// Errors   throws Failure: those of io::Checkpoint::open.
    Inputs(std::optional<std::filesystem::path> path, std::vector<std::string> prefixes);

    bool has(std::string_view name) const { return find(name) != nullptr; }

    /// Tensors whose stored type may differ as long as every value survives (BF16 for F32, I32 for I64).
    /// Errors   throws Failure: InvalidArgument, field --inputs, without a file; NotFound for a missing tensor;
    /// CorruptFile
    ///          for a wrong shape or values that the type cannot hold.
    at::Tensor f32(std::string_view name, const std::vector<std::int64_t>& shape, const char* meaning) const;
    at::Tensor i64(std::string_view name, const std::vector<std::int64_t>& shape, const char* meaning) const;
    at::Tensor of_type(std::string_view name, at::ScalarType type, const std::vector<std::int64_t>& shape,
                       const char* meaning) const;
    std::optional<at::Tensor> optional_f32(std::string_view name, const std::vector<std::int64_t>& shape,
                                           const char* meaning) const;
    std::optional<at::Tensor> optional_i64(std::string_view name, const std::vector<std::int64_t>& shape,
                                           const char* meaning) const;
    /// Any rank; the caller checks the shape with `refuse`.
    at::Tensor f32_any_shape(std::string_view name) const;

    /// Throw what a wrong tensor throws: `message` says what is wrong, `expected` what is needed.
    [[noreturn]] void refuse(std::string_view name, const std::string& message, const std::string& expected) const;

  private:
    const io::TensorInfo* find(std::string_view name) const;
    at::Tensor read(std::string_view name, at::ScalarType type) const;
    at::Tensor read_checked(std::string_view name, at::ScalarType type, const std::vector<std::int64_t>& shape,
                            const char* meaning) const;

    std::optional<std::filesystem::path> path_;
    std::vector<std::string> prefixes_;
    std::shared_ptr<const io::Checkpoint> file_;
};

/// "[1, 3, 5]".
std::string shape_text(at::IntArrayRef shape);

}  // namespace studio::component
