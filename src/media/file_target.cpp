#include <fstream>

#include "core/text.h"
#include "media/av_error.h"
#include "media/export_target.h"
#include "media/metadata_rules.h"
#include "media/part_file.h"

namespace studio::media {
namespace fs = std::filesystem;
namespace {

class FileTarget final : public ExportTarget {
  public:
    FileTarget(fs::path target, std::unique_ptr<ByteFile> part, const TranscodeSettings& settings, Container container)
        : target_(std::move(target)), part_(std::move(part)), settings_(settings), container_(container) {
        part_path_ = part_->path();
    }

    ~FileTarget() override {
        muxer_.reset();
        part_.reset();
        std::error_code ignored;
        if (!is_delivered_) fs::remove(part_path_, ignored);
    }

    Result<void> start(const MuxerSettings& muxer, const AVCodecParameters& codec, AVRational time_base,
                       AVRational frame_rate) {
        STUDIO_TRY(opened, Muxer::open(*part_, muxer, codec, time_base, frame_rate));
        muxer_ = std::move(opened);
        return {};
    }

    Result<void> write(AVPacket& packet) override { return muxer_->write(packet); }

    Result<TranscodeResult> finish(std::int64_t num_frames) override {
        STUDIO_TRY_VOID(muxer_->finish());
        muxer_.reset();
        STUDIO_TRY_VOID(part_->close());
        part_.reset();
        if (const auto comment = settings_.metadata.find("comment");
            container_ == Container::kGif && comment != settings_.metadata.end())
            STUDIO_TRY_VOID(add_gif_comment(part_path_, comment->second));
        STUDIO_TRY(result, verify(num_frames));
        STUDIO_TRY(name, deliver_part(part_path_, target_, settings_.overwrite));
        is_delivered_ = true;
        result.path = name;
        std::error_code ignored;
        result.bytes = fs::file_size(name, ignored);
        return result;
    }

  private:
    /// What was written is read back before it gets its name.
    Result<TranscodeResult> verify(std::int64_t num_frames) {
        auto read = read_times(part_path_, {});
        if (!read.ok()) return std::move(read.error().while_doing("reading the finished file back"));
        STUDIO_TRY(video, VideoFile::open(part_path_));
        if (read->num_frames != num_frames)
            return internal_error("The finished file has " + std::to_string(read->num_frames) + " frames instead of " +
                                  std::to_string(num_frames) + ".");
        for (const char* const key : {"AIGC", "comment", "digital_source_type", "recipe"}) {
            const auto wanted = settings_.metadata.find(key);
            if (container_ == Container::kGif || wanted == settings_.metadata.end()) continue;
            const auto found = video->info().metadata.find(key);
            if (found == video->info().metadata.end() || found->second != wanted->second)
                return internal_error("The finished file lost its label '" + std::string(key) + "'.");
        }
        TranscodeResult result;
        result.width = video->info().width;
        result.height = video->info().height;
        result.num_frames = num_frames;
        result.duration_s = read->seconds();
        result.fps = static_cast<double>(num_frames) / result.duration_s;
        return result;
    }

    const fs::path target_;
    std::unique_ptr<ByteFile> part_;
    const TranscodeSettings& settings_;
    Container container_;
    fs::path part_path_;
    std::unique_ptr<Muxer> muxer_;
    bool is_delivered_ = false;
};

}  // namespace

Result<std::unique_ptr<ExportTarget>> file_target(const fs::path& target, const MuxerSettings& muxer,
                                                  const AVCodecParameters& codec, AVRational time_base,
                                                  AVRational frame_rate, const TranscodeSettings& settings,
                                                  const TranscodeHooks& hooks) {
    STUDIO_TRY_VOID(check_metadata(settings.metadata));
    STUDIO_TRY(part, create_part(target));
    if (hooks.on_part) hooks.on_part(part->path());
    auto made = std::make_unique<FileTarget>(target, std::move(part), settings, muxer.container);
    STUDIO_TRY_VOID(made->start(muxer, codec, time_base, frame_rate));
    return std::unique_ptr<ExportTarget>(std::move(made));
}

Result<void> add_gif_comment(const fs::path& gif, std::string_view text) {
    constexpr char kTrailer = 0x3B;
    std::fstream file(gif, std::ios::binary | std::ios::in | std::ios::out);
    file.seekg(-1, std::ios::end);
    if (file.get() != kTrailer) return internal_error("The finished GIF does not end as one.");
    std::string block("\x21\xFE", 2);
    for (std::size_t at = 0; at < text.size(); at += 255) {
        const std::string_view piece = text.substr(at, 255);
        block += static_cast<char>(piece.size());
        block += piece;
    }
    block += '\0';
    block += kTrailer;
    file.seekp(-1, std::ios::end);
    file.write(block.data(), static_cast<std::streamsize>(block.size()));
    file.close();
    if (!file) return write_failure(AVERROR(EIO), gif);
    return {};
}

}  // namespace studio::media
