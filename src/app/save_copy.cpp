#include "app/save_copy.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <system_error>
#include <vector>

#include "core/platform.h"
#include "core/text.h"
#include "media/output_name.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kChunk = 1u << 20;
constexpr auto kReportEvery = std::chrono::milliseconds(20);
constexpr int kMaxAttempts = 100;

Error failed(const fs::path& file, int error_number, const char* doing) {
    return Error{ErrorCode::kIo,
                 fmt::format("The copy could not be written: {}.", std::generic_category().message(error_number)),
                 path_to_utf8(file),
                 "output",
                 "Choose another folder, or make room on the disk.",
                 {}}
        .while_doing(doing);
}

/// The unfinished copy: removed again unless it got its name.
class Part {
  public:
    static Result<std::unique_ptr<Part>> create(const fs::path& target) {
        for (int attempt = 1; attempt <= kMaxAttempts; ++attempt) {
            const fs::path path = media::part_path(target, attempt);
            int problem = 0;
            if (std::FILE* file = platform::create_new_file(path, problem))
                return std::unique_ptr<Part>(new Part(path, file));
            if (problem != EEXIST) return failed(path, problem, "saving a copy");
        }
        return failed(target, EEXIST, "saving a copy");
    }
    ~Part() {
        if (file_) std::fclose(file_);
        std::error_code ignored;
        if (!is_kept_) fs::remove(path_, ignored);
    }
    Part(const Part&) = delete;
    Part& operator=(const Part&) = delete;

    Result<void> write(const char* bytes, std::size_t count) {
        errno = 0;
        if (std::fwrite(bytes, 1, count, file_) != count) return failed(path_, errno, "saving a copy");
        return {};
    }
    Result<fs::path> finish(const fs::path& target) {
        errno = 0;
        int problem = std::fflush(file_) == 0 ? platform::sync_stream(file_) : errno;
        if (std::fclose(std::exchange(file_, nullptr)) != 0 && problem == 0) problem = errno;
        if (problem != 0) return failed(path_, problem, "saving a copy");
        STUDIO_TRY(named, media::rename_to_free_name(path_, target));
        is_kept_ = true;
        STUDIO_TRY_VOID(platform::sync_folder(named.parent_path()));
        return named;
    }

  private:
    Part(fs::path path, std::FILE* file) : path_(std::move(path)), file_(file) {}
    fs::path path_;
    std::FILE* file_;
    bool is_kept_ = false;
};

Result<void> copy_bytes(const fs::path& from, std::uintmax_t size, Part& part,
                        const std::function<void(double)>& progress, const std::stop_token& stop) {
    std::ifstream source(from, std::ios::binary);
    std::vector<char> chunk(kChunk);
    std::uintmax_t done = 0;
    auto told = std::chrono::steady_clock::now();
    while (done < size) {
        if (stop.stop_requested()) return cancelled();
        source.read(chunk.data(), static_cast<std::streamsize>(chunk.size()));
        const auto count = static_cast<std::size_t>(source.gcount());
        if (count == 0)
            return corrupt_file(path_to_utf8(from), {}, "The video became shorter while it was copied.",
                                "Wait until it is complete and save it again.");
        STUDIO_TRY_VOID(part.write(chunk.data(), count));
        done += count;
        const auto now = std::chrono::steady_clock::now();
        if (!progress || (now - told < kReportEvery && done < size)) continue;
        told = now;
        progress(std::min(1.0, static_cast<double>(done) / static_cast<double>(size)));
    }
    if (stop.stop_requested()) return cancelled();  // it has no name yet
    return {};
}

}  // namespace

Result<fs::path> save_copy(const fs::path& from, const fs::path& to, const std::function<void(double)>& progress,
                           const std::stop_token& stop) {
    std::error_code ec;
    const std::uintmax_t size = fs::file_size(from, ec);
    if (ec || !fs::is_regular_file(from, ec))
        return Error{ErrorCode::kNotFound,
                     "The video is not there any more.",
                     path_to_utf8(from),
                     {},
                     "Locate it in the history if it was moved.",
                     {}};
    STUDIO_TRY_VOID(media::check_target(to));
    const fs::space_info space = fs::space(to.parent_path(), ec);
    if (!ec && space.available < size)
        return Error{
            ErrorCode::kIo,
            fmt::format("The copy needs {}, and {} are free there.", format_bytes(size), format_bytes(space.available)),
            path_to_utf8(to.parent_path()),
            "output",
            "Make room on the disk, or choose another folder.",
            {}};
    STUDIO_TRY(part, Part::create(to));
    STUDIO_TRY_VOID(copy_bytes(from, size, *part, progress, stop));
    return part->finish(to);
}

}  // namespace studio
