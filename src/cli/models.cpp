// models: which models are there, what a file or folder is, and the door to the other actions.
#include "library/models.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/models_actions.h"
#include "cli/output.h"
#include "core/text.h"
#include "library/model_download.h"

namespace studio::cli {
namespace {

const std::vector<std::string> kActions{"list", "show", "check", "add", "remove", "download", "verify", "convert"};

/// "ready", "downloading 43 %", "stopped at 43 %", "not ready".
std::string state_of(const ModelInfo& model) {
    if (const std::string text = download_state(model.path).text; !text.empty()) return text;
    return model.complete ? "ready" : "not ready";
}

Json model_json(const ModelInfo& model) {
    Json precisions = Json::array();
    for (const auto& [type, share] : model.precisions)
        precisions.push_back({{"type", type}, {"share", share}});
    return {{"name", model.name},
            {"path", path_to_utf8(model.path)},
            {"kind", model.kind},
            {"layout", model.layout},
            {"role", model.role},
            {"variant", model.variant},
            {"parameters", model.parameters},
            {"precision", model.precision},
            {"precisions", std::move(precisions)},
            {"bytes", model.bytes},
            {"complete", model.complete},
            {"state", state_of(model)},
            {"missing", model.missing},
            {"fits", model.fits},
            {"notices", model.notices},
            {"details", model.details},
            {"defaults", model.defaults.is_null() ? Json::object() : model.defaults},
            {"example_prompts", model.example_prompts}};
}

int list(bool is_json, Output& output) {
    const auto models = list_models();
    if (is_json) {
        Json all = Json::array();
        for (const ModelInfo& model : models)
            all.push_back(model_json(model));
        output.json({{"models", std::move(all)}});
        return kDone;
    }
    for (const ModelInfo& model : models) {
        output.line(fmt::format("{:<24} {:<22} {:<6} {:>10}  {}", escape_for_display(model.name, 200), model.kind,
                                model.precision, format_bytes(model.bytes), state_of(model)));
    }
    if (models.empty())
        output.note("No model found. 'models download' fetches one; 'models add' takes what is on disk already.");
    return kDone;
}

void print_config(const Json& config, Output& output) {
    for (const auto& [part, values] : config.items()) {
        std::string text;
        for (const auto& [key, value] : values.items())
            text += fmt::format("{}{}={}", text.empty() ? "" : " ", key, value.dump());
        output.line(fmt::format("  {:<13} {}", part, text));
    }
}

/// "BF16 98.7 %, F32 1.3 %".
std::string precision_text(const ModelInfo& model) {
    if (model.precisions.size() < 2) return model.precision;
    std::string out;
    for (const auto& [type, share] : model.precisions)
        out += fmt::format("{}{} {:.1f} %", out.empty() ? "" : ", ", type, 100 * share);
    return out;
}

void print_details(const ModelInfo& model, Output& output) {
    if (const auto parts = model.details.find("parts"); parts != model.details.end()) {
        for (const Json& part : *parts) {
            output.line(fmt::format("part            {}, {}, {} tensors, {}, {}", part.value("role", ""),
                                    part.value("precision", ""), part.value("tensors", 0),
                                    format_bytes(part.value("bytes", std::uint64_t{0})),
                                    escape_for_display(part.value("path", ""), 500)));
        }
    }
    if (const auto config = model.details.find("config"); config != model.details.end()) print_config(*config, output);
}

void print_model(const ModelInfo& model, Output& output) {
    output.line(fmt::format("name            {}", escape_for_display(model.name, 500)));
    output.line(fmt::format("path            {}", escape_for_display(path_to_utf8(model.path), 4000)));
    output.line(fmt::format("kind            {} ({})", model.kind, model.layout));
    if (!model.variant.empty()) output.line(fmt::format("variant         {}", escape_for_display(model.variant, 300)));
    output.line(fmt::format("size            {}, {} values", format_bytes(model.bytes), model.parameters));
    output.line(fmt::format("stored as       {}", precision_text(model)));
    output.line(fmt::format("can generate    {}", model.complete ? "yes" : "no"));
    for (const auto& [label, lines] : {std::pair("missing", &model.missing), std::pair("fits with", &model.fits),
                                       std::pair("note", &model.notices)}) {
        for (const std::string& line : *lines)
            output.line(fmt::format("{:<15} {}", label, escape_for_display(line, 1000)));
    }
    print_details(model, output);
    for (const auto& [key, value] : model.defaults.items())
        output.line(fmt::format("default         {} = {}", key, value.dump()));
    for (const std::string& prompt : model.example_prompts)
        output.line(fmt::format("example         {}", escape_for_display(prompt, 500)));
}

int show(const std::string& what, bool is_check, const Invocation& invocation, Output& output) {
    // `check` takes a path as it is; `show` also names.
    auto path = is_check && !what.empty() ? Result<std::filesystem::path>(path_from_utf8(what)) : find_model(what);
    if (!path.ok()) return models_fail(path.error(), invocation, output);
    const auto model = check_model(*path);
    if (!model.ok()) return models_fail(model.error(), invocation, output);
    if (invocation.has("--json"))
        output.json(model_json(*model));
    else
        print_model(*model, output);
    return kDone;
}

/// Options belong to actions; one that the action does not know would be ignored without a word.
Result<void> check_options(const Invocation& invocation, const std::string& action) {
    static const std::map<std::string, std::string> kActionsOf{{"--name", "add"},
                                                               {"--copy", "add"},
                                                               {"--move", "add"},
                                                               {"--yes", "remove"},
                                                               {"--mirror", "download"},
                                                               {"--proxy", "download"},
                                                               {"--dry-run", "download remove"},
                                                               {"--to", "convert"},
                                                               {"--dtype", "convert"}};
    for (const auto& [flag, actions] : kActionsOf) {
        if (!invocation.has(flag) || actions.find(action) != actions.npos) continue;
        return invalid_argument(flag, fmt::format("{} does not belong to 'models {}'.", flag, action),
                                "Leave it out. 'turbo-studio-cli models --help' tells what each action takes.");
    }
    return {};
}

int run_models(const Invocation& invocation, Output& output) {
    using Action = int (*)(const Invocation&, Output&);
    static const std::map<std::string, Action> kOthers{
        {"add", &models_add},       {"remove", &models_remove},   {"download", &models_download},
        {"verify", &models_verify}, {"convert", &models_convert},
    };
    const auto& words = invocation.positionals;
    const std::string action = words.empty() ? "list" : words[0];
    if (std::find(kActions.begin(), kActions.end(), action) == kActions.end()) {
        const std::string near = closest(action, kActions);
        return models_fail(
            invalid_argument("models", fmt::format("'models {}' does not exist.", escape_for_display(action, 60)),
                             near.empty() ? "Use list, show, check, add, remove, download, verify or convert."
                                          : fmt::format("Did you mean 'models {}'?", near)),
            invocation, output);
    }
    if (const auto options = check_options(invocation, action); !options.ok())
        return models_fail(options.error(), invocation, output);
    if (const auto other = kOthers.find(action); other != kOthers.end()) return other->second(invocation, output);
    if (words.size() > (action == "list" ? 1 : 2)) {
        return models_fail(
            invalid_argument(
                "models " + action,
                action == "list" ? "'models list' takes no path." : fmt::format("'models {}' takes one path.", action),
                action == "list" ? "Use 'models check PATH'." : "Put quotes around a path with spaces."),
            invocation, output);
    }
    if (action == "list") return list(invocation.has("--json"), output);
    return show(words.size() > 1 ? words[1] : "", action == "check", invocation, output);
}

}  // namespace

Command models_command() {
    Command command;
    command.name = "models";
    command.summary = "List, check, add, remove, download, verify and convert models.";
    command.footer = R"(models list              all models that generate can use by name, and their state
models show [NAME]       one of them (without a name the demo model)
models check [PATH]      a file or folder, judged by its tensors; exits 3 when it is damaged
models add PATH...       use what is on disk, where it is; several paths are the parts of one model
models download [NAME]   published models by name; without a name the catalogue. Run it again to go on
models verify NAME|PATH  every byte against the published hash, structure and values
models remove NAME       asks first; tells what becomes free; never deletes what it did not put there
models convert SRC DST --to diffusers|w8a8|blocks   the same weights in another form)";
    command.options = {{"--json", "", "The answer as one JSON object."},
                       {"--name", "NAME", "add: name of the model. [from the first path]"},
                       {"--copy", "", "add: copy into the models folder."},
                       {"--move", "", "add: move into the models folder."},
                       {"--yes", "", "remove: do not ask."},
                       {"--dry-run", "", "download, remove: tell what would be done."},
                       {"--mirror", "URL", "download: another server with the same layout. [https://huggingface.co]"},
                       {"--proxy", "URL", "download: http://, https://, socks5h://... [https_proxy]"},
                       {"--to", "FORM", "convert: diffusers, w8a8 or blocks."},
                       {"--dtype", "TYPE", "convert: bf16, f16 or f32. [as stored; what cannot be kept becomes bf16]"}};
    command.positionals = {{"ACTION", "list, show, check, add, remove, download, verify or convert [list]"},
                           {"PATH", "Names or paths.", false, true}};
    command.run = &run_models;
    return command;
}

}  // namespace studio::cli
