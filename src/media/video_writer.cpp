#include "media/video_writer.h"

#include <atomic>
#include <mutex>
#include <optional>
#include <thread>

#include "core/bounded_queue.h"
#include "core/text.h"
#include "media/av_error.h"
#include "media/h264_encoder.h"
#include "media/metadata_rules.h"
#include "media/muxer.h"
#include "media/output_name.h"
#include "media/part_file.h"
#include "media/video_file.h"

namespace studio::media {
namespace {

constexpr std::size_t kQueuedFrames = 4;

class Mp4Writer : public VideoWriter {
  public:
    Mp4Writer(std::filesystem::path target, const VideoSettings& settings, std::unique_ptr<H264Encoder> encoder,
              std::unique_ptr<ByteFile> part)
        : target_(std::move(target)),
          settings_(settings),
          encoder_(std::move(encoder)),
          part_(std::move(part)),
          queue_(kQueuedFrames) {}

    ~Mp4Writer() override {
        stop_thread();
        discard();
    }

    Result<void> start() {
        STUDIO_TRY(muxer, Muxer::open(*part_, {}, encoder_->context()));
        muxer_ = std::move(muxer);
        thread_ = std::thread([this] { run(); });
        return {};
    }

    Result<void> push(Frame frame) override {
        const std::size_t bytes =
            static_cast<std::size_t>(settings_.width) * static_cast<std::size_t>(settings_.height) * 3;
        if (frame.width != settings_.width || frame.height != settings_.height || frame.rgb.size() != bytes)
            return internal_error("A frame of " + std::to_string(frame.width) + "x" + std::to_string(frame.height) +
                                  " and " + std::to_string(frame.rgb.size()) + " bytes was given to a video of " +
                                  std::to_string(settings_.width) + "x" + std::to_string(settings_.height) + ".");
        if (queue_.push(std::move(frame))) return {};
        if (auto failed = failure()) return *failed;
        return internal_error("A frame was given to a finished video.");
    }

    void set_metadata(const std::string& key, const std::string& value) override { settings_.metadata[key] = value; }

    const std::filesystem::path& part_path() const override { return part_->path(); }

    Result<std::filesystem::path> finish() override {
        if (is_over_) return internal_error("A video was finished twice.");
        is_over_ = true;
        queue_.close();
        if (thread_.joinable()) thread_.join();
        Result<std::filesystem::path> result = failure() ? Result<std::filesystem::path>(*failure()) : complete();
        if (!result.ok()) discard();
        return result;
    }

  private:
    /// The encoder thread. Nothing may leave it but through fail().
    void run() noexcept {
        const auto to_muxer = [this](AVPacket& packet) { return muxer_->write(packet); };
        try {
            while (std::optional<Frame> frame = queue_.pop())
                if (Result<void> done = encoder_->encode(*frame, to_muxer); !done.ok()) return fail(done.error());
            if (is_stopping_) return;
            if (Result<void> done = encoder_->flush(to_muxer); !done.ok()) return fail(done.error());
        } catch (const std::bad_alloc&) {
            fail(encoder_failure(AVERROR(ENOMEM), "encoding"));
        } catch (const std::exception& error) {
            fail(internal_error(error.what()));
        }
    }

    void fail(Error error) {
        {
            std::lock_guard lock(mutex_);
            failure_ = std::move(error.in_file(path_to_utf8(target_)));
        }
        queue_.close_and_clear();
    }

    std::optional<Error> failure() {
        std::lock_guard lock(mutex_);
        return failure_;
    }

    Result<std::filesystem::path> complete() {
        if (encoder_->num_frames() == 0) return internal_error("A video without frames was finished.");
        STUDIO_TRY_VOID(check_metadata(settings_.metadata));
        std::erase_if(settings_.metadata, [](const auto& item) { return item.second.empty(); });
        STUDIO_TRY_VOID(muxer_->finish(settings_.metadata));
        muxer_.reset();
        STUDIO_TRY_VOID(part_->close());
        STUDIO_TRY_VOID(verify());
        STUDIO_TRY(name, deliver_part(part_->path(), target_, false));
        is_delivered_ = true;
        return name;
    }

    /// What was written is read back before it gets its name: a video without its frames or its label is none.
    Result<void> verify() {
        auto opened = VideoFile::open(part_->path());
        if (!opened.ok()) return std::move(opened.error().while_doing("reading the finished video back"));
        VideoFile& video = **opened;
        const PacketPtr packet(av_packet_alloc());
        std::int64_t count = 0;
        while (packet) {
            auto more = video.read(*packet);
            if (!more.ok()) return std::move(more.error().while_doing("reading the finished video back"));
            if (!*more) break;
            ++count;
        }
        if (count != encoder_->num_frames() || video.info().width != settings_.width ||
            video.info().height != settings_.height)
            return internal_error("The finished video has " + std::to_string(count) + " frames of " +
                                  std::to_string(video.info().width) + "x" + std::to_string(video.info().height) +
                                  " instead of " + std::to_string(encoder_->num_frames()) + ".");
        for (const auto& [key, value] : settings_.metadata) {
            const auto found = video.info().metadata.find(key);
            if (found == video.info().metadata.end() || found->second != value)
                return internal_error("The finished video lost its label '" + key + "'.");
        }
        return {};
    }

    void stop_thread() {
        is_stopping_ = true;
        queue_.close_and_clear();
        if (thread_.joinable()) thread_.join();
    }

    void discard() {
        muxer_.reset();
        if (is_delivered_ || !part_) return;
        const std::filesystem::path path = part_->path();
        part_.reset();
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }

    const std::filesystem::path target_;
    VideoSettings settings_;
    std::unique_ptr<H264Encoder> encoder_;
    std::unique_ptr<ByteFile> part_;
    std::unique_ptr<Muxer> muxer_;
    BoundedQueue<Frame> queue_;
    std::thread thread_;
    std::mutex mutex_;
    std::optional<Error> failure_;
    std::atomic<bool> is_stopping_ = false;
    bool is_over_ = false, is_delivered_ = false;
};

}  // namespace

Result<std::unique_ptr<VideoWriter>> VideoWriter::open(const std::filesystem::path& path,
                                                       const VideoSettings& settings) {
    STUDIO_TRY_VOID(check_target(path));
    STUDIO_TRY_VOID(check_metadata(settings.metadata));
    STUDIO_TRY(encoder, H264Encoder::open(settings));
    STUDIO_TRY(part, create_part(path));
    auto writer = std::make_unique<Mp4Writer>(path, settings, std::move(encoder), std::move(part));
    STUDIO_TRY_VOID(writer->start());
    return std::unique_ptr<VideoWriter>(std::move(writer));
}

}  // namespace studio::media
