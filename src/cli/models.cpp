// models: which models are there, and what a file or folder is.
#include "app/models.h"

#include <fmt/format.h>

#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/output.h"
#include "core/text.h"

namespace studio::cli {
namespace {

const std::vector<std::string> kActions{"list", "show", "check"};

Json model_json(const ModelInfo& model) {
    return {{"name", model.name},
            {"path", path_to_utf8(model.path)},
            {"kind", model.kind},
            {"layout", model.layout},
            {"precision", model.precision},
            {"bytes", model.bytes},
            {"complete", model.complete},
            {"missing", model.missing},
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
                                model.precision, format_bytes(model.bytes), model.complete ? "ready" : "not ready"));
    }
    if (models.empty())
        output.note("No model found. Put model folders into the models folder, or name them in STUDIO_MODELS.");
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

void print_details(const ModelInfo& model, Output& output) {
    if (const auto variant = model.details.find("variant"); variant != model.details.end() && variant->is_string()) {
        output.line(fmt::format("variant         {}", variant->get<std::string>()));
    }
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
    output.line(fmt::format("size            {}, {}", format_bytes(model.bytes), model.precision));
    output.line(fmt::format("can generate    {}", model.complete ? "yes" : "no"));
    for (const std::string& missing : model.missing)
        output.line(fmt::format("missing         {}", escape_for_display(missing, 1000)));
    print_details(model, output);
    for (const auto& [key, value] : model.defaults.items())
        output.line(fmt::format("default         {} = {}", key, value.dump()));
    for (const std::string& prompt : model.example_prompts)
        output.line(fmt::format("example         {}", escape_for_display(prompt, 500)));
}

int fail(const Error& error, bool is_json, Output& output) {
    if (is_json) output.json({{"error", error_json(error)}});
    output.error(error);
    return exit_code(error.code);
}

int show(const std::string& what, bool is_check, bool is_json, Output& output) {
    // `check` takes a path as it is; `show` also names.
    auto path = is_check && !what.empty() ? Result<std::filesystem::path>(path_from_utf8(what)) : find_model(what);
    if (!path.ok()) return fail(path.error(), is_json, output);
    const auto model = check_model(*path);
    if (!model.ok()) return fail(model.error(), is_json, output);
    if (is_json)
        output.json(model_json(*model));
    else
        print_model(*model, output);
    return kDone;
}

int run_models(const Invocation& invocation, Output& output) {
    const bool is_json = invocation.has("--json");
    const auto& words = invocation.positionals;
    const std::string action = words.empty() ? "list" : words[0];
    const std::string what = words.size() > 1 ? words[1] : "";
    if (action == "list" && what.empty()) return list(is_json, output);
    if (action == "show" || action == "check") return show(what, action == "check", is_json, output);
    if (action == "list")
        return fail(invalid_argument("models list", "'models list' takes no path.", "Use 'models check PATH'."),
                    is_json, output);
    const std::string near = closest(action, kActions);
    return fail(
        invalid_argument("models", fmt::format("'models {}' does not exist.", escape_for_display(action, 60)),
                         near.empty() ? "Use list, show or check." : fmt::format("Did you mean 'models {}'?", near)),
        is_json, output);
}

}  // namespace

Command models_command() {
    Command command;
    command.name = "models";
    command.summary = "List models, or tell what a model file or folder is.";
    command.footer = R"(models list          all models that generate can use by name
models show [NAME]   one of them (without a name the demo model)
models check [PATH]  a file or folder, judged by its tensors; exits 3 when it is damaged)";
    command.options = {{"--json", "", "The answer as one JSON object."}};
    command.positionals = {{"ACTION", "list, show or check [list]"}, {"PATH", "Name or path."}};
    command.run = &run_models;
    return command;
}

}  // namespace studio::cli
