#include "component/component.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "component/call.h"
#include "component/components.h"
#include "core/check.h"
#include "core/text.h"
#include "tensor/guard.h"

namespace studio {
namespace component {
namespace {

constexpr std::array<Component, 13> kComponents{{
    {"tokenize", run_tokenize, "text to token ids"},
    {"text-encoder", run_text_encoder, "token ids to context rows"},
    {"dit", run_dit, "one forward pass of the diffusion transformer"},
    {"vae-encode", run_vae_encode, "video to latent"},
    {"vae-decode", run_vae_decode, "latent to video"},
    {"sampler", run_sampler, "noise schedule and solver, with an analytic model"},
    {"pipeline", run_pipeline, "a whole generation with every intermediate"},
    {"norm", run_norm, "layer norm and RMS norm"},
    {"weights", run_weights, "list a checkpoint with checksums"},
    {"clip", run_clip, "image to the features of the image encoder"},
    {"attention", run_attention, "self-attention of every kind, with its block map"},
    {"linear-w8a8", run_linear_w8a8, "INT8 linear layer with quantised activations"},
    {"image", run_image, "an image file to upright sRGB pixels"},
}};

const Component* find_component(std::string_view name) {
    const auto* it =
        std::find_if(kComponents.begin(), kComponents.end(), [&](const Component& c) { return c.name == name; });
    return it == kComponents.end() ? nullptr : it;
}

std::string names() {
    std::string out;
    for (const auto& component : kComponents)
        out += (out.empty() ? "" : ", ") + std::string(component.name);
    return out;
}

void print_help(std::ostream& out) {
    out << "component NAME [--model PATH] [--inputs FILE] [--outputs FILE] [--options JSON or @FILE] "
           "[--json-errors]\n\n"
           "Runs one part of the engine alone on tensors from a safetensors file.\n\n";
    for (const auto& component : kComponents) {
        out << "  " << component.name << std::string(16 - component.name.size(), ' ') << component.help << "\n";
    }
}

struct Failed {
    Error error;
    int code = 0;
};

void print(std::ostream& err, const Error& error, bool as_json) {
    if (as_json) {
        const Json line{{"code", to_string(error.code)},
                        {"file", error.file},
                        {"field", error.field},
                        {"message", error.message},
                        {"fix", error.fix}};
        err << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
        return;
    }
    err << "error: " << error.message << "\n";
    if (!error.file.empty()) err << "  file: " << error.file << "\n";
    if (!error.field.empty()) err << "  field: " << error.field << "\n";
    err << "  fix: " << error.fix << std::endl;
}

/// Neither text may be empty, whoever made the error.
Error completed(Error error) {
    if (error.message.empty()) error.message = "The component failed: " + std::string(to_string(error.code)) + ".";
    if (error.fix.empty()) error.fix = "Check the file and the options named above and run the component again.";
    return error;
}

/// After begin() a wrong value is the input's fault (exit 3), unless the error names a flag or an option that was
/// given.
bool is_inputs_fault(const Error& error, const Call* call) {
    return call != nullptr && call->has_begun() && error.code == ErrorCode::kInvalidArgument &&
           !error.field.starts_with("--") && !call->arguments().options.contains(error.field);
}

Failed failed(Error error, const Call* call) {
    int code = exit_code(error.code);
    if (is_inputs_fault(error, call)) {
        code = exit_code(ErrorCode::kCorruptFile);
        const auto& arguments = call->arguments();
        if (arguments.inputs)
            error.in_file(path_to_utf8(*arguments.inputs));
        else if (arguments.model)
            error.in_file(path_to_utf8(*arguments.model));
    }
    return {completed(std::move(error)), code};
}

std::optional<Failed> run(const Component& component, Arguments arguments, std::ostream& out, std::stop_token stop) {
    std::optional<Call> call;
    const auto done = guard([&] {
        const c10::InferenceMode inference;
        call.emplace(std::move(arguments), std::move(stop));
        component.run(*call);
        STUDIO_CHECK(call->has_begun(), "a component must call begin()");
        call->write_outputs();
        if (!call->result.is_null())
            out << call->result.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    });
    if (done.ok()) return std::nullopt;
    return failed(done.error(), call ? &*call : nullptr);
}

}  // namespace

std::span<const Component> components() {
    return kComponents;
}

}  // namespace component

int run_component(std::span<const std::string> args, std::ostream& out, std::ostream& err, std::stop_token stop) {
    using namespace component;
    const bool as_json = wants_json_errors(args);
    try {
        auto arguments = parse_arguments(args);
        if (arguments.ok() && arguments->help) {
            print_help(out);
            return 0;
        }
        std::optional<Failed> failure;
        if (!arguments.ok()) {
            failure = failed(arguments.error(), nullptr);
        } else if (const auto* found = find_component(arguments->name)) {
            failure = run(*found, std::move(arguments).value(), out, std::move(stop));
        } else {
            const std::string what = arguments->name.empty()
                                         ? "No component is named."
                                         : "There is no component \"" + escape_for_display(arguments->name) + "\".";
            failure = failed(invalid_argument("NAME", what, "Choose one of: " + names() + "."), nullptr);
        }
        if (!failure) return 0;
        print(err, failure->error, as_json);
        return failure->code;
    } catch (...) {
        const Failed failure = failed(error_from_current_exception(), nullptr);
        print(err, failure.error, as_json);
        return failure.code;
    }
}

}  // namespace studio
