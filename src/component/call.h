// component/call.h - what one component gets and gives back.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>

#include "checkpoint/recognise.h"
#include "component/arguments.h"
#include "component/inputs.h"
#include "component/options.h"
#include "tensor/compute.h"
#include "tensor/torch_compat.h"

namespace studio::component {

/// Order inside a component: read options, begin() (refuses unknown keys, opens the inputs), then work and output().
/// Until begin() an InvalidArgument is a usage error; afterwards it is the input's fault.
class Call {
  public:
    /// Reads the options that all components share: prefix, precision, device.
    Call(Arguments arguments, std::stop_token stop);

    Options options;
    Json result;  // printed to stdout when not null
    std::stop_token stop;

    /// Throws Failure(InvalidArgument, "--model") when the flag is missing.
    const std::filesystem::path& model() const;
    /// Throws Failure(InvalidArgument, "--inputs") when the flag is missing.
    void need_inputs() const;
    void begin();
    bool has_begun() const { return inputs_.has_value(); }
    const Inputs& inputs() const { return *inputs_; }
    /// Resolved at first use, so that a component without tensors never probes the device.
    const Compute& compute();

    /// A copy on the CPU is stored; float types are widened to F32 unless `keep_type`.
    void output(const std::string& name, const at::Tensor& tensor, bool keep_type = false);
    /// Writes --outputs, if given.
    void write_outputs() const;

    const Arguments& arguments() const { return arguments_; }

  private:
    Arguments arguments_;
    std::vector<std::string> prefixes_;
    std::string precision_, device_;
    std::optional<Inputs> inputs_;
    std::optional<Compute> compute_;
    std::map<std::string, at::Tensor> outputs_;
};

/// open_as + the role check, for the components that run one network.
checkpoint::Recognised open_model(const Call& call, checkpoint::Role role);

/// Throws Failure(Unsupported) with `what` as field; `why` says what this program does not do yet.
[[noreturn]] void unsupported(std::string field, std::string message, std::string fix);

}  // namespace studio::component
