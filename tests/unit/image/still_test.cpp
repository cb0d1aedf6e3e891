// Pictures that people bring, good ones: every kind, orientation, depth, profile. tests/data/images/make.py made them.
#include "image/still.h"

#include <gmock/gmock.h>
#include <zlib.h>

#include <cstdlib>
#include <fstream>

#include "support/temp_folder.h"

namespace studio::image {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::filesystem::path picture(const std::string& name) {
    return std::filesystem::path(STUDIO_TEST_DATA) / "images" / name;
}

struct Rgb {
    int r, g, b;
};

Rgb pixel(const Frame& frame, int x, int y) {
    const std::size_t at =
        (static_cast<std::size_t>(y) * static_cast<std::size_t>(frame.width) + static_cast<std::size_t>(x)) * 3;
    return {frame.rgb[at], frame.rgb[at + 1], frame.rgb[at + 2]};
}

void expect_near(Rgb got, Rgb want, int tolerance, const std::string& what) {
    EXPECT_LE(std::abs(got.r - want.r), tolerance) << what << ": red " << got.r << " for " << want.r;
    EXPECT_LE(std::abs(got.g - want.g), tolerance) << what << ": green " << got.g << " for " << want.g;
    EXPECT_LE(std::abs(got.b - want.b), tolerance) << what << ": blue " << got.b << " for " << want.b;
}

/// The base picture of make.py: 24 x 16, red, green and blue thirds, darker downwards.
void expect_base(const Frame& frame, int tolerance, const std::string& what) {
    ASSERT_EQ(frame.width, 24) << what;
    ASSERT_EQ(frame.height, 16) << what;
    ASSERT_EQ(frame.rgb.size(), 24u * 16u * 3u) << what;
    expect_near(pixel(frame, 1, 0), {255, 0, 0}, tolerance, what + " top left");
    expect_near(pixel(frame, 22, 0), {0, 0, 255}, tolerance, what + " top right");
    expect_near(pixel(frame, 1, 15), {135, 0, 0}, tolerance, what + " bottom left");
    expect_near(pixel(frame, 12, 15), {0, 135, 0}, tolerance, what + " bottom middle");
}

std::string be32_crc(const std::string& body) {
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()));
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
        out.push_back(static_cast<char>(crc >> shift));
    return out;
}

TEST(Still, EveryKindIsReadByContent) {
    for (const char* name :
         {"plain.png", "plain.bmp", "plain.gif", "plain.webp", "interlaced.png", "sixteen_bit.png"}) {
        const auto still = read_still(picture(name));
        ASSERT_TRUE(still) << name << ": " << still.error().message;
        expect_base(still->pixels, 0, name);
        EXPECT_THAT(still->notices, IsEmpty()) << name;
    }
    expect_base(read_still(picture("progressive.jpg"))->pixels, 3, "progressive");
    const test::TempFolder folder;
    std::filesystem::copy_file(picture("plain.webp"), folder.path() / "named.png");
    EXPECT_EQ(read_still(folder.path() / "named.png")->info.format, "WebP");
}

// Row 85.
TEST(Still, AllEightOrientationsStandUpright) {
    for (int i = 1; i <= 8; ++i) {
        const std::string name = "orientation_" + std::to_string(i) + ".jpg";
        const auto still = read_still(picture(name));
        ASSERT_TRUE(still) << name;
        expect_base(still->pixels, 3, name);
        EXPECT_EQ(still->info.width, 24) << name;
        const auto info = read_still_info(picture(name));
        EXPECT_EQ(info->width, 24) << name;
        EXPECT_EQ(info->height, 16) << name;
    }
    expect_base(read_still(picture("orientation_6.png"))->pixels, 0, "png");
    expect_base(read_still(picture("orientation_6.webp"))->pixels, 0, "webp");
}

// Row 86: a directory that points at itself, 60 kB of maker note, a position; an offset past the end.
TEST(Still, OddExifIsIgnored) {
    expect_base(read_still(picture("exif_loop.jpg"))->pixels, 3, "loop");
    expect_base(read_still(picture("exif_garbage.jpg"))->pixels, 3, "garbage");
}

// Row 87.
TEST(Still, EveryDepthBecomesRgb) {
    for (const char* name : {"grey.png", "grey.jpg", "grey_alpha.png"}) {
        const auto still = read_still(picture(name));
        ASSERT_TRUE(still) << name;
        const Rgb corner = pixel(still->pixels, 0, 0);
        expect_near(corner, {76, 76, 76}, 1, name);
    }
    expect_base(read_still(picture("palette.png"))->pixels, 12, "palette");
    const auto one = read_still(picture("one_bit.png"));
    ASSERT_TRUE(one);
    for (const std::uint8_t value : one->pixels.rgb)
        EXPECT_TRUE(value == 0 || value == 255);
}

// Row 84: inks in both conventions give the same picture, and nothing is inverted.
TEST(Still, InksAreNotInverted) {
    for (const char* name : {"cmyk_adobe.jpg", "cmyk_plain.jpg"}) {
        const auto still = read_still(picture(name));
        ASSERT_TRUE(still) << name;
        expect_near(pixel(still->pixels, 2, 8), {0, 255, 255}, 3, name);     // cyan
        expect_near(pixel(still->pixels, 12, 8), {255, 0, 255}, 3, name);    // magenta
        expect_near(pixel(still->pixels, 21, 8), {127, 127, 127}, 3, name);  // half black
    }
}

// Row 88. The expected colour is Little CMS's own, through Pillow.
TEST(Still, ProfilesAreConverted) {
    for (const char* name : {"icc_wide.png", "icc_wide.jpg", "icc_wide.webp"}) {
        const auto still = read_still(picture(name));
        ASSERT_TRUE(still) << name;
        expect_near(pixel(still->pixels, 3, 3), {215, 93, 31}, 2, name);
        EXPECT_THAT(still->notices, IsEmpty()) << name;
    }
    const auto srgb = read_still(picture("icc_srgb.png"));
    expect_near(pixel(srgb->pixels, 3, 3), {200, 100, 50}, 0, "sRGB");
}

TEST(Still, ABrokenProfileIsIgnoredWithANotice) {
    for (const char* name : {"icc_broken.jpg", "icc_broken.png", "icc_wrong_class.jpg", "icc_20_mb.png"}) {
        const auto still = read_still(picture(name));
        ASSERT_TRUE(still) << name << ": " << still.error().message;
        expect_near(pixel(still->pixels, 3, 3), {200, 100, 50}, 2, name);
        EXPECT_THAT(still->notices, Contains(HasSubstr("profile"))) << name;
        EXPECT_EQ(still->notices.size(), 1u) << name;
    }
}

// Row 90.
TEST(Still, TransparencyIsFilledWithTheBackgroundAndSaid) {
    for (const char* name : {"alpha.png", "alpha.webp"}) {
        StillOptions options;
        options.background = {10, 20, 30};
        const auto still = read_still(picture(name), options);
        ASSERT_TRUE(still) << name;
        EXPECT_THAT(still->notices, Contains(HasSubstr("transparent"))) << name;
        // The mask rises from clear at the top to opaque at the bottom.
        expect_near(pixel(still->pixels, 1, 0), {10, 20, 30}, 12, std::string(name) + " top");
        expect_near(pixel(still->pixels, 1, 15), {135, 0, 0}, 12, std::string(name) + " bottom");
    }
}

// Rows 83 and 91.
TEST(Still, OfAMovingPictureTheFirstFrameIsTakenAndSaid) {
    for (const char* name : {"moving.gif", "moving.webp", "moving.png", "moving_gif_named.png"}) {
        const auto still = read_still(picture(name));
        ASSERT_TRUE(still) << name << ": " << still.error().message;
        expect_base(still->pixels, 0, name);
        EXPECT_THAT(still->notices, Contains(HasSubstr("animated"))) << name;
    }
}

// Row 89: what HDR viewers add is left aside: a second picture behind the first (gain map), a PNG's HDR colour chunk.
TEST(Still, TheBaseOfAnHdrPictureIsUsed) {
    const test::TempFolder folder;
    const std::string jpeg = test::read_file(picture("orientation_1.jpg"));
    const auto gain_map = folder.write("gain_map.jpg", jpeg + test::read_file(picture("icc_wide.jpg")));
    expect_base(read_still(gain_map)->pixels, 3, "gain map");
    std::string png = test::read_file(picture("plain.png"));
    const std::string cicp("\0\0\0\4cICP\x09\x10\0\1", 12), crc = be32_crc(cicp.substr(4));
    png.insert(33, cicp + crc);  // behind the header
    expect_base(read_still(folder.write("hdr.png", png))->pixels, 0, "cICP");
}

}  // namespace
}  // namespace studio::image
