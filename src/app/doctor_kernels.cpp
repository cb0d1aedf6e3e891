#include "app/doctor_kernels.h"

#include <fmt/format.h>

#include <cmath>

#include "pipeline/kernel_report.h"

namespace studio {

Finding kernels_finding(bool with_checks) {
    const KernelReport report = kernel_report(with_checks);
    Finding f{"kernels",
              "Kernels",
              Finding::Status::kOk,
              fmt::format("{}; CUDA: {}", report.cpu, report.cuda),
              {},
              {{"cpu", report.cpu}, {"cuda", report.cuda}, {"checks", Json::array()}}};
    std::string wrong;
    for (const KernelRung& rung : report.rungs) {
        Json difference = nullptr;
        if (std::isfinite(rung.difference)) difference = rung.difference;
        f.data["checks"].push_back({{"name", rung.name},
                                    {"device", rung.device},
                                    {"passed", rung.passed},
                                    {"difference", difference},
                                    {"bound", rung.bound},
                                    {"message", rung.message}});
        if (!rung.passed)
            wrong += fmt::format("{}{} on {}: {}", wrong.empty() ? "" : "; ", rung.name, rung.device, rung.message);
    }
    if (with_checks && wrong.empty()) f.value += fmt::format("; {} checked, all right", report.rungs.size());
    if (!wrong.empty()) {
        f.status = Finding::Status::kProblem;
        f.value += "; wrong: " + wrong;
        f.fix =
            "CUDA kernels that are wrong here are switched off by themselves; please report this with the line above.";
    }
    return f;
}

}  // namespace studio
