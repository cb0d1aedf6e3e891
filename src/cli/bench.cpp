// bench: how long each stage takes, warm, in this process.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "app/run_job.h"
#include "app/settings_table.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/progress.h"
#include "core/platform.h"
#include "core/text.h"
#include "library/models.h"

namespace studio::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kMaxRepeats = 1000;
constexpr const char* kDefaultPrompt = "a red ball bouncing";
constexpr Stage kStages[] = {Stage::kText, Stage::kDenoise, Stage::kDecode, Stage::kSave};

class BenchFolder {
  public:
    BenchFolder()
        : path_(fs::temp_directory_path() /
                fmt::format("turbo-studio-bench-{:08x}{:08x}", std::random_device{}(), std::random_device{}())) {
        fs::create_directory(path_);
    }
    ~BenchFolder() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    BenchFolder(const BenchFolder&) = delete;
    BenchFolder& operator=(const BenchFolder&) = delete;
    const fs::path& path() const { return path_; }

  private:
    fs::path path_;
};

Result<int> repeats_of(const Invocation& invocation) {
    const std::string text = invocation.value("--repeats").value_or("5");
    const auto count = parse_int64(text);
    if (count && *count >= 1 && *count <= kMaxRepeats) return static_cast<int>(*count);
    return invalid_argument("--repeats",
                            fmt::format("--repeats must be a whole number from 1 to {}, not '{}'.", kMaxRepeats,
                                        escape_for_display(text, 60)),
                            "Give the number of measured runs.");
}

Result<GenerationRequest> bench_request(const Invocation& invocation) {
    GenerationRequest request;
    request.prompt = kDefaultPrompt;
    request.seed = 1;
    for (const Setting& setting : settings_table()) {
        if (const auto text = invocation.value(setting.flag))
            STUDIO_TRY_VOID(set_from_text(request, setting.key, *text));
    }
    STUDIO_TRY_VOID(check_ranges(request));
    return request;
}

double seconds_of(const JobResult& result, Stage stage) {
    double seconds = 0;
    for (const StageTime& time : result.times) {
        if (time.stage == stage) seconds += time.seconds;
    }
    return seconds;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t n = values.size();
    return n == 0 ? 0 : n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

struct Runs {
    JobResult warm_up;
    std::vector<JobResult> measured;
};

Result<Runs> measure(const GenerationRequest& request, int repeats, Output& output) {
    const InterruptScope interrupt;
    const BenchFolder folder;
    EngineOptions options;
    options.threads = request.threads;
    options.cache_text = false;
    const auto engine = make_engine(options);
    Runs runs;
    for (int i = 0; i <= repeats; ++i) {
        GenerationRequest one = request;
        one.seed += i;
        one.output = path_to_utf8(folder.path() / fmt::format("{}.mp4", i));
        auto result = run_job(*engine, one, interrupt.token());
        if (!result.ok()) return std::move(result).error();
        output.note(fmt::format("{} {}: {}", i == 0 ? "warm-up" : "run", i, times_text(*result)));
        if (i == 0)
            runs.warm_up = std::move(*result);
        else
            runs.measured.push_back(std::move(*result));
    }
    engine->shutdown();
    return runs;
}

Json runs_json(const Runs& runs) {
    Json list = Json::array();
    std::uint64_t peak = runs.warm_up.peak_rss_bytes;
    for (const JobResult& run : runs.measured) {
        Json entry{{"total", run.total_s}};
        for (const Stage stage : kStages)
            entry[std::string(to_string(stage))] = seconds_of(run, stage);
        list.push_back(std::move(entry));
        peak = std::max(peak, run.peak_rss_bytes);
    }
    return {{"runs", std::move(list)},
            {"load", seconds_of(runs.warm_up, Stage::kLoad)},
            {"peak_rss", std::max(peak, platform::process_peak_rss_bytes())},
            {"settings", runs.warm_up.resolved.request.to_json()},
            {"processor", platform::cpu_name()}};
}

void print_table(const Runs& runs, Output& output) {
    output.line(fmt::format("{:<10} {:>10} {:>10} {:>10}", "stage", "median s", "min s", "max s"));
    const auto row = [&](std::string_view name, const std::vector<double>& values) {
        const auto [low, high] = std::minmax_element(values.begin(), values.end());
        output.line(fmt::format("{:<10} {:>10.3f} {:>10.3f} {:>10.3f}", name, median(values), *low, *high));
    };
    for (const Stage stage : kStages) {
        std::vector<double> values;
        for (const JobResult& run : runs.measured)
            values.push_back(seconds_of(run, stage));
        row(to_string(stage), values);
    }
    std::vector<double> totals;
    for (const JobResult& run : runs.measured)
        totals.push_back(run.total_s);
    row("total", totals);
    output.line(fmt::format("loading once {}, peak memory {}", format_seconds(seconds_of(runs.warm_up, Stage::kLoad)),
                            format_bytes(platform::process_peak_rss_bytes())));
}

int run_bench(const Invocation& invocation, Output& output) {
    const auto repeats = repeats_of(invocation);
    const auto request = bench_request(invocation);
    const Error* wrong = !repeats.ok() ? &repeats.error() : !request.ok() ? &request.error() : nullptr;
    if (wrong != nullptr) {
        output.error(*wrong);
        return exit_code(wrong->code);
    }
    const auto runs = measure(*request, *repeats, output);
    if (!runs.ok() && runs.error().code == ErrorCode::kCancelled) return interrupt_exit_code();
    if (!runs.ok()) {
        output.error(runs.error());
        return exit_code(runs.error().code);
    }
    if (invocation.has("--json"))
        output.json(runs_json(*runs));
    else
        print_table(*runs, output);
    return kDone;
}

}  // namespace

Command bench_command() {
    Command command;
    command.name = "bench";
    command.summary = "Time every stage of a generation on this machine.";
    command.footer = R"(One engine, one warm-up run, then the measured runs, each with the next seed. The
prompt is encoded again in every run (no cache). Files go to a temporary folder.)";
    for (const char* const flag :
         {"--model", "--prompt", "--size", "--frames", "--fps", "--steps", "--sampler", "--guidance", "--shift",
          "--sigma-max", "--seed", "--attention", "--sla-topk", "--precision", "--device", "--threads", "--crf"}) {
        const Setting& setting = *find_setting(flag);
        command.options.push_back({flag, "VALUE", std::string(setting.help)});
    }
    command.options.push_back({"--repeats", "N", "Measured runs. [5]"});
    command.options.push_back({"--json", "", "The times as one JSON object, the last line of stdout."});
    command.run = &run_bench;
    return command;
}

}  // namespace studio::cli
