// models convert: the same weights in another form.
#include <fmt/format.h>

#include "cli/interrupt.h"
#include "cli/models_actions.h"
#include "cli/store_printer.h"
#include "cli/terminal.h"
#include "core/text.h"
#include "library/model_convert.h"

namespace studio::cli {

int models_convert(const Invocation& invocation, Output& output) {
    if (invocation.positionals.size() != 3)
        return models_fail(
            invalid_argument("SRC", "'models convert' takes two paths: what to convert, and where to write it.",
                             "Write: models convert SRC DST --to diffusers|w8a8|blocks."),
            invocation, output);
    ConvertRequest request;
    request.source = path_from_utf8(invocation.positionals[1]);
    request.target = path_from_utf8(invocation.positionals[2]);
    request.form = invocation.value("--to").value_or("");
    request.dtype = invocation.value("--dtype").value_or("");
    const InterruptScope interrupt;
    StorePrinter printer(output, terminal::is_stderr_live());
    const auto result = convert_model(request, printer.callback(), interrupt.token());
    printer.end();
    if (!result.ok()) return models_fail(result.error(), invocation, output);
    for (const std::string& notice : result->notices)
        output.note(fmt::format("note: {}", notice));
    if (invocation.has("--json")) {
        Json files = Json::array();
        for (const auto& file : result->files)
            files.push_back(path_to_utf8(file));
        output.json({{"path", path_to_utf8(result->path)},
                     {"files", std::move(files)},
                     {"bytes", result->bytes},
                     {"tensors", result->tensors},
                     {"changed", result->changed},
                     {"quantised", result->quantised},
                     {"notices", result->notices}});
        return kDone;
    }
    output.line(fmt::format("{}: {} tensors, {}{}", escape_for_display(path_to_utf8(result->path), 4000),
                            result->tensors, format_bytes(result->bytes),
                            result->changed == 0 ? ", every value as it was"
                                                 : fmt::format(", {} tensors rounded or quantised", result->changed)));
    return kDone;
}

}  // namespace studio::cli
