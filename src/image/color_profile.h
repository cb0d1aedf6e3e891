// image/color_profile.h - embedded ICC profiles to sRGB.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace studio::image {

enum class PixelFormat { kRgb, kRgba, kCmyk };  // 8 bits a channel; kCmyk: 0 is no ink
constexpr int channels_of(PixelFormat format) noexcept {
    return format == PixelFormat::kRgb ? 3 : 4;
}

class ColorProfile {
  public:
    enum class State { kNone, kSrgb, kConverts, kBroken };

    /// Never fails: a profile that is damaged, too large (16 MB), of the wrong class or for another colour space is
    /// kBroken and converts nothing.
    ColorProfile(std::span<const std::uint8_t> icc, PixelFormat format);
    ~ColorProfile();
    ColorProfile(const ColorProfile&) = delete;
    ColorProfile& operator=(const ColorProfile&) = delete;

    State state() const noexcept { return state_; }
    const std::string& name() const noexcept { return name_; }  // "Display P3"
    /// One row of `pixels` of the format given above: kRgb and kRgba stay so (alpha kept), kCmyk becomes RGB.
    void convert(const std::uint8_t* in, std::uint8_t* out, int pixels) const noexcept;

  private:
    PixelFormat format_;
    State state_ = State::kNone;
    std::string name_;
    bool is_gray_ = false;
    void* transform_ = nullptr;
};

}  // namespace studio::image
