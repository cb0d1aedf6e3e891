#include "convert/stream_writer.h"

#include <fmt/format.h>

#include <bit>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "io/atomic_file.h"

namespace studio::convert {
namespace {

std::string header_text(std::span<const OutTensor> tensors, std::uint64_t align_data,
                        const std::map<std::string, std::string>& metadata) {
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::uint64_t reached = 0;
    for (const OutTensor& tensor : tensors) {
        const std::uint64_t end = reached + tensor.bytes();
        header[tensor.name] = {
            {"dtype", io::safetensors_name(tensor.dtype)}, {"shape", tensor.shape}, {"data_offsets", {reached, end}}};
        reached = end;
    }
    std::string text = header.dump();
    const std::uint64_t start = 8 + text.size(), aligned = (start + align_data - 1) / align_data * align_data;
    text.append(static_cast<std::size_t>(aligned - start), ' ');
    return text;
}

}  // namespace

std::uint64_t OutTensor::bytes() const {
    std::uint64_t count = io::size_of(dtype);
    for (const std::int64_t side : shape)
        count *= static_cast<std::uint64_t>(side);
    return count;
}

Result<void> write_stream(const std::filesystem::path& target, std::span<const OutTensor> tensors,
                          std::uint64_t align_data, const std::map<std::string, std::string>& metadata) {
    const auto exists = [&] {
        return invalid_argument("DST",
                                fmt::format("{} exists already.", escape_for_display(path_to_utf8(target), 1000)),
                                "Choose another name, or move that file away.");
    };
    std::error_code ignored;
    if (std::filesystem::exists(target, ignored)) return exists();
    STUDIO_TRY(file, io::AtomicFile::create(target));
    const std::string header = header_text(tensors, align_data, metadata);
    const std::uint64_t length = header.size();
    std::byte prefix[8];
    for (int i = 0; i < 8; ++i)
        prefix[i] = static_cast<std::byte>(length >> (8 * i) & 0xFF);
    STUDIO_TRY_VOID(file.write(prefix));
    STUDIO_TRY_VOID(file.write(header));
    for (const OutTensor& tensor : tensors) {
        std::uint64_t written = 0;
        STUDIO_TRY_VOID(tensor.produce([&](std::span<const std::byte> bytes) {
            written += bytes.size();
            return file.write(bytes);
        }));
        if (written != tensor.bytes())
            return internal_error(
                fmt::format("{} was announced with {} bytes and came with {}.", tensor.name, tensor.bytes(), written));
    }
    STUDIO_TRY(is_placed, file.commit_new());
    if (!is_placed) return exists();
    return {};
}

}  // namespace studio::convert
