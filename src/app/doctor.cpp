#include "app/doctor.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <random>

#include "app/doctor_kernels.h"
#include "app/gpu_driver.h"
#include "app/native.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "core/version.h"
#include "library/models.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

using Status = Finding::Status;
constexpr std::uint64_t kLowMemory = std::uint64_t{2} << 30;  // the demo model runs in less; a real one does not
constexpr std::uint64_t kLowDisk = std::uint64_t{1} << 30;

Finding system_finding() {
    return {
        "system", "System", Status::kOk, platform::os_name(), {}, {{"version", kVersion}, {"os", platform::os_name()}}};
}

std::vector<std::string> instruction_sets() {
    std::vector<std::string> sets;
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) sets.emplace_back("AVX2");
    if (__builtin_cpu_supports("fma")) sets.emplace_back("FMA");
    if (__builtin_cpu_supports("avx512f")) sets.emplace_back("AVX-512");
    if (__builtin_cpu_supports("avx512bf16")) sets.emplace_back("AVX-512 BF16");
#endif
    return sets;
}

Finding processor_finding() {
    const auto sets = instruction_sets();
    const int cores = platform::physical_cores();
    Finding f{"processor", "Processor", Status::kOk,
              {},          {},          {{"name", platform::cpu_name()}, {"cores", cores}, {"instruction_sets", sets}}};
    f.value = fmt::format("{}, {} {}{}{}", platform::cpu_name(), cores, cores == 1 ? "core" : "cores",
                          sets.empty() ? "" : ", ", fmt::join(sets, " "));
    return f;
}

Finding memory_finding() {
    const auto memory = platform::physical_memory();
    Finding f{"memory",
              "Memory",
              Status::kOk,
              fmt::format("{} of {} free", format_bytes(memory.available_bytes), format_bytes(memory.total_bytes)),
              {},
              {{"total_bytes", memory.total_bytes}, {"available_bytes", memory.available_bytes}}};
    if (memory.available_bytes < kLowMemory) {
        f.status = Status::kNote;
        f.fix = "Close other programs before using a large model.";
    }
    return f;
}

Finding gpu_finding() {
    const GpuDriver driver = look_for_gpu_driver();
    Finding f{"gpu",
              "GPU",
              Status::kOk,
              {},
              {},
              {{"driver", driver.is_present},
               {"reason", driver.reason},
               {"cuda", driver.version},
               {"devices", Json::array()}}};
    for (const auto& device : driver.devices) {
        f.data["devices"].push_back({{"name", device.name},
                                     {"memory_bytes", device.memory_bytes},
                                     {"compute_capability", device.compute_capability}});
        f.value += fmt::format("{}{}, {}", f.value.empty() ? "" : "; ", device.name, format_bytes(device.memory_bytes));
    }
    if (driver.devices.empty()) {
        f.status = Status::kNote;
        f.value = driver.reason;
        f.fix = "Nothing to do: everything runs on the processor, only slower. With an NVIDIA GPU, install its driver.";
    } else {
        f.value += fmt::format(" (driver for CUDA {})", driver.version);
    }
    return f;
}

/// LibTorch's file name carries no version, but the wheel has a version.py two folders up.
std::string torch_version(const fs::path& library) {
    std::ifstream file(library.parent_path().parent_path() / "version.py");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("__version__")) continue;
        const auto open = line.find('\'');
        const auto close = line.rfind('\'');
        if (open != std::string::npos && close > open) return line.substr(open + 1, close - open - 1);
    }
    return {};
}

/// libavcodec.so.59.37.100 -> 59.37.100
std::string version_of(const fs::path& library) {
    const std::string name = path_to_utf8(library.filename());
    if (const auto at = name.find(".so."); at != std::string::npos) return name.substr(at + 4);
    return torch_version(library);
}

Finding libraries_finding() {
    Finding f{"libraries", "Libraries", Status::kOk, {}, {}, {{"program", kVersion}}};
    static constexpr std::string_view kShown[] = {"libtorch_cpu", "libavcodec", "libavformat", "libx264",
                                                  "libsentencepiece"};
    static constexpr std::string_view kOthers[] = {"libc10", "libavutil",     "libswscale", "libspdlog",
                                                   "libfmt", "libtorch_cuda", "libcudart"};
    for (const fs::path& path : native::loaded_libraries()) {
        const std::string file = path_to_utf8(path.filename());
        const std::string name = file.substr(0, file.find_first_of(".-"));
        const bool is_shown = std::find(std::begin(kShown), std::end(kShown), name) != std::end(kShown);
        if (!is_shown && std::find(std::begin(kOthers), std::end(kOthers), name) == std::end(kOthers)) continue;
        const std::string version = version_of(path);
        f.data[name] = {{"version", version}, {"path", path_to_utf8(path)}};
        if (is_shown)
            f.value += fmt::format("{}{} {}", f.value.empty() ? "" : ", ", name,
                                   version.empty() ? "(version unknown)" : version);
    }
    if (f.value.empty()) f.value = "none found by the loader";
    return f;
}

/// The folder itself, or the nearest one above it that exists: that is where it would be made.
fs::path existing_parent(fs::path path) {
    std::error_code failed;
    path = fs::absolute(path, failed);
    while (!fs::exists(path, failed) && path.has_relative_path())
        path = path.parent_path();
    return path;
}

/// By trying: permission bits tell little (root, ACLs, read-only mounts, full quotas).
std::string why_not_writable(const fs::path& folder) {
    const fs::path probe = folder / fmt::format(".turbo-studio-probe-{:08x}", std::random_device{}());
    std::error_code failed;
    if (!fs::is_directory(folder, failed)) return "not a folder";
    {
        std::ofstream file(probe, std::ios::binary);
        file << "probe" << std::flush;
        if (!file) failed = std::error_code(errno, std::generic_category());
    }
    std::error_code ignored;
    fs::remove(probe, ignored);
    return failed ? failed.message() : std::string();
}

Finding folder_finding(const char* key, const char* title, const fs::path& folder) {
    const fs::path where = existing_parent(folder);
    const std::string why = why_not_writable(where);
    std::error_code unknown;  // a folder without a name, or the current one is gone: shown as it was given
    const fs::path full = fs::absolute(folder, unknown);
    Finding f{fmt::format("folder.{}", key),
              title,
              Status::kOk,
              path_to_utf8(unknown ? folder : full),
              {},
              {{"path", path_to_utf8(unknown ? folder : full)},
               {"exists", !unknown && where == full},
               {"writable", why.empty()}}};
    std::error_code failed;
    const fs::space_info space = fs::space(where, failed);
    if (!failed) {
        f.data["free_bytes"] = space.available;
        f.value += fmt::format(" ({} free)", format_bytes(space.available));
    }
    if (!why.empty()) {
        f.status = Status::kProblem;
        f.value += fmt::format(": cannot be written: {}", why);
        f.fix = "Choose another folder or correct the permissions.";
    } else if (!failed && space.available < kLowDisk) {
        f.status = Status::kNote;
        f.fix = "Free some disk space before making long videos.";
    }
    return f;
}

Finding demo_finding() {
    Finding f{"demo_model", "Demo model", Status::kProblem, {}, {}, Json::object()};
    const auto path = demo_model_path();
    const auto info = path.ok() ? check_model(*path) : Result<ModelInfo>(path.error());
    if (!info.ok()) {
        f.value = info.error().message;
        f.fix = info.error().fix;
        return f;
    }
    f.data = {{"path", path_to_utf8(info->path)},
              {"bytes", info->bytes},
              {"complete", info->complete},
              {"missing", info->missing}};
    f.value = fmt::format("{}, {}, {}", path_to_utf8(info->path), info->precision, format_bytes(info->bytes));
    if (info->complete) {
        f.status = Status::kOk;
    } else {
        f.value = fmt::format("{}: incomplete: {}", path_to_utf8(info->path), fmt::join(info->missing, " "));
        f.fix = "Install the program again.";
    }
    return f;
}

Finding self_test_finding(const std::stop_token& stop) {
    const auto result = run_self_test(stop);
    if (!result.ok()) {
        return {"self_test",
                "Self-test",
                Status::kProblem,
                result.error().message,
                result.error().fix,
                {{"code", std::string(to_string(result.error().code))},
                 {"file", result.error().file},
                 {"field", result.error().field}}};
    }
    return {"self_test",
            "Self-test",
            Status::kOk,
            fmt::format("a video of {} frames made and read back in {}", (*result)["num_frames"].get<int>(),
                        format_seconds((*result)["total_s"].get<double>())),
            {},
            *result};
}

/// People ask because programs of this kind often are servers.
Finding ports_finding() {
    return {"ports", "Network ports", Status::kOk, "none: this program opens no port", {}, {{"open", Json::array()}}};
}

std::string_view status_name(Status status) {
    switch (status) {
        case Status::kOk:
            return "ok";
        case Status::kNote:
            return "note";
        case Status::kProblem:
            break;
    }
    return "problem";
}

}  // namespace

Json to_json(const DoctorReport& report) {
    Json list = Json::array();
    for (const Finding& f : report.findings) {
        list.push_back({{"key", f.key},
                        {"title", f.title},
                        {"status", status_name(f.status)},
                        {"value", f.value},
                        {"fix", f.fix},
                        {"data", f.data}});
    }
    return {{"program", kProgramName},
            {"version", kVersion},
            {"healthy", report.is_healthy()},
            {"findings", std::move(list)}};
}

DoctorReport examine(const DoctorOptions& options) {
    DoctorReport report;
    auto& list = report.findings;
    list.push_back(system_finding());
    list.push_back(processor_finding());
    list.push_back(memory_finding());
    list.push_back(gpu_finding());
    list.push_back(libraries_finding());
    list.push_back(kernels_finding(options.with_kernels));
    list.push_back(folder_finding("outputs", "Output folder", options.output_folder));
    list.push_back(folder_finding("data", "Models folder", platform::user_data_dir() / "models"));
    list.push_back(folder_finding("config", "Settings folder", platform::user_config_dir()));
    list.push_back(folder_finding("state", "Log folder", platform::user_state_dir()));
    list.push_back(ports_finding());
    list.push_back(demo_finding());
    if (options.with_self_test && !options.stop.stop_requested()) list.push_back(self_test_finding(options.stop));
    return report;
}

}  // namespace studio
