// Facts about the files and values of a model's parts.
#include <fmt/format.h>

#include "core/text.h"
#include "pipeline/model_parts.h"

namespace studio::pipeline {
namespace fs = std::filesystem;

using checkpoint::Recognised;

std::string files_identity(const std::vector<fs::path>& files) {
    std::string out;
    for (const fs::path& file : files) {
        std::error_code ec;
        const auto size = fs::file_size(file, ec);
        const auto time = fs::last_write_time(file, ec).time_since_epoch().count();
        out += fmt::format("{}|{}|{}\n", path_to_utf8(file), size, time);
    }
    return out;
}

std::uint64_t stored_bytes(const Recognised& part) {
    std::uint64_t sum = 0;
    for (const auto& tensor : part.tensors)
        sum += tensor.stored->nbytes;
    return sum;
}

std::uint64_t parameter_count(const Recognised& part) {
    std::uint64_t sum = 0;
    for (const auto& tensor : part.tensors) {
        std::uint64_t count = 1;
        for (const std::int64_t n : tensor.shape)
            count *= static_cast<std::uint64_t>(n);
        sum += count;
    }
    return sum;
}

}  // namespace studio::pipeline
