#include "component/call.h"

#include "core/result.h"
#include "core/text.h"
#include "tensor/weights.h"

namespace studio::component {

Call::Call(Arguments arguments, std::stop_token stop_token)
    : options(arguments.options), stop(std::move(stop_token)), arguments_(std::move(arguments)) {
    prefixes_ = options.texts("prefix", std::vector<std::string>{""});
    precision_ = options.choice("precision", "fp32", {"fp32", "bf16"});
    device_ = options.choice("device", "cpu", {"cpu", "cuda"});
}

const std::filesystem::path& Call::model() const {
    if (!arguments_.model)
        throw Failure(invalid_argument("--model", "The component " + arguments_.name + " needs a model.",
                                       "Name a model file or folder with --model."));
    return *arguments_.model;
}

void Call::need_inputs() const {
    if (arguments_.inputs) return;
    throw Failure(invalid_argument("--inputs", "The component " + arguments_.name + " needs input tensors.",
                                   "Give a safetensors file that holds them with --inputs."));
}

void Call::begin() {
    options.finish();
    inputs_.emplace(arguments_.inputs, prefixes_);
    if (!arguments_.outputs) return;
    // Found out now and not after minutes of work.
    const auto folder = std::filesystem::absolute(*arguments_.outputs).parent_path();
    std::error_code ignored;
    if (std::filesystem::is_directory(folder, ignored)) return;
    Error error;
    error.code = ErrorCode::kIo;
    error.file = path_to_utf8(*arguments_.outputs);
    error.field = "--outputs";
    error.message = "The folder for the outputs does not exist: " + path_to_utf8(folder) + ".";
    error.fix = "Make the folder, or name another file with --outputs.";
    throw Failure(std::move(error));
}

const Compute& Call::compute() {
    if (!compute_) compute_ = choose_compute(device_, precision_);
    return *compute_;
}

void Call::output(const std::string& name, const at::Tensor& tensor, bool keep_type) {
    const bool widen = !keep_type && at::isFloatingType(tensor.scalar_type());
    outputs_[name] = tensor.to(at::kCPU, widen ? at::kFloat : tensor.scalar_type()).contiguous();
}

void Call::write_outputs() const {
    if (arguments_.outputs) write_tensors(*arguments_.outputs, outputs_);
}

checkpoint::Recognised open_model(const Call& call, checkpoint::Role role) {
    return checkpoint::open_as(call.model(), role).value();
}

void unsupported(std::string field, std::string message, std::string fix) {
    Error error;
    error.code = ErrorCode::kUnsupported;
    error.field = std::move(field);
    error.message = std::move(message);
    error.fix = std::move(fix);
    throw Failure(std::move(error));
}

}  // namespace studio::component
