#include <cstdio>
// jpeglib.h needs size_t and FILE before it.
#include <jpeglib.h>
// jerror.h reads the switches of jpeglib.h.
#include <jerror.h>

#include <csetjmp>
#include <cstdlib>
#include <cstring>

#include "image/decoder.h"
#include "image/exif.h"
#include "image/still.h"

namespace studio::image {
namespace {

constexpr std::uint64_t kMaxCoefficientBytes = 512u << 20;
constexpr int kMaxScans = 200;
constexpr int kApp1 = JPEG_APP0 + 1, kApp2 = JPEG_APP0 + 2;

/// Damage that costs part of the picture; other warnings (stray bytes between segments) are harmless and common.
bool is_damage(int code) {
    return code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER || code == JWRN_HUFF_BAD_CODE ||
           code == JWRN_ARITH_BAD_CODE;
}

/// libjpeg reports errors by longjmp: see PngDecoder.
class JpegDecoder final : public Decoder {
  public:
    explicit JpegDecoder(const Source& source) : source_(source) {}
    ~JpegDecoder() override {
        if (is_created_) jpeg_destroy_decompress(&jpeg_);
    }
    JpegDecoder(const JpegDecoder&) = delete;
    JpegDecoder& operator=(const JpegDecoder&) = delete;

    Result<Header> read_header() override;
    Result<void> decode(RowSink& sink) override;

  private:
    struct Errors : jpeg_error_mgr {
        JpegDecoder* self = nullptr;
    };
    struct Watch : jpeg_progress_mgr {
        JpegDecoder* self = nullptr;
    };
    bool open();
    bool start();
    bool read_row(std::uint8_t* row);
    void leave(const char* message) noexcept;
    Result<void> check_coefficients() const;
    Error failure() const;

    static void on_error(j_common_ptr jpeg) noexcept;
    static void on_message(j_common_ptr jpeg, int level) noexcept;
    static void on_progress(j_common_ptr jpeg) noexcept;

    const Source& source_;
    jpeg_decompress_struct jpeg_{};
    Errors errors_;
    Watch watch_;
    std::jmp_buf escape_;
    bool is_created_ = false, is_late_ = false, is_adobe_inverted_ = false;
    int error_code_ = 0;
    char message_[JMSG_LENGTH_MAX] = "it cannot be decoded";
};

void JpegDecoder::leave(const char* message) noexcept {
    if (message != message_) std::strncpy(message_, message, sizeof message_ - 1);
    std::longjmp(escape_, 1);
}

void JpegDecoder::on_error(j_common_ptr jpeg) noexcept {
    auto& self = *static_cast<Errors*>(jpeg->err)->self;
    self.error_code_ = jpeg->err->msg_code;
    jpeg->err->format_message(jpeg, self.message_);
    self.leave(self.message_);
}

void JpegDecoder::on_message(j_common_ptr jpeg, int level) noexcept {
    auto& self = *static_cast<Errors*>(jpeg->err)->self;
    if (level >= 0 || !is_damage(jpeg->err->msg_code)) return;
    self.leave(jpeg->err->msg_code == JWRN_JPEG_EOF ? "it ends early" : "its data is corrupt");
}

void JpegDecoder::on_progress(j_common_ptr jpeg) noexcept {
    auto& self = *static_cast<Watch*>(jpeg->progress)->self;
    if (self.jpeg_.input_scan_number > kMaxScans) self.leave("it has more than 200 scans");
    if (!self.source_.is_late()) return;
    self.is_late_ = true;
    self.leave("");
}

Error JpegDecoder::failure() const {
    if (is_late_) return source_.too_slow();
    switch (error_code_) {
        case JERR_OUT_OF_MEMORY:
            return source_.no_memory();
        case JERR_BAD_PRECISION:
            return source_.not_read("a JPEG with 12 or 16 bits a colour");
        case JERR_ARITH_NOTIMPL:
            return source_.not_read("an arithmetic-coded JPEG");
        case JERR_SOF_UNSUPPORTED:
            return source_.not_read("a lossless or hierarchical JPEG");
        case JERR_CONVERSION_NOTIMPL:
            return source_.not_read("a JPEG in an unusual colour space");
        default:
            return source_.damaged(message_);
    }
}

bool JpegDecoder::open() {
    jpeg_.err = jpeg_std_error(&errors_);
    errors_.self = this;
    errors_.error_exit = on_error;
    errors_.emit_message = on_message;
    if (setjmp(escape_)) return false;
    jpeg_create_decompress(&jpeg_);
    is_created_ = true;
    watch_.self = this;
    watch_.progress_monitor = on_progress;
    jpeg_.progress = &watch_;
    jpeg_mem_src(&jpeg_, source_.bytes().data(), source_.bytes().size());
    jpeg_save_markers(&jpeg_, kApp1, 0xFFFF);
    jpeg_save_markers(&jpeg_, kApp2, 0xFFFF);
    jpeg_read_header(&jpeg_, TRUE);
    return true;
}

bool JpegDecoder::start() {
    if (setjmp(escape_)) return false;
    jpeg_start_decompress(&jpeg_);
    return true;
}

bool JpegDecoder::read_row(std::uint8_t* row) {
    if (setjmp(escape_)) return false;
    JSAMPROW rows[1] = {row};
    jpeg_read_scanlines(&jpeg_, rows, 1);
    return true;
}

/// Several scans mean that all coefficients are kept: a few bytes could claim gigabytes.
Result<void> JpegDecoder::check_coefficients() const {
    std::uint64_t bytes = 0;
    for (int i = 0; i < jpeg_.num_components; ++i) {
        const jpeg_component_info& part = jpeg_.comp_info[i];
        bytes += std::uint64_t{part.width_in_blocks} * part.height_in_blocks * DCTSIZE2 * sizeof(JCOEF);
    }
    if (jpeg_has_multiple_scans(const_cast<j_decompress_ptr>(&jpeg_)) && bytes > kMaxCoefficientBytes)
        return source_.not_read("a progressive JPEG of more than 170 megapixels");
    return {};
}

Result<Header> JpegDecoder::read_header() {
    if (!open()) return failure();
    STUDIO_TRY_VOID(check_size(source_, jpeg_.image_width, jpeg_.image_height));
    STUDIO_TRY_VOID(check_coefficients());
    Header header;
    header.width = static_cast<int>(jpeg_.image_width);
    header.height = static_cast<int>(jpeg_.image_height);
    for (const jpeg_marker_struct* m = jpeg_.marker_list; m != nullptr; m = m->next)
        if (m->marker == kApp1 && m->data_length >= 6 && std::memcmp(m->data, "Exif\0\0", 6) == 0) {
            header.orientation = exif_orientation({m->data, m->data_length});
            break;
        }
    return header;
}

Result<void> JpegDecoder::decode(RowSink& sink) {
    const bool is_cmyk = jpeg_.num_components == 4;
    jpeg_.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
    is_adobe_inverted_ = is_cmyk && jpeg_.saw_Adobe_marker;
    const int factor = reduction(jpeg_.image_width, jpeg_.image_height);
    jpeg_.scale_num = 1;
    jpeg_.scale_denom = static_cast<unsigned>(factor);
    JOCTET* profile = nullptr;
    unsigned profile_bytes = 0;
    std::vector<std::uint8_t> icc;
    if (jpeg_read_icc_profile(&jpeg_, &profile, &profile_bytes)) icc.assign(profile, profile + profile_bytes);
    std::free(profile);
    if (!start()) return failure();
    const int width = static_cast<int>(jpeg_.output_width), height = static_cast<int>(jpeg_.output_height);
    sink.begin(width, height, is_cmyk ? PixelFormat::kCmyk : PixelFormat::kRgb, icc, 1);
    std::vector<std::uint8_t> row(static_cast<std::size_t>(width) * static_cast<std::size_t>(jpeg_.output_components));
    for (int y = 0; y < height; ++y) {
        if (!read_row(row.data())) return failure();
        if (is_adobe_inverted_)
            for (std::uint8_t& value : row)
                value = static_cast<std::uint8_t>(255 - value);
        sink.push(row.data());
    }
    return {};
}

}  // namespace

std::unique_ptr<Decoder> make_jpeg_decoder(const Source& source) {
    return std::make_unique<JpegDecoder>(source);
}

}  // namespace studio::image
