// decode: latents that a failed or killed job left behind become its video.
#include <fmt/format.h>

#include "app/latents_request.h"
#include "app/settings_table.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/run_job_printed.h"
#include "core/text.h"

namespace studio::cli {
namespace {

constexpr const char* kPassedOn[] = {"--output", "--model", "--ram-limit", "--vram-limit"};

Result<GenerationRequest> request_of(const Invocation& invocation) {
    STUDIO_TRY(request, latents_request(path_from_utf8(invocation.positionals.front())));
    for (const char* flag : kPassedOn)
        if (const auto text = invocation.value(flag))
            STUDIO_TRY_VOID(set_from_text(request, find_setting(flag)->key, *text));
    return request;
}

int run_decode(const Invocation& invocation, Output& output) {
    const bool is_json = invocation.has("--json");
    const auto request = request_of(invocation);
    if (!request.ok()) {
        print_refusal(request.error(), is_json, output);
        return report_failure(request.error(), output);
    }
    const InterruptScope interrupt;
    const auto engine = make_engine({request->threads});
    const auto result = run_printed(*engine, *request, is_json, interrupt.token(), output);
    int code = kDone;
    if (!result.ok()) {
        code = report_failure(result.error(), output);
    } else if (!is_json) {
        output.line(result->output_path);
        output.note(times_text(*result));
    }
    engine->shutdown();
    return code;
}

}  // namespace

Command decode_command() {
    Command command;
    command.name = "decode";
    command.summary = "Finish a video from the latents of a job whose decoding failed.";
    command.footer = R"(A job keeps its final latents on disk until its video is complete; when it fails
or is killed after that, it names the file. All settings and the model are in the
file; the video is the one that the job would have made.)";
    for (const char* flag : kPassedOn) {
        const Setting& setting = *find_setting(flag);
        command.options.push_back(
            {flag, setting.type == SettingType::kBytes ? "SIZE" : "PATH", std::string(setting.help)});
    }
    command.options.push_back({"--json", "", "One event per line on stdout as JSON."});
    command.positionals.push_back({"LATENTS", "The file of latents.", true});
    command.run = &run_decode;
    return command;
}

}  // namespace studio::cli
