// doctor: is this machine ready, and if not, what to do.
#include "app/doctor.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "core/text.h"

namespace studio::cli {
namespace {

constexpr int kProblem = 3;

std::string_view sign(Finding::Status status) {
    switch (status) {
        case Finding::Status::kOk:
            return "ok";
        case Finding::Status::kNote:
            return "note";
        case Finding::Status::kProblem:
            break;
    }
    return "PROBLEM";
}

int run_doctor(const Invocation& invocation, Output& output) {
    const InterruptScope interrupt;
    DoctorOptions options;
    options.stop = interrupt.token();
    options.with_self_test = !invocation.has("--no-self-test");
    options.with_kernels = invocation.has("--kernels");
    if (const auto folder = invocation.value("--output")) options.output_folder = path_from_utf8(*folder);
    const DoctorReport report = examine(options);
    if (options.stop.stop_requested()) return interrupt_exit_code();
    if (invocation.has("--json")) {
        output.json(to_json(report));
        return report.is_healthy() ? kDone : kProblem;
    }
    for (const Finding& finding : report.findings) {
        output.line(fmt::format("{:<8} {:<16} {}", sign(finding.status), finding.title,
                                escape_for_display(finding.value, 1000)));
        if (!finding.fix.empty())
            output.line(fmt::format("{:<8} {:<16} -> {}", "", "", escape_for_display(finding.fix, 1000)));
    }
    output.line(report.is_healthy() ? "Everything that is needed works."
                                    : "Something that is needed does not work: see PROBLEM above.");
    return report.is_healthy() ? kDone : kProblem;
}

}  // namespace

Command doctor_command() {
    Command command;
    command.name = "doctor";
    command.summary = "Check machine, driver, libraries, folders, disk and demo model; run a short self-test.";
    command.footer = "Exits 3 when something that is needed does not work.";
    command.options = {{"--json", "", "The answer as one JSON object."},
                       {"--kernels", "", "Also run every kernel of our own and compare it."},
                       {"--no-self-test", "", "Leave out the run of the engine."},
                       {"--output", "PATH", "The output folder to check. [outputs/]"}};
    command.run = &run_doctor;
    return command;
}

}  // namespace studio::cli
