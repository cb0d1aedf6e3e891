// models add, remove, verify.
#include "library/model_store.h"

#include <fmt/format.h>

#include <iostream>

#include "cli/interrupt.h"
#include "cli/models_actions.h"
#include "cli/store_printer.h"
#include "cli/terminal.h"
#include "core/text.h"

namespace studio::cli {
namespace {

std::string shown(const std::filesystem::path& path) {
    return escape_for_display(path_to_utf8(path), 4000);
}

Json paths_json(const std::vector<std::filesystem::path>& paths) {
    Json list = Json::array();
    for (const auto& path : paths)
        list.push_back(path_to_utf8(path));
    return list;
}

Json plan_json(const RemovalPlan& plan, bool is_done) {
    Json kept = Json::array();
    for (const auto& one : plan.kept)
        kept.push_back({{"path", path_to_utf8(one.path)}, {"reason", one.reason}});
    return {{"name", plan.name},
            {"path", path_to_utf8(plan.path)},
            {"is_only_forgotten", plan.is_only_forgotten},
            {"files", paths_json(plan.files)},
            {"bytes", plan.bytes},
            {"kept", std::move(kept)},
            {"removed", is_done}};
}

void print_plan(const RemovalPlan& plan, Output& output) {
    if (plan.is_only_forgotten) {
        output.note(
            fmt::format("{} will be forgotten; its files stay: {}", escape_for_display(plan.name), shown(plan.path)));
        return;
    }
    output.note(fmt::format("{}: {} files will be deleted, {} become free.", escape_for_display(plan.name),
                            plan.files.size(), format_bytes(plan.bytes)));
    for (const auto& kept : plan.kept)
        output.note(fmt::format("kept, {}: {}", kept.reason, shown(kept.path)));
}

bool is_confirmed(Output& output) {
    output.note("Remove it? Type yes:");
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "yes" || answer == "y";
}

const char* verdict_word(FileVerdict verdict) {
    switch (verdict) {
        case FileVerdict::kPublished:
            return "published";
        case FileVerdict::kRecorded:
            return "recorded";
        case FileVerdict::kBad:
            return "bad";
        case FileVerdict::kUnknown:
            break;
    }
    return "unknown";
}

Json verify_json(const VerifyResult& result) {
    Json files = Json::array();
    for (const VerifiedFile& file : result.files) {
        Json entry{{"path", path_to_utf8(file.path)},
                   {"size", file.size},
                   {"sha256", file.sha256},
                   {"verdict", verdict_word(file.verdict)},
                   {"note", file.note}};
        if (file.verdict == FileVerdict::kBad) entry["error"] = error_json(file.problem);
        files.push_back(std::move(entry));
    }
    return {{"files", std::move(files)}, {"bad", result.bad}, {"missing", result.missing_files}};
}

Result<std::string> one_name(const Invocation& invocation, const char* action) {
    if (invocation.positionals.size() == 2) return invocation.positionals[1];
    return invalid_argument("NAME", fmt::format("'models {}' takes one name.", action),
                            "'models list' shows the names.");
}

}  // namespace

int models_fail(const Error& error, const Invocation& invocation, Output& output) {
    if (invocation.has("--json")) output.json({{"error", error_json(error)}});
    if (error.code == ErrorCode::kCancelled) return interrupt_exit_code();
    output.error(error);
    return exit_code(error.code);
}

int models_add(const Invocation& invocation, Output& output) {
    AddRequest request;
    for (std::size_t i = 1; i < invocation.positionals.size(); ++i)
        request.paths.push_back(path_from_utf8(invocation.positionals[i]));
    request.name = invocation.value("--name").value_or("");
    if (invocation.has("--copy") && invocation.has("--move"))
        return models_fail(invalid_argument("--move", "--copy and --move exclude each other.",
                                            "Give one of them, or none to use the files where they are."),
                           invocation, output);
    request.mode = invocation.has("--copy")   ? AddMode::kCopy
                   : invocation.has("--move") ? AddMode::kMove
                                              : AddMode::kInPlace;
    const InterruptScope interrupt;
    StorePrinter printer(output, terminal::is_stderr_live());
    const auto added = add_model(request, printer.callback(), interrupt.token());
    printer.end();
    if (!added.ok()) return models_fail(added.error(), invocation, output);
    if (invocation.has("--json")) {
        output.json({{"name", added->name},
                     {"path", path_to_utf8(added->path)},
                     {"kind", added->info.kind},
                     {"complete", added->info.complete},
                     {"missing", added->info.missing}});
        return kDone;
    }
    output.line(fmt::format("{}: {}, {}", added->name, added->info.kind, shown(added->path)));
    for (const std::string& missing : added->info.missing)
        output.line(fmt::format("missing: {}", escape_for_display(missing, 1000)));
    return kDone;
}

int models_remove(const Invocation& invocation, Output& output) {
    const auto name = one_name(invocation, "remove");
    if (!name.ok()) return models_fail(name.error(), invocation, output);
    const auto plan = plan_removal(*name);
    if (!plan.ok()) return models_fail(plan.error(), invocation, output);
    if (invocation.has("--dry-run")) {
        if (invocation.has("--json"))
            output.json(plan_json(*plan, false));
        else
            print_plan(*plan, output);
        return kDone;
    }
    print_plan(*plan, output);
    if (!invocation.has("--yes") && !is_confirmed(output))
        return models_fail(
            invalid_argument("--yes", "Nothing was removed: it was not confirmed.", "Answer yes, or give --yes."),
            invocation, output);
    if (const auto removed = run_removal(*plan); !removed.ok()) return models_fail(removed.error(), invocation, output);
    if (invocation.has("--json"))
        output.json(plan_json(*plan, true));
    else if (plan->is_only_forgotten)
        output.line(fmt::format("{} is forgotten; its files are where they were.", escape_for_display(plan->name)));
    else
        output.line(fmt::format("{} is removed; {} are free again.", escape_for_display(plan->name),
                                format_bytes(plan->bytes)));
    return kDone;
}

int models_verify(const Invocation& invocation, Output& output) {
    const auto name = one_name(invocation, "verify");
    if (!name.ok()) return models_fail(name.error(), invocation, output);
    const InterruptScope interrupt;
    StorePrinter printer(output, terminal::is_stderr_live());
    const auto result = verify_model(*name, printer.callback(), interrupt.token());
    printer.end();
    if (!result.ok()) return models_fail(result.error(), invocation, output);
    if (invocation.has("--json")) output.json(verify_json(*result));
    for (const VerifiedFile& file : result->files) {
        if (!invocation.has("--json"))
            output.line(fmt::format("{:<10} {:>10}  {}  {}", verdict_word(file.verdict), format_bytes(file.size),
                                    shown(file.path), file.note));
        if (file.verdict == FileVerdict::kBad) output.error(file.problem);
    }
    for (const std::string& missing : result->missing_files) {
        output.error({ErrorCode::kNotFound,
                      fmt::format("{} is missing.", escape_for_display(missing, 4000)),
                      missing,
                      {},
                      "Download it: 'models download' lists the names.",
                      {}});
    }
    return result->bad + result->missing > 0 ? exit_code(ErrorCode::kCorruptFile) : kDone;
}

}  // namespace studio::cli
