#include "image/row_sink.h"

#include <algorithm>

#include "image/source.h"

namespace studio::image {
namespace {

std::size_t size_of(int a, int b) {
    return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// Without a profile: ink over white.
void cmyk_to_rgb(const std::uint8_t* cmyk, std::uint8_t* rgb, int pixels) {
    for (int i = 0; i < pixels; ++i) {
        const int light = 255 - cmyk[4 * i + 3];
        for (int c = 0; c < 3; ++c)
            rgb[3 * i + c] = static_cast<std::uint8_t>(((255 - cmyk[4 * i + c]) * light + 127) / 255);
    }
}

}  // namespace

void RowSink::begin(int width, int height, PixelFormat format, std::span<const std::uint8_t> icc, int factor) {
    width_ = width;
    height_ = height;
    format_ = format;
    factor_ = factor;
    next_ = 0;
    profile_.emplace(icc, format);
    converted_.resize(size_of(width, 4));
    flat_.resize(size_of(width, 3));
    frame_.width = reduced(width, factor);
    frame_.height = reduced(height, factor);
    frame_.rgb.resize(size_of(frame_.width, frame_.height) * 3);
    if (factor > 1) sums_.assign(size_of(frame_.width, 3), 0);
}

void RowSink::push(const std::uint8_t* row) {
    if (next_ >= height_) return;  // a decoder that gives more than it announced
    const bool converts = profile_->state() == ColorProfile::State::kConverts;
    const std::uint8_t* rgb = row;
    if (format_ == PixelFormat::kCmyk) {
        if (converts)
            profile_->convert(row, flat_.data(), width_);
        else
            cmyk_to_rgb(row, flat_.data(), width_);
        rgb = flat_.data();
    } else {
        if (converts) {
            profile_->convert(row, converted_.data(), width_);
            rgb = converted_.data();
        }
        if (format_ == PixelFormat::kRgba) {
            flatten(rgb, flat_.data());
            rgb = flat_.data();
        }
    }
    if (factor_ == 1)
        std::copy_n(rgb, size_of(width_, 3),
                    frame_.rgb.begin() + static_cast<std::ptrdiff_t>(size_of(width_, 3)) * next_);
    else
        reduce(rgb);
    ++next_;
}

void RowSink::flatten(const std::uint8_t* rgba, std::uint8_t* rgb) {
    for (int i = 0; i < width_; ++i) {
        const int alpha = rgba[4 * i + 3];
        if (alpha != 255) had_transparency_ = true;
        for (std::size_t c = 0; c < 3; ++c) {
            const int mixed = rgba[4 * i + static_cast<int>(c)] * alpha + background_[c] * (255 - alpha);
            rgb[3 * i + static_cast<int>(c)] = static_cast<std::uint8_t>((mixed + 127) / 255);
        }
    }
}

void RowSink::reduce(const std::uint8_t* rgb) {
    for (int x = 0; x < width_; ++x)
        for (int c = 0; c < 3; ++c)
            sums_[size_of(x / factor_, 3) + static_cast<std::size_t>(c)] += rgb[3 * x + c];
    const bool is_last_of_box = (next_ + 1) % factor_ == 0 || next_ + 1 == height_;
    if (!is_last_of_box) return;
    const int out_y = next_ / factor_;
    const int rows = next_ + 1 - out_y * factor_;
    std::uint8_t* out = frame_.rgb.data() + size_of(out_y, frame_.width) * 3;
    for (int x = 0; x < frame_.width; ++x) {
        const int columns = std::min(factor_, width_ - x * factor_);
        const auto count = static_cast<std::uint32_t>(rows * columns);
        for (int c = 0; c < 3; ++c) {
            const std::size_t at = size_of(x, 3) + static_cast<std::size_t>(c);
            out[at] = static_cast<std::uint8_t>((sums_[at] + count / 2) / count);
        }
    }
    std::fill(sums_.begin(), sums_.end(), 0u);
}

}  // namespace studio::image
