#include "io/content_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/text.h"

namespace studio::io {
namespace {

constexpr const char* kDownloadAgain =
    "Delete it and download the model file itself again (on a model page: the download link, not the page).";
constexpr const char* kConvert =
    "Use the .safetensors file of this model, or convert it with the safetensors package for Python.";

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
    if (text.size() < lower.size()) return false;
    return std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char is) {
        return want == (is >= 'A' && is <= 'Z' ? static_cast<char>(is - 'A' + 'a') : is);
    });
}

struct Kind {
    const char* what;
    ErrorCode code;
    const char* fix;
};

std::optional<Kind> kind_of(std::string_view raw) {
    std::string_view text = raw;
    if (text.rfind("\xEF\xBB\xBF", 0) == 0) text.remove_prefix(3);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (starts_with_ignoring_case(text, "<!doctype") || starts_with_ignoring_case(text, "<html") ||
        starts_with_ignoring_case(text, "<?xml")) {
        return Kind{"a web page, not a model", ErrorCode::kCorruptFile, kDownloadAgain};
    }
    if (text.rfind("version https://git-lfs", 0) == 0) {
        return Kind{"a Git LFS pointer, only a note about where the model is", ErrorCode::kCorruptFile,
                    "Run 'git lfs pull' in the folder it came from, or download the file itself."};
    }
    if (!text.empty() && (text[0] == '{' || text[0] == '[')) {
        return Kind{"JSON text (often a server's error message), not a model", ErrorCode::kCorruptFile, kDownloadAgain};
    }
    if (raw.rfind("PK\x03\x04", 0) == 0) {
        return Kind{"a zip archive (a torch .pth file has this form)", ErrorCode::kUnsupported, kConvert};
    }
    if (raw.rfind("GGUF", 0) == 0) return Kind{"a GGUF file", ErrorCode::kUnsupported, kConvert};
    if (raw.size() > 2 && raw[0] == '\x80' && raw[1] >= 1 && raw[1] <= 5 && raw.find_first_not_of('\0', 2) == 2) {
        return Kind{"a Python pickle (an old torch file)", ErrorCode::kUnsupported, kConvert};
    }
    if (raw.rfind("\x1F\x8B", 0) == 0 || raw.rfind("7z\xBC\xAF", 0) == 0 || raw.rfind("Rar!", 0) == 0) {
        return Kind{"a compressed archive", ErrorCode::kUnsupported,
                    "Unpack it, then open the .safetensors file inside."};
    }
    if (raw.size() >= 64 && raw.find_first_not_of('\0') == raw.npos) {
        return Kind{"zeros at its beginning, as an unfinished download leaves them", ErrorCode::kCorruptFile,
                    kDownloadAgain};
    }
    return std::nullopt;
}

}  // namespace

std::optional<Error> describe_wrong_content(std::span<const std::byte> start, const std::string& file) {
    const std::string_view raw(reinterpret_cast<const char*>(start.data()), std::min<std::size_t>(start.size(), 512));
    const auto kind = kind_of(raw);
    if (!kind) return std::nullopt;
    return Error{kind->code, fmt::format("{} contains {}.", escape_for_display(file, 1000), kind->what),
                 file,       {},
                 kind->fix,  {}};
}

}  // namespace studio::io
