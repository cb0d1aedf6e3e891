// Photos of 24, 50 and 200 megapixels: read, the large ones reduced, in little memory. Rows 79 and 80 of the fault
// table.
#include <gmock/gmock.h>

#include <cstdio>
// jpeglib.h needs size_t and FILE before it.
#include <jpeglib.h>
#include <png.h>

#include "core/platform.h"
#include "image/still.h"
#include "support/temp_folder.h"

namespace studio::image {
namespace {

/// Red grows to the right, green downwards; written row by row.
std::vector<std::uint8_t> row_of(int y, int width, int height) {
    std::vector<std::uint8_t> row(static_cast<std::size_t>(width) * 3);
    for (int x = 0; x < width; ++x) {
        row[static_cast<std::size_t>(x) * 3] = static_cast<std::uint8_t>(std::int64_t{x} * 255 / width);
        row[static_cast<std::size_t>(x) * 3 + 1] = static_cast<std::uint8_t>(std::int64_t{y} * 255 / height);
        row[static_cast<std::size_t>(x) * 3 + 2] = 90;
    }
    return row;
}

void write_jpeg(const std::filesystem::path& path, int width, int height) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    jpeg_compress_struct jpeg;
    jpeg_error_mgr errors;
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = static_cast<JDIMENSION>(width);
    jpeg.image_height = static_cast<JDIMENSION>(height);
    jpeg.input_components = 3;
    jpeg.in_color_space = JCS_RGB;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 90, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    for (int y = 0; y < height; ++y) {
        auto row = row_of(y, width, height);
        JSAMPROW rows[] = {row.data()};
        jpeg_write_scanlines(&jpeg, rows, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    std::fclose(file);
}

void write_png(const std::filesystem::path& path, int width, int height) {
    std::FILE* const file = std::fopen(path.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, nullptr, nullptr, nullptr);
    png_infop info = png_create_info_struct(png);
    png_init_io(png, file);
    png_set_compression_level(png, 1);
    png_set_filter(png, 0, PNG_FILTER_SUB);
    png_set_IHDR(png, info, static_cast<png_uint_32>(width), static_cast<png_uint_32>(height), 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(png, info);
    for (int y = 0; y < height; ++y)
        png_write_row(png, row_of(y, width, height).data());
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    std::fclose(file);
}

void expect_gradient(const Frame& frame, int tolerance) {
    const auto near = [&](int x, int y, int c, int want) {
        const auto at =
            (static_cast<std::size_t>(y) * static_cast<std::size_t>(frame.width) + static_cast<std::size_t>(x)) * 3;
        EXPECT_NEAR(frame.rgb[at + static_cast<std::size_t>(c)], want, tolerance)
            << x << ", " << y << ", channel " << c;
    };
    for (const double share : {0.1, 0.5, 0.9}) {
        const int x = static_cast<int>(frame.width * share), y = static_cast<int>(frame.height * share);
        near(x, y, 0, static_cast<int>(share * 255));
        near(x, y, 1, static_cast<int>(share * 255));
        near(x, y, 2, 90);
    }
}

TEST(Large, Row79ACameraPhotoIsReadWhole) {
    const test::TempFolder folder;
    write_jpeg(folder.path() / "24.jpg", 6000, 4000);
    const auto still = read_still(folder.path() / "24.jpg");
    ASSERT_TRUE(still) << still.error().message;
    EXPECT_EQ(still->pixels.width, 6000);
    EXPECT_TRUE(still->notices.empty());
    expect_gradient(still->pixels, 3);
}

TEST(Large, Row80PhonePhotosAreReducedInLittleMemory) {
    const test::TempFolder folder;
    write_jpeg(folder.path() / "50.jpg", 8660, 5774);
    const auto fifty = read_still(folder.path() / "50.jpg");
    ASSERT_TRUE(fifty) << fifty.error().message;
    EXPECT_EQ(fifty->pixels.width, 8660);
    write_jpeg(folder.path() / "200.jpg", 16320, 12240);
    const auto still = read_still(folder.path() / "200.jpg");
    ASSERT_TRUE(still) << still.error().message;
    EXPECT_EQ(still->pixels.width, 8160);
    EXPECT_EQ(still->pixels.height, 6120);
    EXPECT_EQ(still->info.width, 16320);
    ASSERT_EQ(still->notices.size(), 1u);
    EXPECT_THAT(still->notices.front(), ::testing::HasSubstr("8160 x 6120"));
    expect_gradient(still->pixels, 3);
}

TEST(Large, APngIsAveragedRowByRow) {
    const test::TempFolder folder;
    write_png(folder.path() / "81.png", 9001, 9001);  // a ragged edge for both factors
    const auto still = read_still(folder.path() / "81.png");
    ASSERT_TRUE(still) << still.error().message;
    EXPECT_EQ(still->pixels.width, 4501);
    EXPECT_EQ(still->pixels.height, 4501);
    expect_gradient(still->pixels, 2);
    // The last column and row stand for one column and row of the file, not for two.
    const std::uint8_t* const corner = &still->pixels.rgb[still->pixels.rgb.size() - 3];
    EXPECT_NEAR(corner[0], 254, 1);
    EXPECT_NEAR(corner[1], 254, 1);
    EXPECT_NEAR(corner[2], 90, 1);
}

// Last, for all of the above: the process never held much more than the largest result.
TEST(Large, ZMemoryStayedSmall) {
#ifdef __SANITIZE_ADDRESS__
    GTEST_SKIP() << "the sanitizer keeps freed memory and shadows it";
#endif
    EXPECT_LT(platform::process_peak_rss_bytes(), 600u << 20);
}

}  // namespace
}  // namespace studio::image
