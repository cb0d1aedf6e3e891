#include "image/color_profile.h"

#include <lcms2.h>

#include <algorithm>
#include <array>

namespace studio::image {
namespace {

constexpr std::size_t kMaxProfileBytes = 16u << 20;

struct CloseProfile {
    void operator()(void* profile) const noexcept { cmsCloseProfile(profile); }
};
using ProfilePtr = std::unique_ptr<void, CloseProfile>;

/// lcms prints nothing by itself, but a handler keeps it from ever trying.
void ignore_message(cmsContext, cmsUInt32Number, const char*) {}

std::string description(cmsHPROFILE profile) {
    std::array<char, 200> text{};
    cmsGetProfileInfoASCII(profile, cmsInfoDescription, "en", "US", text.data(), text.size() - 1);
    return text.data();
}

/// Classes that describe a picture's own colours; a device link or a named-colour table does not.
bool describes_pictures(cmsHPROFILE profile) {
    const auto kind = cmsGetDeviceClass(profile);
    return kind == cmsSigInputClass || kind == cmsSigDisplayClass || kind == cmsSigOutputClass ||
           kind == cmsSigColorSpaceClass;
}

}  // namespace

ColorProfile::ColorProfile(std::span<const std::uint8_t> icc, PixelFormat format) : format_(format) {
    if (icc.empty()) return;
    state_ = State::kBroken;
    if (icc.size() > kMaxProfileBytes) return;
    cmsSetLogErrorHandler(ignore_message);
    const ProfilePtr profile(cmsOpenProfileFromMem(icc.data(), static_cast<cmsUInt32Number>(icc.size())));
    if (!profile || !describes_pictures(profile.get())) return;
    name_ = description(profile.get());
    const auto space = cmsGetColorSpace(profile.get());
    is_gray_ = space == cmsSigGrayData && format != PixelFormat::kCmyk;
    const auto wanted = format == PixelFormat::kCmyk ? cmsSigCmykData : cmsSigRgbData;
    if (!is_gray_ && space != wanted) return;
    // Converting sRGB to sRGB would only round.
    if (name_.starts_with("sRGB")) {
        state_ = State::kSrgb;
        return;
    }
    const ProfilePtr srgb(cmsCreate_sRGBProfile());
    const cmsUInt32Number in = format == PixelFormat::kCmyk  ? TYPE_CMYK_8
                               : is_gray_                    ? TYPE_GRAY_8
                               : format == PixelFormat::kRgb ? TYPE_RGB_8
                                                             : TYPE_RGBA_8;
    const cmsUInt32Number out = format == PixelFormat::kRgba && !is_gray_ ? TYPE_RGBA_8 : TYPE_RGB_8;
    const cmsUInt32Number flags = cmsFLAGS_BLACKPOINTCOMPENSATION | (out == TYPE_RGBA_8 ? cmsFLAGS_COPY_ALPHA : 0);
    transform_ = cmsCreateTransform(profile.get(), in, srgb.get(), out, INTENT_RELATIVE_COLORIMETRIC, flags);
    if (transform_ != nullptr) state_ = State::kConverts;
}

ColorProfile::~ColorProfile() {
    if (transform_ != nullptr) cmsDeleteTransform(transform_);
}

void ColorProfile::convert(const std::uint8_t* in, std::uint8_t* out, int pixels) const noexcept {
    const auto count = static_cast<cmsUInt32Number>(pixels);
    if (!is_gray_) return cmsDoTransform(transform_, in, out, count);
    const int step = channels_of(format_);
    std::array<std::uint8_t, 256> gray{};
    std::array<std::uint8_t, 256 * 3> rgb{};
    for (int first = 0; first < pixels; first += 256) {
        const int n = std::min(256, pixels - first);
        for (int i = 0; i < n; ++i)
            gray[static_cast<std::size_t>(i)] = in[(first + i) * step];
        cmsDoTransform(transform_, gray.data(), rgb.data(), static_cast<cmsUInt32Number>(n));
        for (int i = 0; i < n; ++i) {
            std::copy_n(&rgb[static_cast<std::size_t>(i) * 3], 3, out + (first + i) * step);
            if (step == 4) out[(first + i) * step + 3] = in[(first + i) * step + 3];
        }
    }
}

}  // namespace studio::image
