#include <png.h>

#include <csetjmp>
#include <cstring>

#include "image/decoder.h"
#include "image/exif.h"
#include "image/still.h"

namespace studio::image {
namespace {

constexpr std::size_t kSignatureBytes = 8, kMaxTextBytes = 1u << 20, kMaxProfileBytes = 17u << 20;

std::uint32_t be32(std::span<const std::uint8_t> bytes, std::size_t at) {
    return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 | std::uint32_t{bytes[at + 2]} << 8 |
           bytes[at + 3];
}

/// libpng reports errors by longjmp: every call into it stands in a member function that has no object with a
/// destructor, and what must survive is a member.
class PngDecoder final : public Decoder {
  public:
    explicit PngDecoder(const Source& source) : source_(source) {}
    ~PngDecoder() override { png_destroy_read_struct(&png_, &info_, nullptr); }
    PngDecoder(const PngDecoder&) = delete;
    PngDecoder& operator=(const PngDecoder&) = delete;

    Result<Header> read_header() override;
    Result<void> decode(RowSink& sink) override;

  private:
    Result<void> walk_chunks(Header& header);
    bool open();
    bool prepare();
    bool read_row(std::uint8_t* row);
    bool read_end();
    Result<void> push_rows(RowSink& sink);
    Result<void> push_interlaced(RowSink& sink);
    Error failure() const;

    static void on_error(png_structp png, png_const_charp message) noexcept;
    static void on_warning(png_structp png, png_const_charp message) noexcept;
    static void on_read(png_structp png, png_bytep data, std::size_t size) noexcept;

    const Source& source_;
    png_structp png_ = nullptr;
    png_infop info_ = nullptr;
    std::size_t position_ = 0;
    char message_[160] = "it cannot be decoded";
    bool has_bad_profile_ = false, is_truncated_ = false;
    int width_ = 0, height_ = 0;
    bool is_interlaced_ = false;
};

void PngDecoder::on_error(png_structp png, png_const_charp message) noexcept {
    auto& self = *static_cast<PngDecoder*>(png_get_error_ptr(png));
    std::strncpy(self.message_, message, sizeof self.message_ - 1);
    png_longjmp(png, 1);
}

void PngDecoder::on_warning(png_structp png, png_const_charp message) noexcept {
    auto& self = *static_cast<PngDecoder*>(png_get_error_ptr(png));
    if (std::strstr(message, "iCCP") != nullptr || std::strstr(message, "profile") != nullptr)
        self.has_bad_profile_ = true;
}

void PngDecoder::on_read(png_structp png, png_bytep data, std::size_t size) noexcept {
    auto& self = *static_cast<PngDecoder*>(png_get_io_ptr(png));
    const auto bytes = self.source_.bytes();
    if (size > bytes.size() - self.position_) {
        self.is_truncated_ = true;
        png_error(png, "it ends early");
    }
    std::memcpy(data, bytes.data() + self.position_, size);
    self.position_ += size;
}

Error PngDecoder::failure() const {
    if (is_truncated_) return source_.damaged("it ends early");
    if (std::strstr(message_, "emory") != nullptr) return source_.no_memory();
    return source_.damaged(std::string("PNG: ") + message_);
}

/// Size before libpng sees the file, and what libpng does not tell: animation, orientation after the picture.
Result<void> PngDecoder::walk_chunks(Header& header) {
    const auto bytes = source_.bytes();
    if (bytes.size() < kSignatureBytes + 25 || be32(bytes, 8) != 13 || std::memcmp(&bytes[12], "IHDR", 4) != 0)
        return source_.damaged("its header is cut off or destroyed");
    STUDIO_TRY_VOID(check_size(source_, be32(bytes, 16), be32(bytes, 20)));
    for (std::size_t at = kSignatureBytes; bytes.size() - at >= 12;) {
        const std::size_t size = be32(bytes, at);
        if (size > bytes.size() - at - 12) break;  // libpng will say that it ends early
        if (std::memcmp(&bytes[at + 4], "acTL", 4) == 0) header.is_animated = true;
        if (std::memcmp(&bytes[at + 4], "eXIf", 4) == 0)
            header.orientation = exif_orientation(bytes.subspan(at + 8, size));
        at += 12 + size;
    }
    return {};
}

bool PngDecoder::open() {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    info_ = png_ != nullptr ? png_create_info_struct(png_) : nullptr;
    if (info_ == nullptr) {
        std::strcpy(message_, "Memory");
        return false;
    }
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_read_fn(png_, this, on_read);
    png_set_user_limits(png_, kMaxSide, kMaxSide);
    png_set_chunk_malloc_max(png_, kMaxProfileBytes);
    png_set_chunk_cache_max(png_, 64);
    png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, 0);
    png_set_crc_action(png_, PNG_CRC_ERROR_QUIT, PNG_CRC_WARN_DISCARD);
    png_set_benign_errors(png_, 1);
    png_read_info(png_, info_);
    return true;
}

/// Whatever it is stored as becomes 8-bit RGB or RGBA.
bool PngDecoder::prepare() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_set_expand(png_);  // palette, 1 to 4 bits, tRNS
    png_set_scale_16(png_);
    png_set_gray_to_rgb(png_);
    if (is_interlaced_) png_start_read_image(png_);
    png_read_update_info(png_, info_);
    return true;
}

bool PngDecoder::read_row(std::uint8_t* row) {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_row(png_, row, nullptr);
    return true;
}

bool PngDecoder::read_end() {
    if (setjmp(png_jmpbuf(png_))) return false;
    png_read_end(png_, nullptr);
    return true;
}

Result<Header> PngDecoder::read_header() {
    Header header;
    STUDIO_TRY_VOID(walk_chunks(header));
    if (!open()) return failure();
    width_ = header.width = static_cast<int>(png_get_image_width(png_, info_));
    height_ = header.height = static_cast<int>(png_get_image_height(png_, info_));
    is_interlaced_ = png_get_interlace_type(png_, info_) != PNG_INTERLACE_NONE;
    if (has_bad_profile_)
        header.notices.push_back("The image's colour profile is damaged or does not fit: it is ignored.");
    return header;
}

Result<void> PngDecoder::decode(RowSink& sink) {
    png_charp name = nullptr;
    png_bytep profile = nullptr;
    png_uint_32 profile_bytes = 0;
    int compression = 0;
    // Copied by the sink before libpng frees it.
    if (png_get_iCCP(png_, info_, &name, &compression, &profile, &profile_bytes) == 0) profile_bytes = 0;
    const std::vector<std::uint8_t> icc(profile, profile + profile_bytes);
    if (!prepare()) return failure();
    const bool has_alpha = (png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0;
    const auto format = has_alpha ? PixelFormat::kRgba : PixelFormat::kRgb;
    const int factor = reduction(width_, height_);
    if (png_get_rowbytes(png_, info_) !=
        static_cast<std::size_t>(width_) * static_cast<std::size_t>(channels_of(format)))
        return source_.damaged("its rows have an unexpected size");
    if (!is_interlaced_) {
        sink.begin(width_, height_, format, icc, factor);
        return push_rows(sink);
    }
    // The passes of an interlaced picture form coarser pictures: a reduced one needs only the first few.
    sink.begin(reduced(width_, factor), reduced(height_, factor), format, icc, 1);
    return push_interlaced(sink);
}

Result<void> PngDecoder::push_rows(RowSink& sink) {
    std::vector<std::uint8_t> row(png_get_rowbytes(png_, info_));
    for (int y = 0; y < height_; ++y) {
        if (!read_row(row.data())) return failure();
        sink.push(row.data());
        if (y % 256 == 0 && source_.is_late()) return source_.too_slow();
    }
    if (!read_end()) return failure();
    return {};
}

Result<void> PngDecoder::push_interlaced(RowSink& sink) {
    const int factor = reduction(width_, height_);
    const auto step = static_cast<std::size_t>((png_get_color_type(png_, info_) & PNG_COLOR_MASK_ALPHA) != 0 ? 4 : 3);
    const auto columns = static_cast<std::size_t>(reduced(width_, factor));
    std::vector<std::uint8_t> row(static_cast<std::size_t>(width_) * step);
    std::vector<std::uint8_t> picture(columns * static_cast<std::size_t>(reduced(height_, factor)) * step);
    const int passes = factor == 1 ? 7 : factor == 2 ? 5 : factor == 4 ? 3 : 1;
    for (int pass = 0; pass < passes; ++pass) {
        const auto pass_columns = PNG_PASS_COLS(static_cast<png_uint_32>(width_), pass);
        const auto pass_rows = PNG_PASS_ROWS(static_cast<png_uint_32>(height_), pass);
        if (pass_columns == 0) continue;  // such a pass has no rows in the file either
        for (png_uint_32 r = 0; r < pass_rows; ++r) {
            if (!read_row(row.data())) return failure();
            if (r % 256 == 0 && source_.is_late()) return source_.too_slow();
            const auto y = PNG_ROW_FROM_PASS_ROW(r, pass) / static_cast<png_uint_32>(factor);
            for (png_uint_32 c = 0; c < pass_columns; ++c) {
                const auto x = PNG_COL_FROM_PASS_COL(c, pass) / static_cast<png_uint_32>(factor);
                std::memcpy(&picture[(y * columns + x) * step], &row[c * step], step);
            }
        }
    }
    for (std::size_t y = 0; y * columns * step < picture.size(); ++y)
        sink.push(&picture[y * columns * step]);
    if (factor == 1 && !read_end()) return failure();
    return {};
}

}  // namespace

std::unique_ptr<Decoder> make_png_decoder(const Source& source) {
    return std::make_unique<PngDecoder>(source);
}

}  // namespace studio::image
