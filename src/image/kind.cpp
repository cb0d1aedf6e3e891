#include "image/kind.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace studio::image {
namespace {

using namespace std::string_view_literals;

std::string_view head(const Source& source, std::size_t size) {
    const auto bytes = source.bytes();
    return {reinterpret_cast<const char*>(bytes.data()), std::min(size, bytes.size())};
}

struct Signature {
    std::size_t offset;
    std::string_view text;
    const char* name;
};

// What people drop that is no picture this program reads; each gets its own name in the message.
constexpr std::array kForeign = {
    Signature{0, "II*\0"sv, "a TIFF or camera raw image"},
    Signature{0, "MM\0*"sv, "a TIFF or camera raw image"},
    Signature{0, "II+\0"sv, "a TIFF image"},
    Signature{0, "MM\0+"sv, "a TIFF image"},
    Signature{0, "IIRO"sv, "a camera raw image"},
    Signature{0, "IIU\0"sv, "a camera raw image"},
    Signature{0, "FUJIFILMCCD-RAW"sv, "a camera raw image"},
    Signature{0, "8BPS"sv, "a Photoshop document"},
    Signature{0, "%PDF-"sv, "a PDF document"},
    Signature{0, "%!PS"sv, "a PostScript vector image"},
    Signature{0, "\xff\x0a"sv, "a JPEG XL image"},
    Signature{0, "\0\0\0\x0cJXL \r\n\x87\n"sv, "a JPEG XL image"},
    Signature{0, "\0\0\0\x0cjP  \r\n\x87\n"sv, "a JPEG 2000 image"},
    Signature{0, "\xff\x4f\xff\x51"sv, "a JPEG 2000 image"},
    Signature{0, "\0\0\x01\0"sv, "an icon file"},
    Signature{0, "qoif"sv, "a QOI image"},
    Signature{0, "#?RADIANCE"sv, "a Radiance HDR image"},
    Signature{0, "v/1\x01"sv, "an OpenEXR image"},
    Signature{0, "DDS "sv, "a DDS texture"},
    Signature{0, "gimp xcf"sv, "a GIMP document"},
    Signature{0, "\x1f\x8b"sv, "a gzip archive (perhaps an SVGZ vector image)"},
    Signature{0, "PK\x03\x04"sv, "a ZIP archive"},
    Signature{0, "\x1a\x45\xdf\xa3"sv, "a Matroska or WebM video"},
    Signature{0, "#EXTM3U"sv, "a playlist"},
    Signature{0, "ffconcat"sv, "a list of videos"},
    Signature{0, "OggS"sv, "an Ogg video or sound"},
    Signature{0, "FLV\x01"sv, "a Flash video"},
    Signature{0, "GGUF"sv, "a model file"},
    Signature{8, "AVI "sv, "an AVI video"},
    Signature{8, "WAVE"sv, "a sound file"},
};

/// ISO media: the brand tells a video from HEIC and AVIF.
const char* iso_media(std::string_view bytes) {
    if (bytes.size() < 12 || bytes.substr(4, 4) != "ftyp") return nullptr;
    const std::string_view brand = bytes.substr(8, 4);
    if (brand == "avif" || brand == "avis") return "an AVIF image";
    for (const auto heif : {"heic"sv, "heix"sv, "hevc"sv, "heim"sv, "heis"sv, "mif1"sv, "msf1"sv})
        if (brand == heif) return "a HEIC image";
    if (brand == "jxl ") return "a JPEG XL image";
    if (brand == "crx ") return "a camera raw image";
    return "a video";
}

std::string lower_text(std::string_view bytes) {
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
    std::string text;
    for (const char c : bytes)
        if (c != '\0') text.push_back(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
    return text.substr(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
}

Result<Kind> textual(const Source& source) {
    const std::string text = lower_text(head(source, 4096));
    if (text.starts_with("<")) {
        if (text.find("<svg") != std::string::npos || text.find("<!doctype svg") != std::string::npos)
            return source.not_read("a vector image (SVG)");
        const bool is_page = text.find("<html") != std::string::npos || text.starts_with("<!doctype html") ||
                             text.find("<body") != std::string::npos || text.find("<head") != std::string::npos;
        return source.damaged(is_page ? "it holds a web page instead of a picture"
                                      : "it holds text instead of a picture");
    }
    const auto bytes = source.bytes();
    if (bytes.size() < 4) return source.damaged(fmt::format("it has only {} bytes", bytes.size()));
    const std::string_view start = head(source, 512);
    const bool is_text = std::all_of(start.begin(), start.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\r' || c == '\t';
    });
    return source.damaged(is_text ? "it holds text instead of a picture"
                                  : "it is not an image, or its beginning is destroyed");
}

}  // namespace

std::string to_string(Kind kind) {
    switch (kind) {
        case Kind::kPng:
            return "PNG";
        case Kind::kJpeg:
            return "JPEG";
        case Kind::kWebp:
            return "WebP";
        case Kind::kBmp:
            return "BMP";
        case Kind::kGif:
            return "GIF";
    }
    return "image";
}

Result<Kind> kind_of(const Source& source) {
    const std::string_view bytes = head(source, 64);
    if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return Kind::kPng;
    if (bytes.starts_with("\xff\xd8\xff"sv)) return Kind::kJpeg;
    if (bytes.starts_with("RIFF") && bytes.substr(std::min<std::size_t>(8, bytes.size())).starts_with("WEBP"))
        return Kind::kWebp;
    if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return Kind::kGif;
    // "BM" alone begins many texts: the size of the information header must be one that exists.
    if (bytes.starts_with("BM") && bytes.size() >= 18 && bytes[15] == 0 && bytes[16] == 0 && bytes[17] == 0 &&
        std::string_view("\x0c\x28\x34\x38\x40\x6c\x7c").find(bytes[14]) != std::string_view::npos)
        return Kind::kBmp;
    if (const char* const name = iso_media(bytes)) return source.not_read(name);
    for (const Signature& s : kForeign)
        if (bytes.size() >= s.offset + s.text.size() && bytes.substr(s.offset, s.text.size()) == s.text)
            return source.not_read(s.name);
    return textual(source);
}

}  // namespace studio::image
