// Whole runs of every solver with an analytic velocity, against traces of the original schedulers.
#include <gtest/gtest.h>

#include <regex>

#include "core/json.h"
#include "sampler/sampler.h"
#include "tensor/weights.h"

namespace studio {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(STUDIO_TEST_DATA) / "golden/samplers";

/// v = a x + b sin(w t) + c in fp64, rounded to fp32.
struct Velocity {
    double a = 0, b = 0, c = 0, w = 0;
    at::Tensor operator()(const at::Tensor& x, double t) const {
        return x.to(at::kDouble).mul(a).add(b * std::sin(w * t)).add(c).to(at::kFloat);
    }
};

Velocity velocity() {
    const Json model = read_json_file(kFolder / "tables.json").value().at("model");
    return {model.at("a"), model.at("b"), model.at("c"), model.at("w")};
}

double relative_error(const at::Tensor& got, const at::Tensor& want) {
    const at::Tensor g = got.to(at::kDouble), w = want.to(at::kDouble);
    return (g.sub(w).norm().item<double>()) / w.norm().item<double>();
}

TEST(SamplerTraces, Grids) {
    const auto tensors = read_tensors(kFolder / "traces.safetensors");
    const Velocity v = velocity();
    const std::regex key("(\\w+)\\.n(\\d+)\\.s([\\d.]+)\\.x");
    int traces = 0;
    for (const auto& [name, want] : tensors) {
        std::smatch match;
        if (name.starts_with("rcm") || !std::regex_match(name, match, key)) continue;
        auto stepper = Stepper::make(
            {.kind = sampler_kind(match[1].str()).value(), .steps = std::stoi(match[2]), .shift = std::stod(match[3])});
        std::vector<at::Tensor> x{stepper->start(want[0])}, used;
        for (const double t : stepper->schedule().timesteps) {
            used.push_back(v(x.back(), t));
            x.push_back(stepper->advance(static_cast<int>(x.size()) - 1, x.back(), used.back()));
        }
        EXPECT_LE(relative_error(at::stack(x), want), 2e-5) << name;
        EXPECT_LE(relative_error(at::stack(used), tensors.at(name.substr(0, name.size() - 1) + "v")), 2e-5) << name;
        ++traces;
    }
    EXPECT_GE(traces, 16);
}

TEST(SamplerTraces, TwoExpertsShareOneSolver) {
    const auto tensors = read_tensors(kFolder / "traces.safetensors");
    const Velocity v = velocity();
    const at::Tensor want = tensors.at("two_expert.unipc_official.n20.s5.b0.9.x");
    auto stepper = Stepper::make({.kind = SamplerKind::kUnipcOfficial, .steps = 20, .shift = 5});
    std::vector<at::Tensor> x{stepper->start(want[0])};
    for (int i = 0; i < 20; ++i) {
        at::Tensor out = v(x.back(), stepper->schedule().timesteps[static_cast<std::size_t>(i)]);
        if (!high_noise_expert(SamplerKind::kUnipcOfficial, stepper->schedule(), i, 0.9)) out = out.mul(0.7).sub(0.2);
        x.push_back(stepper->advance(i, x.back(), out));
    }
    EXPECT_LE(relative_error(at::stack(x), want), 2e-5);
}

TEST(SamplerTraces, Rcm) {
    const auto tensors = read_tensors(kFolder / "traces.safetensors");
    const Velocity v = velocity();
    const std::regex key("(rcm\\.n(\\d+)\\.s([\\d.]+)\\.)(sde|ode)\\.x");
    int traces = 0;
    for (const auto& [name, want] : tensors) {
        std::smatch match;
        if (!std::regex_match(name, match, key)) continue;
        const at::Tensor noise = tensors.at(match[1].str() + "noise");
        auto stepper = Stepper::make({.kind = SamplerKind::kRcm,
                                      .steps = std::stoi(match[2]),
                                      .sigma_max = std::stod(match[3]),
                                      .ode = match[4] == "ode"});
        std::vector<at::Tensor> x{stepper->start(tensors.at(match[1].str() + "noise0"))};
        for (const double t : stepper->schedule().timesteps) {
            const int i = static_cast<int>(x.size()) - 1;
            x.push_back(stepper->advance(i, x.back(), v(x.back().to(at::kBFloat16), t), noise[i]));
        }
        EXPECT_LE(relative_error(at::stack(x), want), 1e-6) << name;
        ++traces;
    }
    EXPECT_GE(traces, 16);
}

}  // namespace
}  // namespace studio
