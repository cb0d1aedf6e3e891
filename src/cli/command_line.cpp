#include "cli/command_line.h"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <memory>

#include "cli/commands.h"
#include "core/log.h"
#include "core/text.h"
#include "core/version.h"

namespace studio::cli {
namespace {

constexpr const char* kProgram = "turbo-studio-cli";

constexpr const char* kFooter = R"(Exit codes: 0 done, 2 usage, 3 input or model, 4 memory, 70 internal,
130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP ('component': 5 cancelled).
'turbo-studio-cli COMMAND --help' explains a command. Environment: STUDIO_MODELS
(folders with models), STUDIO_DEMO_MODEL, STUDIO_HOME (all user folders), STUDIO_LOG.)";

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j)
        row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::vector<std::string> command_names() {
    std::vector<std::string> names;
    for (const Command& command : all_commands())
        names.push_back(command.name);
    names.emplace_back(kComponent);
    return names;
}

std::vector<std::string> flags_of(const Command* command) {
    std::vector<std::string> flags{"--help", "--log-level"};
    if (command == nullptr)
        flags.emplace_back("--version");
    else
        for (const OptionSpec& option : command->options)
            flags.push_back(option.flag);
    return flags;
}

std::string help_hint(const Command* command) {
    return command == nullptr ? fmt::format("'{} --help' lists the commands.", kProgram)
                              : fmt::format("'{} {} --help' lists the options.", kProgram, command->name);
}

Error unknown_word(const std::string& word, const Command* command) {
    const bool is_option = word.starts_with("-");
    const std::string name = word.substr(0, word.find('='));
    const std::string near = closest(name, is_option ? flags_of(command) : command_names());
    std::string message = is_option ? fmt::format("There is no option {}", escape_for_display(name, 80))
                          : command != nullptr
                              ? fmt::format("'{}' is one argument too many", escape_for_display(word, 80))
                              : fmt::format("There is no command '{}'", escape_for_display(word, 80));
    if (is_option && command != nullptr) message += fmt::format(" in '{}'", command->name);
    if (command != nullptr && !is_option) {
        return invalid_argument(word, message + ".", "Put quotes around a text with spaces. " + help_hint(command));
    }
    return invalid_argument(name, message + ".",
                            (near.empty() ? "" : fmt::format("Did you mean {}? ", near)) + help_hint(command));
}

/// One command as a CLI11 subcommand; values are collected as text.
class Subcommand {
  public:
    Subcommand(CLI::App& parent, const Command& command) : command_(&command) {
        app_ = parent.add_subcommand(command.name, command.summary);
        app_->footer(command.footer);
        app_->allow_windows_style_options(false);
        texts_.resize(command.options.size() + command.positionals.size());
        lists_.resize(command.positionals.size() + command.options.size());
        std::size_t at = 0;
        for (const OptionSpec& option : command.options) {
            if (option.is_list)
                add_list(option, lists_[command.positionals.size() + at++]);
            else
                add_option(option, texts_[at++]);
        }
        for (std::size_t i = 0; i < command.positionals.size(); ++i) {
            const PositionalSpec& positional = command.positionals[i];
            auto* const added = positional.is_many ? app_->add_option(positional.name, lists_[i], positional.help)
                                                   : app_->add_option(positional.name, texts_[at++], positional.help);
            added->type_name("");
            positionals_.push_back(added);
            if (positional.is_required) added->required();
        }
        log_level_ =
            app_->add_option("--log-level", log_text_, "Messages on stderr: trace, debug, info, warning, error, off.")
                ->type_name("LEVEL");
    }

    bool was_used() const { return app_->parsed(); }
    const Command& command() const { return *command_; }

    Parsed result() const {
        Parsed parsed;
        parsed.command = command_;
        parsed.invocation.command = command_->name;
        for (const auto& [flag, option] : options_) {
            if (option->count() == 0) continue;
            const bool is_switch = option->get_items_expected_max() == 0;
            const std::string& text = option->results().front();
            if (is_switch && text == "false") continue;  // --json=false
            parsed.invocation.values[flag] = is_switch ? "" : text;
            if (option->get_items_expected_max() > 1) parsed.invocation.lists[flag] = option->results();
        }
        for (const CLI::Option* const positional : positionals_) {
            for (const std::string& text : positional->results())
                parsed.invocation.positionals.push_back(text);
        }
        if (log_level_->count() > 0) parsed.log_level = log_level_->results().front();
        return parsed;
    }

  private:
    void add_option(const OptionSpec& option, std::string& text) {
        CLI::Option* const added = option.value_name.empty()
                                       ? app_->add_flag(option.flag, option.help)
                                       : app_->add_option(option.flag, text, option.help)->type_name(option.value_name);
        options_.emplace_back(option.flag, added);
    }

    void add_list(const OptionSpec& option, std::vector<std::string>& texts) {
        CLI::Option* const added = app_->add_option(option.flag, texts, option.help)->type_name(option.value_name);
        // One value each time: the next word may be the prompt.
        added->allow_extra_args(false);
        options_.emplace_back(option.flag, added);
    }

    const Command* command_;
    CLI::App* app_ = nullptr;
    std::vector<std::string> texts_;  // CLI11 wants somewhere to write to; results() is what we read
    std::vector<std::vector<std::string>> lists_;
    std::string log_text_;
    std::vector<std::pair<std::string, CLI::Option*>> options_;
    std::vector<CLI::Option*> positionals_;
    CLI::Option* log_level_ = nullptr;
};

/// Which command was being read when parsing failed.
const Command* command_in(const std::vector<std::string>& arguments) {
    for (const std::string& argument : arguments) {
        for (const Command& command : all_commands()) {
            if (command.name == argument) return &command;
        }
        if (!argument.starts_with("-")) return nullptr;
    }
    return nullptr;
}

Error usage_error(const CLI::ParseError& error, const std::vector<std::string>& arguments, const CLI::App& app,
                  const std::vector<std::unique_ptr<Subcommand>>& subcommands) {
    const Command* command = command_in(arguments);
    for (const auto& sub : subcommands) {
        if (sub->was_used()) command = &sub->command();
    }
    // CLI11 complains about a missing command before it complains about the unknown word that was meant as one.
    const bool is_unknown = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr ||
                            dynamic_cast<const CLI::RequiredError*>(&error) != nullptr;
    if (const auto left = app.remaining(true); is_unknown && !left.empty()) return unknown_word(left.front(), command);
    // CLI11's own text starts with the option's name: "--steps: 1 required TEXT missing".
    const std::string text = error.what();
    const std::string field = text.starts_with("-") ? text.substr(0, text.find_first_of(": ")) : std::string();
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
        const bool is_missing = text.find("required") != std::string::npos && text.find("missing") != std::string::npos;
        return invalid_argument(field,
                                is_missing ? fmt::format("{} needs a value.", field)
                                           : fmt::format("{} is given more than once.", field.empty() ? text : field),
                                help_hint(command));
    }
    if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && command == nullptr) {
        return invalid_argument("", "No command is given.", help_hint(nullptr));
    }
    return invalid_argument(field, escape_for_display(text, 300) + ".", help_hint(command));
}

}  // namespace

std::string closest(std::string_view word, const std::vector<std::string>& known) {
    std::string best;
    std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
    if (word.size() > 64) return best;
    for (const std::string& candidate : known) {
        std::size_t distance = edit_distance(word, candidate);
        if (word.size() >= 4 && candidate.starts_with(word)) distance = std::min<std::size_t>(distance, 1);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

std::variant<Parsed, HelpText, Error> parse_command_line(const std::vector<std::string>& arguments) {
    CLI::App app("Turbo Studio: a prompt becomes a video on your own machine.", kProgram);
    app.allow_windows_style_options(false);
    app.footer(kFooter);
    app.require_subcommand(1);
    std::string log_text;
    auto* const log_level =
        app.add_option("--log-level", log_text, "Messages on stderr: trace, debug, info, warning, error, off.")
            ->type_name("LEVEL");
    const std::string version_help = "Print the version.";
    const auto* const version = app.add_flag("--version", version_help);
    std::vector<std::unique_ptr<Subcommand>> subcommands;
    for (const Command& command : all_commands())
        subcommands.push_back(std::make_unique<Subcommand>(app, command));
    app.add_subcommand(std::string(kComponent),
                       "Run one part of the engine alone on tensors from a file ('component --help').");
    try {
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return HelpText{app.help()};  // of the command that was named, if one was
    } catch (const CLI::ParseError& error) {
        if (version->count() > 0) return HelpText{fmt::format("{} {}\n", kProgram, kVersion)};
        return usage_error(error, arguments, app, subcommands);
    }
    if (version->count() > 0) return HelpText{fmt::format("{} {}\n", kProgram, kVersion)};
    for (const auto& sub : subcommands) {
        if (!sub->was_used()) continue;
        Parsed parsed = sub->result();
        if (parsed.log_level.empty() && log_level->count() > 0) parsed.log_level = log_level->results().front();
        if (!parsed.log_level.empty() && !log::parse_level(parsed.log_level).first) {
            return invalid_argument("--log-level",
                                    fmt::format("'{}' is not a log level.", escape_for_display(parsed.log_level, 40)),
                                    "Use trace, debug, info, warning, error or off.");
        }
        return parsed;
    }
    return invalid_argument("", "No command is given.", help_hint(nullptr));
}

}  // namespace studio::cli
