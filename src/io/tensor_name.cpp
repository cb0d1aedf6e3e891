#include "io/tensor_name.h"

#include "core/text.h"

namespace studio::io {

const char* bad_tensor_name(std::string_view name) {
    constexpr std::size_t kMost = 512;
    if (name.empty()) return "is empty";
    if (name.size() > kMost) return "is longer than 512 bytes";
    if (invalid_utf8_at(name)) return "is not valid UTF-8";
    if (escape_for_display(name, 8 * kMost) != name) return "contains control or invisible characters";
    return nullptr;
}

}  // namespace studio::io
