#include "io/content_kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "core/text.h"

namespace studio::io {
namespace {

constexpr const char* kDownloadAgain =
    "Delete it and download the model file itself again (on a model page: the download link, not the page).";
// The one place that names the recipe for old torch files. weights_only: the conversion runs no code of the file
// either.
constexpr const char* kConvert =
    "Use the .safetensors file of this model, or convert it in Python where torch is installed: "
    "torch.save(torch.load('OLD', map_location='cpu', weights_only=True), 'NEW.pth').";

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
    if (text.size() < lower.size()) return false;
    return std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char is) {
        return want == (is >= 'A' && is <= 'Z' ? static_cast<char>(is - 'A' + 'a') : is);
    });
}

/// A tar archive has its magic at byte 257; the first torch files were such.
bool is_tar(std::string_view raw) {
    return raw.size() > 262 && raw.substr(257, 5) == "ustar";
}

/// PROTO n, and not the length field of a safetensors file, whose ninth byte is a brace.
bool is_pickle(std::string_view raw) {
    if (raw.size() < 3 || raw[0] != '\x80' || raw[1] < 1 || raw[1] > 5) return false;
    return raw.size() < 9 || raw[8] != '{' || raw.substr(5, 3) != std::string_view("\0\0\0", 3);
}

bool is_other_archive(std::string_view raw) {
    using namespace std::string_view_literals;
    for (const auto magic : {"\x1F\x8B"sv, "7z\xBC\xAF"sv, "Rar!"sv,
                             "\xFD"
                             "7zXZ"sv,
                             "\x28\xB5\x2F\xFD"sv, "BZh"sv}) {
        if (raw.starts_with(magic)) return true;
    }
    return false;
}

ContentKind kind_of(std::string_view raw) {
    if (raw.starts_with("PK\x03\x04") || raw.starts_with("PK\x05\x06")) return ContentKind::kTorchZip;
    if (raw.starts_with("GGUF") || raw.starts_with("FUGG")) return ContentKind::kGguf;
    if (raw.starts_with("GGML") || raw.starts_with("GGJT") || raw.starts_with("GGMF")) return ContentKind::kOldGgml;
    if (is_tar(raw) || is_pickle(raw)) return ContentKind::kLegacyTorch;
    if (is_other_archive(raw)) return ContentKind::kOtherArchive;
    // The length field of a safetensors file may begin with any byte, but it ends with zeros, and text has none.
    std::string_view text = raw.substr(0, 8).find('\0') == raw.npos ? raw : std::string_view();
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (starts_with_ignoring_case(text, "<!doctype") || starts_with_ignoring_case(text, "<html") ||
        starts_with_ignoring_case(text, "<?xml")) {
        return ContentKind::kWebPage;
    }
    if (text.starts_with("version https://git-lfs") || text.starts_with("# xet")) return ContentKind::kPointer;
    if (!text.empty() && (text[0] == '{' || text[0] == '[')) return ContentKind::kJson;
    if (raw.size() >= 64 && raw.find_first_not_of('\0') == raw.npos) return ContentKind::kZeros;
    return ContentKind::kSafetensors;
}

std::string_view first_bytes(std::span<const std::byte> start) {
    return {reinterpret_cast<const char*>(start.data()), std::min<std::size_t>(start.size(), 512)};
}

}  // namespace

ContentKind content_kind(std::span<const std::byte> start) {
    return kind_of(first_bytes(start));
}

std::optional<Error> describe_wrong_content(std::span<const std::byte> start, const std::string& file) {
    const auto say = [&](ErrorCode code, const char* what, const char* fix) {
        return Error{code, fmt::format("{} contains {}.", escape_for_display(file, 1000), what), file, {}, fix, {}};
    };
    switch (content_kind(start)) {
        case ContentKind::kLegacyTorch:
            return say(ErrorCode::kUnsupported,
                       "a Python pickle or tar archive (an old torch file), which could run code when it is loaded",
                       kConvert);
        case ContentKind::kOldGgml:
            return say(ErrorCode::kCorruptFile, "a form of GGML that is older than GGUF, or a damaged GGUF file",
                       "Use a current GGUF file (version 2 or 3) of this model.");
        case ContentKind::kOtherArchive:
            return say(ErrorCode::kUnsupported, "a compressed archive", "Unpack it, then open the model file inside.");
        case ContentKind::kWebPage:
            return say(ErrorCode::kCorruptFile, "a web page, not a model", kDownloadAgain);
        case ContentKind::kPointer:
            return say(ErrorCode::kCorruptFile, "a Git LFS or Xet pointer, only a note about where the model is",
                       "Run 'git lfs pull' in the folder it came from, or download the file itself.");
        case ContentKind::kJson:
            return say(ErrorCode::kCorruptFile, "JSON text (often a server's error message), not a model",
                       kDownloadAgain);
        case ContentKind::kZeros:
            return say(ErrorCode::kCorruptFile, "zeros at its beginning, as an unfinished download leaves them",
                       kDownloadAgain);
        case ContentKind::kTorchZip:  // good files of these kinds, but not where a safetensors file was promised
            return say(ErrorCode::kUnsupported, "a zip archive (a torch .pth file has this form)", kConvert);
        case ContentKind::kGguf:
            return say(ErrorCode::kUnsupported, "a GGUF file", "Open the file itself, not through an index.");
        case ContentKind::kSafetensors:
            break;
    }
    return std::nullopt;
}

}  // namespace studio::io
