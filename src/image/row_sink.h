// image/row_sink.h - rows of a decoder to the finished picture: profile, alpha, reduction, in one pass over each row.
#pragma once
#include <array>
#include <optional>

#include "core/frame.h"
#include "image/color_profile.h"

namespace studio::image {

class RowSink {
  public:
    explicit RowSink(std::array<std::uint8_t, 3> background) : background_(background) {}

    /// Rows of width x height in `format` will come; the picture is 1/factor of that (box average; a ragged end
    /// averages what is there).   May throw std::bad_alloc.
    void begin(int width, int height, PixelFormat format, std::span<const std::uint8_t> icc, int factor);
    /// The next row, top to bottom.
    void push(const std::uint8_t* row);

    bool is_complete() const noexcept { return next_ == height_; }
    bool had_transparency() const noexcept { return had_transparency_; }
    const ColorProfile& profile() const noexcept { return *profile_; }
    Frame take() { return std::move(frame_); }

  private:
    void flatten(const std::uint8_t* rgba, std::uint8_t* rgb);
    void reduce(const std::uint8_t* rgb);

    std::array<std::uint8_t, 3> background_;
    int width_ = 0, height_ = 0, factor_ = 1, next_ = 0;
    PixelFormat format_ = PixelFormat::kRgb;
    std::optional<ColorProfile> profile_;
    std::vector<std::uint8_t> converted_, flat_;
    std::vector<std::uint32_t> sums_;
    bool had_transparency_ = false;
    Frame frame_;
};

}  // namespace studio::image
