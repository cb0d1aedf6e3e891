#include "cli/program.h"

#include <fmt/format.h>

#include <algorithm>
#include <iostream>
#include <new>
#include <span>

#include "app/data_root.h"
#include "cli/command_line.h"
#include "cli/commands.h"
#include "cli/interrupt.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "component/component.h"
#include "core/log.h"
#include "core/text.h"

namespace studio::cli {
namespace {

Error missing_root() {
    const std::string root = path_to_utf8(data_root().path);
    return {ErrorCode::kNotFound,
            fmt::format("The folder of the program's files, {}, is not there.", escape_for_display(root, 1000)),
            root,
            "data-root",
            "Plug the drive in, or set STUDIO_HOME to another folder.",
            {}};
}

/// The folders first: the log lies in one of them.
void open_log(const std::string& level) {
    if (use_data_root().is_missing) throw Failure(missing_root());
    log::Options options;
    if (const auto [is_known, value] = log::parse_level(level); is_known) {
        options.level = value;
        options.to_stderr = value != log::Level::kOff;
        options.stderr_level = value;
    }
    log::init(options);
}

/// Position of "component" when it is the command: only --log-level may stand before it.
std::size_t component_at(const std::vector<std::string>& arguments) {
    std::size_t at = 0;
    if (arguments.size() > 2 && arguments[0] == "--log-level")
        at = 2;
    else if (!arguments.empty() && arguments[0].starts_with("--log-level="))
        at = 1;
    return at < arguments.size() && arguments[at] == kComponent ? at : arguments.size();
}

int run_component_command(const std::vector<std::string>& arguments, std::size_t at) {
    std::string level;
    if (at == 2) level = arguments[1];
    if (at == 1) level = arguments[0].substr(std::string_view("--log-level=").size());
    open_log(level);
    const InterruptScope interrupt;
    const int code = run_component(std::span(arguments).subspan(at + 1), std::cout, std::cerr, interrupt.token());
    std::cout.flush();
    return code;
}

int report(const Error& error, Output& output) {
    output.error(error);
    return exit_code(error.code);
}

int run_command(const Parsed& parsed, Output& output) {
    open_log(parsed.log_level);
    const int code = parsed.command->run(parsed.invocation, output);
    if (const auto state = output.stdout_state(); !state.ok() && code == kDone) return report(state.error(), output);
    return code;
}

int run_checked(const std::vector<std::string>& arguments, Output& output) {
    if (const std::size_t at = component_at(arguments); at < arguments.size())
        return run_component_command(arguments, at);
    auto parsed = parse_command_line(arguments);
    if (const auto* help = std::get_if<HelpText>(&parsed)) {
        output.text(help->text);
        const auto state = output.stdout_state();
        return state.ok() ? kDone : report(state.error(), output);
    }
    if (const auto* error = std::get_if<Error>(&parsed)) return report(*error, output);
    return run_command(std::get<Parsed>(parsed), output);
}

}  // namespace

int run_program(const std::vector<std::string>& arguments) {
    Output output;
    int code = kInternal;
    try {
        terminal::prepare();
        install_interrupt();
        code = run_checked(arguments, output);
    } catch (const Failure& failure) {
        code = report(failure.error(), output);
    } catch (const std::bad_alloc&) {
        code = report({ErrorCode::kOutOfMemory,
                       "The program ran out of memory.",
                       {},
                       {},
                       "Close other programs, or make a smaller or shorter video.",
                       {}},
                      output);
    } catch (const std::exception& error) {
        code = report(internal_error(fmt::format("Something unexpected happened: {}", error.what())), output);
    } catch (...) {
        code = report(internal_error("Something unexpected happened."), output);
    }
    log::shutdown();
    return code;
}

}  // namespace studio::cli
