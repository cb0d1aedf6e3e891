// Pictures that are none, or claim too much: refused by name, before memory is taken. Rows of the fault table in
// comments.
#include <gmock/gmock.h>
#include <zlib.h>

#include <chrono>
#include <fstream>

#include "image/still.h"
#include "support/temp_folder.h"

namespace studio::image {
namespace {

using namespace std::string_literals;

std::string be32(std::uint32_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(value >> shift));
    return out;
}

std::string chunk(const std::string& kind, const std::string& data) {
    const std::string body = kind + data;
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    return be32(static_cast<std::uint32_t>(data.size())) + body + be32(static_cast<std::uint32_t>(crc));
}

std::string deflated(const std::string& data) {
    uLongf size = compressBound(static_cast<uLong>(data.size()));
    std::string out(size, '\0');
    compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
              static_cast<uLong>(data.size()), 9);
    out.resize(size);
    return out;
}

std::string png(std::uint32_t width, std::uint32_t height, const std::string& rows, char bits = 8, char kind = 2) {
    return "\x89PNG\r\n\x1a\n" + chunk("IHDR", be32(width) + be32(height) + std::string{bits, kind, 0, 0, 0}) +
           chunk("IDAT", deflated(rows)) + chunk("IEND", "");
}

std::string rows(int width, int height) {
    return std::string(static_cast<std::size_t>(height) * (1 + static_cast<std::size_t>(width) * 3), '\0');
}

class Hostile : public ::testing::Test {
  protected:
    std::filesystem::path write(const std::string& name, const std::string& bytes) {
        const auto path = folder_.path() / name;
        std::ofstream(path, std::ios::binary) << bytes;
        return path;
    }
    /// Refused with that code, the file named, and a sentence that says what to do.
    void refused(const std::string& name, const std::string& bytes, ErrorCode code, const std::string& word) {
        const auto path = write(name, bytes);
        const auto start = std::chrono::steady_clock::now();
        const auto still = read_still(path);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        ASSERT_FALSE(still) << name;
        EXPECT_EQ(to_string(still.error().code), to_string(code)) << name << ": " << still.error().message;
        EXPECT_THAT(still.error().message, ::testing::HasSubstr(word)) << name;
        EXPECT_EQ(still.error().file, path.string()) << name;
        EXPECT_FALSE(still.error().fix.empty()) << name;
        EXPECT_LT(seconds, 2) << name;
        const auto info = read_still_info(path);
        if (!info) {
            EXPECT_EQ(info.error().code, code) << name;
        }
    }
    test::TempFolder folder_;
};

TEST_F(Hostile, Row77NothingInIt) {
    refused("empty.png", "", ErrorCode::kCorruptFile, "empty");
    refused("one.png", "x", ErrorCode::kCorruptFile, "1 bytes");
    refused("text.png", "this is only text, and quite long at that\n", ErrorCode::kCorruptFile, "text");
    refused("page.png", "<!DOCTYPE html><html><body>404</body></html>", ErrorCode::kCorruptFile, "web page");
}

TEST_F(Hostile, Row78TinyOnesAreRead) {
    for (const auto& [width, height] : {std::pair{1, 1}, std::pair{1, 10000}, std::pair{3, 3}}) {
        const auto still = read_still(write("tiny.png", png(width, height, rows(width, height))));
        ASSERT_TRUE(still) << width << " x " << height;
        EXPECT_EQ(still->pixels.height, height);
    }
}

TEST_F(Hostile, Row81And82TooLargeByHeader) {
    refused("bomb.png", png(20000, 20000, std::string(400000, '\0')), ErrorCode::kUnsupported, "20000 x 20000");
    refused("row.png", png(60000, 60000, rows(600, 1)), ErrorCode::kUnsupported, "60000 x 60000");
    refused("sides.png", png(0x80000000u, 0x80000000u, ""), ErrorCode::kUnsupported, "megapixels");
    refused("long.png", png(40000, 2, rows(40000, 2)), ErrorCode::kUnsupported, "40000 x 2");
    refused("zero.png", png(0, 5, ""), ErrorCode::kCorruptFile, "0 x 5");
    refused("wide.bmp", "BM"s + std::string(12, '\0') + "\x28\0\0\0\0\0\1\0\0\0\1\0\1\0\x18\0"s + std::string(24, '\0'),
            ErrorCode::kUnsupported, "65536 x 65536");
    refused("wide.gif", "GIF89a\xff\xff\xff\xff\0\0\0"s, ErrorCode::kUnsupported, "65535 x 65535");
}

TEST_F(Hostile, Row83Damaged) {
    const std::string good = png(64, 64, rows(64, 64));
    refused("half.png", good.substr(0, good.size() / 2), ErrorCode::kCorruptFile, "ends early");
    refused("no_end.png", good.substr(0, good.size() - 12), ErrorCode::kCorruptFile, "ends early");
    std::string crc = good;
    crc[crc.size() - 14] = static_cast<char>(crc[crc.size() - 14] ^ 1);  // the checksum of the pixels, not the pixels
    refused("crc.png", crc, ErrorCode::kCorruptFile, "damaged");
    refused("few_rows.png", png(64, 64, rows(64, 10)), ErrorCode::kCorruptFile, "damaged");
    refused("head.jpg", "\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"s, ErrorCode::kCorruptFile, "damaged");
    std::ifstream file(std::filesystem::path(STUDIO_TEST_DATA) / "images" / "orientation_1.jpg", std::ios::binary);
    const std::string jpeg((std::istreambuf_iterator<char>(file)), {});
    refused("half.jpg", jpeg.substr(0, jpeg.size() - 120), ErrorCode::kCorruptFile, "ends early");
    std::ifstream webp_file(std::filesystem::path(STUDIO_TEST_DATA) / "images" / "plain.webp", std::ios::binary);
    const std::string webp((std::istreambuf_iterator<char>(webp_file)), {});
    refused("half.webp", webp.substr(0, webp.size() / 2), ErrorCode::kCorruptFile, "damaged");
    refused("head.webp", webp.substr(0, 14), ErrorCode::kCorruptFile, "damaged");
}

TEST_F(Hostile, Row84UnusualJpegs) {
    // A frame header that says 12 bits; one that says lossless.
    const std::string start = "\xff\xd8"s, sizes = "\0\x10\0\x10\1\1\x11\0"s,
                      scan = "\xff\xda\0\x08\1\1\0\0\x3f\0\xff\xd9"s;
    refused("deep.jpg", start + "\xff\xc1\0\x0b\x0c"s + sizes + scan, ErrorCode::kUnsupported, "12 or 16 bits");
    refused("lossless.jpg", start + "\xff\xc3\0\x0b\x08"s + sizes + scan, ErrorCode::kUnsupported, "lossless");
}

// A progressive header of a few bytes that would make libjpeg keep coefficients of gigabytes.
TEST_F(Hostile, ProgressiveClaimsAreCounted) {
    const std::string size = "\x3e\x80\x3e\x80"s;  // 16000 x 16000, below the limit of pixels
    refused("claims.jpg",
            "\xff\xd8\xff\xc2\0\x11\x08"s + size + "\3\1\x11\0\2\x11\0\3\x11\0"s + "\xff\xda\0\x08\1\1\0\0\0\0"s +
                "\xff\xd9"s,
            ErrorCode::kUnsupported, "progressive");
}

TEST_F(Hostile, Row93VectorImages) {
    for (const char* text :
         {"<svg xmlns='http://www.w3.org/2000/svg'><rect/></svg>", "<?xml version='1.0'?>\n<!DOCTYPE svg>\n<svg/>",
          "\xef\xbb\xbf  <svg/>", "<?xml version='1.0'?><!DOCTYPE svg [<!ENTITY a 'aaaa'>]><svg>&a;</svg>",
          "<svg><image href='http://127.0.0.1/x.png'/></svg>"})
        refused("drawing.png", text, ErrorCode::kUnsupported, "vector image");
    refused("drawing.svgz", "\x1f\x8b\x08\0", ErrorCode::kUnsupported, "SVGZ");
}

TEST_F(Hostile, Row94OtherFormatsByName) {
    const auto iso = [](const std::string& brand) { return "\0\0\0\x18"s + "ftyp" + brand + std::string(40, '\0'); };
    const std::pair<std::string, const char*> kinds[] = {
        {iso("heic"), "HEIC"},
        {iso("mif1"), "HEIC"},
        {iso("avif"), "AVIF"},
        {"\xff\x0a"s + std::string(30, '\0'), "JPEG XL"},
        {"II*\0"s + std::string(30, '\0'), "TIFF"},
        {"MM\0*"s + std::string(30, '\0'), "TIFF"},
        {"8BPS"s + std::string(30, '\0'), "Photoshop"},
        {"%PDF-1.7\n"s + std::string(30, ' '), "PDF"},
        {iso("crx "), "raw"},
        {"\0\0\0\x0cjP  \r\n\x87\n"s + std::string(30, '\0'), "JPEG 2000"}};
    for (const auto& [bytes, name] : kinds) {
        refused("photo.jpg", bytes, ErrorCode::kUnsupported, name);
        EXPECT_THAT(read_still(folder_.path() / "photo.jpg").error().fix, ::testing::HasSubstr("PNG or JPEG"));
    }
}

// No second file and no address is opened: they are refused by their first bytes.
TEST_F(Hostile, Row95VideosAndListsNamedAsPictures) {
    refused("film.jpg", "\0\0\0\x18"s + "ftypisom" + std::string(40, '\0'), ErrorCode::kUnsupported, "video");
    refused("film.png", "\x1a\x45\xdf\xa3"s + std::string(40, '\0'), ErrorCode::kUnsupported, "video");
    refused("list.jpg", "#EXTM3U\nhttp://127.0.0.1:1/x.ts\n", ErrorCode::kUnsupported, "playlist");
    refused("concat.jpg", "ffconcat version 1.0\nfile '/etc/passwd'\n", ErrorCode::kUnsupported, "list of videos");
}

// Row 92: a lossless WebP whose code lengths are nonsense, every byte of the body turned in turn.
TEST_F(Hostile, Row92TurnedBytesNeverCrash) {
    for (const char* name :
         {"plain.webp", "plain.png", "orientation_6.jpg", "plain.gif", "plain.bmp", "icc_wide.jpg"}) {
        std::ifstream file(std::filesystem::path(STUDIO_TEST_DATA) / "images" / name, std::ios::binary);
        const std::string good((std::istreambuf_iterator<char>(file)), {});
        for (std::size_t at = 0; at < good.size(); at += good.size() / 60 + 1) {
            for (const char mask : {'\x01', '\xff'}) {
                std::string bad = good;
                bad[at] = static_cast<char>(bad[at] ^ mask);
                const auto still = read_still(write("turned", bad));
                if (still) {
                    EXPECT_EQ(still->pixels.rgb.size(), static_cast<std::size_t>(still->pixels.width) *
                                                            static_cast<std::size_t>(still->pixels.height) * 3);
                } else {
                    EXPECT_FALSE(still.error().fix.empty());
                }
            }
        }
    }
}

TEST_F(Hostile, NotAFileAtAll) {
    EXPECT_EQ(read_still(folder_.path() / "gone.png").error().code, ErrorCode::kNotFound);
    EXPECT_EQ(read_still(folder_.path()).error().code, ErrorCode::kIo);
    EXPECT_EQ(read_still("/dev/zero").error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace studio::image
