// fuzz/checkpoint_promises.h - what every reader of checkpoints promises, whatever the bytes were.
#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "core/text.h"
#include "fuzz/target.h"
#include "io/checkpoint.h"
#include "io/finite.h"
#include "io/read_values.h"

namespace studio::fuzz {

/// A checkpoint over bytes in memory, so that the values of what a reader accepted can be read.
class InMemory final : public io::Checkpoint {
  public:
    InMemory(std::span<const std::byte> file, std::vector<io::TensorInfo> tensors)
        : file_(file), tensors_(std::move(tensors)) {}
    std::span<const io::TensorInfo> tensors() const override { return tensors_; }
    const io::TensorInfo* find(std::string_view) const override { return nullptr; }
    std::span<const std::byte> bytes(const io::TensorInfo& t) const override {
        return file_.subspan(t.offset, t.nbytes);
    }
    Result<void> verify_unchanged() const override { return {}; }
    std::span<const std::filesystem::path> files() const override { return {&path_, 1}; }
    const std::map<std::string, std::string>& metadata() const override { return metadata_; }
    const std::filesystem::path& config_path() const override { return path_; }
    const std::filesystem::path& path() const override { return path_; }
    std::string_view container() const override { return "memory"; }
    const std::filesystem::path& main_file() const override { return path_; }

  private:
    std::span<const std::byte> file_;
    std::vector<io::TensorInfo> tensors_;
    std::filesystem::path path_ = "input";
    std::map<std::string, std::string> metadata_;
};

inline void require_complete(const Error& error) {
    require(error.code == ErrorCode::kCorruptFile || error.code == ErrorCode::kUnsupported, "only these two errors");
    require(!error.message.empty() && !error.fix.empty() && error.file == "input", "errors are complete");
    require(!invalid_utf8_at(error.message) && !invalid_utf8_at(error.field), "messages are UTF-8");
    require(error.message.find('\n') == std::string::npos, "messages are one line");
}

/// Every byte that a tensor's shape and strides reach lies in its range, and the range in the file. Then reads the
/// values.
inline void require_readable(std::span<const std::byte> file, const std::vector<io::TensorInfo>& tensors) {
    const std::uint64_t most = std::max<std::uint64_t>(file.size(), 1 << 20);
    for (const io::TensorInfo& tensor : tensors) {
        require(tensor.offset <= file.size() && tensor.nbytes <= file.size() - tensor.offset, "data lies in the file");
        require(tensor.strides.empty() || tensor.strides.size() == tensor.shape.size(),
                "one stride for each dimension");
        std::uint64_t count = 1, last = 0;
        for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
            const auto extent = static_cast<std::uint64_t>(tensor.shape[d]);
            require(tensor.shape[d] >= 0 && (extent == 0 || count <= 8 * most / extent),
                    "no shape is larger than the file");
            count *= extent;
            if (!tensor.strides.empty()) last += (extent - 1) * static_cast<std::uint64_t>(tensor.strides[d]);
        }
        const io::BlockFormat block = io::block_format(tensor.dtype);
        const std::uint64_t values = tensor.strides.empty() ? count : count == 0 ? 0 : last + 1;
        require(values / static_cast<std::uint64_t>(block.elements) * static_cast<std::uint64_t>(block.bytes) ==
                    tensor.nbytes,
                "bytes fit shape and strides");
    }
    require(
        std::is_sorted(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) { return a.name < b.name; }),
        "sorted by name");
    const InMemory checkpoint(file, tensors);
    std::uint64_t budget = 1 << 16;  // values; an input must not take long
    for (const io::TensorInfo& tensor : checkpoint.tensors()) {
        std::vector<float> values(std::min(budget, io::value_count(tensor)));
        io::read_values(checkpoint, tensor, io::value_count(tensor) - values.size(), values);
        budget -= values.size();
        if (tensor.nbytes <= 4096 && io::value_count(tensor) <= 4096) (void)io::require_finite(checkpoint, tensor);
    }
}

}  // namespace studio::fuzz
