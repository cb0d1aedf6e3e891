#include <fmt/format.h>

#include <random>

#include "app/clip.h"
#include "app/doctor.h"
#include "app/run_job.h"
#include "core/text.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr int kSide = 64;  // pixels: small enough for two seconds on two cores
constexpr int kFrames = 5;

class TemporaryFolder {
  public:
    TemporaryFolder() {
        std::error_code failed;
        path_ = fs::temp_directory_path(failed) /
                fmt::format("turbo-studio-selftest-{:08x}{:08x}", std::random_device{}(), std::random_device{}());
        is_made_ = !failed && fs::create_directory(path_, failed) && !failed;
    }
    ~TemporaryFolder() {
        std::error_code ignored;
        if (is_made_) fs::remove_all(path_, ignored);
    }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    bool is_made() const { return is_made_; }
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
    bool is_made_ = false;
};

GenerationRequest tiny_request(const fs::path& folder) {
    GenerationRequest request;
    request.prompt = "a red ball bouncing";
    request.width = kSide;
    request.height = kSide;
    request.num_frames = kFrames;
    request.sampler = "rcm";
    request.steps = 2;
    request.guidance = 1;
    request.seed = 1;
    request.output = path_to_utf8(folder / "self-test.mp4");
    return request;
}

/// The file must hold what was asked for; a writer that lies must not pass.
Result<void> check_file(const fs::path& file) {
    STUDIO_TRY(clip, read_clip(file));
    const bool is_right =
        clip.frames.size() == kFrames && clip.frames.front().width == kSide && clip.frames.front().height == kSide;
    if (is_right) return {};
    return internal_error(fmt::format("The self-test's file holds {} frames of {} x {} instead of {} of {} x {}.",
                                      clip.frames.size(), clip.frames.front().width, clip.frames.front().height,
                                      kFrames, kSide, kSide));
}

}  // namespace

Result<Json> run_self_test(std::stop_token stop) {
    const TemporaryFolder folder;
    if (!folder.is_made()) {
        return Error{ErrorCode::kIo,
                     "No folder for temporary files can be made.",
                     path_to_utf8(folder.path()),
                     {},
                     "Set TMPDIR to a folder that can be written.",
                     {}};
    }
    const auto engine = make_engine();
    auto result = run_job(*engine, tiny_request(folder.path()), std::move(stop));
    engine->shutdown();
    if (!result.ok()) return std::move(result).error();
    STUDIO_TRY_VOID(check_file(path_from_utf8(result->output_path)));
    Json report{{"num_frames", kFrames},
                {"width", kSide},
                {"height", kSide},
                {"total_s", result->total_s},
                {"device", result->resolved.device},
                {"precision", result->resolved.precision},
                {"peak_rss_bytes", result->peak_rss_bytes}};
    for (const StageTime& time : result->times)
        report["times"][std::string(to_string(time.stage))] = time.seconds;
    return report;
}

}  // namespace studio
