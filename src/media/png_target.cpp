#include <array>
#include <cstdio>
#include <cstring>

extern "C" {
#include <libavutil/crc.h>
#include <libavutil/intreadwrite.h>
}

#include "core/platform.h"
#include "core/text.h"
#include "media/av_error.h"
#include "media/export_target.h"
#include "media/metadata_rules.h"
#include "media/part_file.h"

namespace studio::media {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kHeaderEnd = 8 + 25;  // signature and IHDR
constexpr std::array<std::string_view, 3> kInEveryPicture = {"AIGC", "comment", "digital_source_type"};

void append_big_endian(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8)
        out += static_cast<char>((value >> shift) & 0xFFu);
}

std::string text_chunk(const std::string& key, const std::string& value) {
    // keyword, 0, not compressed, method 0, no language, no translated keyword, the text in UTF-8
    std::string body = "iTXt" + key + std::string("\0\0\0\0\0", 5) + value;
    const AVCRC* const table = av_crc_get_table(AV_CRC_32_IEEE_LE);
    const std::uint32_t crc =
        ~av_crc(table, 0xFFFFFFFFu, reinterpret_cast<const std::uint8_t*>(body.data()), body.size());
    std::string chunk;
    append_big_endian(chunk, static_cast<std::uint32_t>(body.size() - 4));
    chunk += body;
    append_big_endian(chunk, crc);
    return chunk;
}

class PngTarget final : public ExportTarget {
  public:
    PngTarget(fs::path target, fs::path part, const TranscodeSettings& settings)
        : target_(std::move(target)), part_(std::move(part)), settings_(settings) {
        for (const std::string_view key : kInEveryPicture)
            if (const auto found = settings.metadata.find(std::string(key)); found != settings.metadata.end())
                label_.insert(*found);
    }

    ~PngTarget() override {
        std::error_code ignored;
        if (!is_delivered_) fs::remove_all(part_, ignored);  // made by us, under a name that was free
    }

    Result<void> write(AVPacket& packet) override {
        const std::string_view pixels(reinterpret_cast<const char*>(packet.data),
                                      static_cast<std::size_t>(packet.size));
        const std::string png = with_png_texts(pixels, result_.num_frames == 0 ? settings_.metadata : label_);
        std::array<char, 32> name{};
        std::snprintf(name.data(), name.size(), "frame_%06lld.png", static_cast<long long>(++result_.num_frames));
        result_.bytes += png.size();
        if (packet.size > 24) {
            result_.width = static_cast<int>(AV_RB32(packet.data + 16));
            result_.height = static_cast<int>(AV_RB32(packet.data + 20));
        }
        return save(part_ / name.data(), png);
    }

    Result<TranscodeResult> finish(std::int64_t num_frames) override {
        if (result_.num_frames != num_frames)
            return internal_error("The folder has " + std::to_string(result_.num_frames) + " pictures instead of " +
                                  std::to_string(num_frames) + ".");
        if (const auto synced = platform::sync_folder(part_); !synced.ok()) return synced.error();
        STUDIO_TRY(name, deliver_part(part_, target_, false));
        is_delivered_ = true;
        result_.path = name;
        return result_;
    }

  private:
    Result<void> save(const fs::path& path, const std::string& bytes) const {
        int failed = 0;
        std::FILE* const file = platform::create_new_file(path, failed);
        if (!file) return write_failure(AVERROR(failed), target_);
        errno = 0;
        const bool is_written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size() &&
                                std::fflush(file) == 0 && platform::sync_stream(file) == 0;
        failed = errno != 0 ? errno : EIO;
        const bool is_closed = std::fclose(file) == 0;
        if (!is_written || !is_closed) return write_failure(AVERROR(failed), target_);
        return {};
    }

    const fs::path target_, part_;
    const TranscodeSettings& settings_;
    std::map<std::string, std::string> label_;
    TranscodeResult result_;
    bool is_delivered_ = false;
};

}  // namespace

std::string with_png_texts(std::string_view png, const std::map<std::string, std::string>& texts) {
    std::string out(png.substr(0, kHeaderEnd));
    for (const auto& [key, value] : texts)
        if (!value.empty()) out += text_chunk(key, value);
    out += png.substr(std::min(kHeaderEnd, png.size()));
    return out;
}

Result<std::unique_ptr<ExportTarget>> png_target(const fs::path& target, const TranscodeSettings& settings,
                                                 const TranscodeHooks& hooks) {
    STUDIO_TRY_VOID(check_metadata(settings.metadata));
    STUDIO_TRY(part, create_part_folder(target));
    if (hooks.on_part) hooks.on_part(part);
    return std::unique_ptr<ExportTarget>(std::make_unique<PngTarget>(target, part, settings));
}

}  // namespace studio::media
