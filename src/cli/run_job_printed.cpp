#include "cli/run_job_printed.h"

#include <fmt/format.h>

#include "app/run_job.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "core/text.h"

namespace studio::cli {
namespace {

std::string amount(const MemoryUse& use) {
    std::string text = use.device > 0 ? fmt::format("{} on the card, {} of main memory", format_bytes(use.device),
                                                    format_bytes(use.host))
                                      : format_bytes(use.host);
    if (use.droppable > use.host / 100)
        text += fmt::format(" ({} of it pages of the model's files, which the system can drop)",
                            format_bytes(use.droppable));
    return text;
}

}  // namespace

int report_failure(const Error& error, Output& output) {
    if (error.code == ErrorCode::kCancelled) {
        output.note("Stopped. Nothing was left behind.");
        return interrupt_exit_code();
    }
    output.error(error);
    return exit_code(error.code);
}

void print_refusal(const Error& error, bool is_json, Output& output) {
    if (!is_json) return;
    output.json(error.code == ErrorCode::kCancelled ? to_json(Event(JobCancelled{}))
                                                    : to_json(Event(JobFailed{0, error, {}})));
}

Result<JobResult> run_printed(EngineClient& engine, const GenerationRequest& request, bool is_json,
                              const std::stop_token& stop, Output& output) {
    ProgressPrinter printer(output, !is_json && terminal::is_stderr_live());
    bool has_end = false;
    auto result = run_job(engine, request, stop, [&](const Event& event) {
        has_end = has_end || std::holds_alternative<JobFailed>(event) || std::holds_alternative<JobCancelled>(event);
        if (is_json)
            output.json(to_json(event));
        else
            printer.show(event);
        const auto* failed = std::get_if<JobFailed>(&event);
        if (failed != nullptr && !failed->latents_path.empty() && !is_json)
            output.note(fmt::format("The latents are kept; finish later with: turbo-studio-cli decode '{}'",
                                    escape_for_display(failed->latents_path, 4000)));
    });
    if (!result.ok() && !has_end) print_refusal(result.error(), is_json, output);
    return result;
}

void print_memory(const MemoryPrediction& memory, Output& output) {
    const auto line = [&](std::string_view key, const std::string& text) {
        output.line(fmt::format("{:<18} {}", key, text));
    };
    line("memory needed", amount(memory.chosen.peak));
    line("memory free", memory.free_device > 0
                            ? fmt::format("{} on the card, {} of main memory", format_bytes(memory.free_device),
                                          format_bytes(memory.free_host))
                            : format_bytes(memory.free_host));
    line("plan", memory.chosen.plan);
    if (!memory.chosen.price.empty()) line("its price", memory.chosen.price);
    for (const auto& stage : memory.stages)
        line("  " + stage.name, amount(stage.use));
    output.line("ways to run it:");
    for (const auto& way : memory.ways) {
        const std::uint64_t bytes = way.peak.device > 0 ? way.peak.device : way.peak.host;
        const char* mark = way.plan == memory.chosen.plan ? "this one" : way.fits ? "fits" : "does not fit";
        output.line(fmt::format("  {:>9}  {:<12} {}{}", format_bytes(bytes), mark, way.plan,
                                way.price.empty() ? "" : fmt::format(" ({})", way.price)));
    }
}

}  // namespace studio::cli
