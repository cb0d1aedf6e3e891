#include "io/safetensors_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "core/text.h"
#include "io/atomic_file.h"

namespace studio::io {
namespace {

Error refused(const std::string& name, const std::string& why) {
    return invalid_argument(escape_for_display(name),
                            fmt::format("Tensor {} cannot be written: {}.", escape_for_display(name), why),
                            "Give every tensor one name, a valid shape and bytes that fit it.");
}

Result<std::uint64_t> checked_size(const TensorBytes& tensor) {
    std::uint64_t product = size_of(tensor.dtype);
    for (const std::int64_t dim : tensor.shape) {
        if (dim < 0) return refused(tensor.name, "it has a negative dimension");
        const auto factor = static_cast<std::uint64_t>(dim);
        if (factor != 0 && product > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) / factor) {
            return refused(tensor.name, "its shape overflows 64 bits");
        }
        product *= factor;
    }
    if (product != tensor.bytes.size()) {
        return refused(tensor.name, fmt::format("its shape needs {} bytes, it has {}", product, tensor.bytes.size()));
    }
    if (tensor.name.empty() || tensor.name == "__metadata__" || invalid_utf8_at(tensor.name)) {
        return refused(tensor.name, "its name is empty, reserved or not UTF-8");
    }
    return product;
}

}  // namespace

Result<void> write_safetensors(const std::filesystem::path& path, std::span<const TensorBytes> tensors,
                               const std::map<std::string, std::string>& metadata) {
    // Larger element types first, as the reference writer does: with the padded header every tensor is then aligned.
    std::vector<const TensorBytes*> order;
    for (const TensorBytes& tensor : tensors)
        order.push_back(&tensor);
    std::sort(order.begin(), order.end(), [](const TensorBytes* a, const TensorBytes* b) {
        const std::size_t left = size_of(a->dtype), right = size_of(b->dtype);
        return left != right ? left > right : a->name < b->name;
    });
    nlohmann::ordered_json header = nlohmann::ordered_json::object();
    if (!metadata.empty()) header["__metadata__"] = metadata;
    std::map<std::string, bool> seen;
    std::uint64_t reached = 0;
    for (const TensorBytes* tensor : order) {
        if (!seen.emplace(tensor->name, true).second) return refused(tensor->name, "the name is used twice");
        STUDIO_TRY(nbytes, checked_size(*tensor));
        header.emplace(tensor->name, nlohmann::ordered_json{{"dtype", safetensors_name(tensor->dtype)},
                                                            {"shape", tensor->shape},
                                                            {"data_offsets", {reached, reached + nbytes}}});
        reached += nbytes;
    }
    std::string text = header.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    text.append((8 - text.size() % 8) % 8, ' ');
    std::byte length[8];
    for (std::size_t i = 0; i < 8; ++i)
        length[i] = static_cast<std::byte>((std::uint64_t{text.size()} >> (8 * i)) & 0xFF);

    STUDIO_TRY(file, AtomicFile::create(path));
    STUDIO_TRY_VOID(file.write(std::span<const std::byte>(length)));
    STUDIO_TRY_VOID(file.write(text));
    for (const TensorBytes* tensor : order)
        STUDIO_TRY_VOID(file.write(tensor->bytes));
    return file.commit_replacing();
}

}  // namespace studio::io
