#include "core/check.h"

#include <fmt/format.h>

#include "core/error.h"
#include "core/log.h"

namespace studio {

void check_failed(const char* condition, const std::string& message, std::source_location where) {
    std::string_view file = where.file_name();
    if (const auto cut = file.rfind("src/"); cut != std::string_view::npos) file.remove_prefix(cut);
    const std::string text = fmt::format("{} ({}:{}: {} does not hold)", message, file, where.line(), condition);
    log::error("internal check failed: {}", text);
    throw Failure(internal_error(text));
}

}  // namespace studio
