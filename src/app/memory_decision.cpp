#include "app/memory_decision.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/platform.h"
#include "core/text.h"

namespace studio {
namespace {

using pipeline::MemoryFree;
using pipeline::MemoryPlan;

/// Before any model was loaded: every later plan of this process stands on it.
std::uint64_t program_bytes() {
    static const std::uint64_t bytes = platform::process_rss_bytes();
    return bytes;
}

/// What is free, and what this process holds already: a model that an earlier job loaded is not needed twice.
MemoryFree free_memory(const GenerationRequest& request, std::uint64_t free_device) {
    const platform::Memory memory = platform::physical_memory();
    MemoryFree free;
    free.host = std::min(memory.total_bytes, memory.available_bytes + platform::process_rss_bytes());
    free.host_when_idle = free.host / 2;  // a program that waits for the next prompt leaves half to others
    free.device = free_device;
    if (request.ram_limit > 0) {
        const auto limit = static_cast<std::uint64_t>(request.ram_limit);
        free.host = std::min(free.host, limit);
        free.host_when_idle = free.host;
    }
    if (request.vram_limit > 0) free.device = std::min(free.device, static_cast<std::uint64_t>(request.vram_limit));
    return free;
}

MemoryUse use_of(const pipeline::Bytes& host, std::uint64_t device) {
    return {host.all(), host.mapped, device};
}

MemoryPrediction::Way way_of(const MemoryPlan& plan, const MemoryDecision& decision) {
    return {plan.words, plan.price, use_of(plan.host, plan.device),
            pipeline::fits(plan, decision.free, decision.is_cuda)};
}

std::uint64_t counted(const MemoryPlan& plan, bool is_cuda) {
    return is_cuda ? plan.device : plan.host.all();
}

}  // namespace

const MemoryPlan& MemoryDecision::smallest() const {
    return *std::min_element(plans.begin(), plans.end(), [&](const MemoryPlan& a, const MemoryPlan& b) {
        return counted(a, is_cuda) < counted(b, is_cuda);
    });
}

MemoryDecision decide_memory(const pipeline::ModelParts& parts, const GenerationRequest& request,
                             std::int64_t text_tokens, std::uint64_t free_device) {
    pipeline::PlanInputs in;
    in.shape = {*request.width, *request.height, *request.num_frames};
    in.is_cuda = request.device == "cuda";
    in.element_bytes = request.precision == "bf16" ? 2 : 4;
    in.prompts = *request.guidance != 1 || request.guidance_2.value_or(1) != 1 ? 2 : 1;
    in.has_image = !request.image.empty();
    in.text_tokens = std::max<std::int64_t>(text_tokens, 1);
    in.is_sparse_attention = request.attention != "dense" && request.attention != "sage";
    in.has_image = !request.image.empty();
    in.only_decodes = !request.latents.empty();
    in.program_bytes = program_bytes();
    MemoryDecision out;
    out.is_cuda = in.is_cuda;
    out.plans = pipeline::memory_plans(parts, in);
    out.free = free_memory(request, free_device);
    out.chosen = pipeline::first_that_fits(out.plans, out.free, out.is_cuda);
    return out;
}

MemoryPrediction to_prediction(const MemoryDecision& decision) {
    MemoryPrediction out;
    const MemoryPlan& plan = decision.plan();
    out.chosen = way_of(plan, decision);
    for (const auto& stage : plan.stages)
        out.stages.push_back({std::string(to_string(stage.stage)), use_of(stage.host, stage.device)});
    std::uint64_t last = 0;
    for (const MemoryPlan& other : decision.plans) {
        const std::uint64_t bytes = counted(other, decision.is_cuda);
        // A way that saves less than a twentieth is not worth a line, except the one that runs.
        if (&other != &plan && last != 0 && bytes + last / 20 > last) continue;
        if (last == 0 || bytes < last) last = bytes;
        out.ways.push_back(way_of(other, decision));
    }
    out.free_host = decision.free.host;
    out.free_device = decision.is_cuda ? decision.free.device : 0;
    out.decode_bands = plan.choice.decode_bands;
    return out;
}

FittingChange change_that_fits(const pipeline::ModelParts& parts, const GenerationRequest& request,
                               std::int64_t text_tokens, std::uint64_t free_device) {
    const auto rules = pipeline::shape_rules(parts.dit_config, parts.vae_config);
    GenerationRequest r = request;
    const auto fits = [&] { return decide_memory(parts, r, text_tokens, free_device).fits(); };
    // Long videos in steps of a twelfth: a person wants to know roughly, not after a thousand plans.
    const int step = std::max(rules.frame_step, *request.num_frames / 12 / rules.frame_step * rules.frame_step);
    for (int frames = *request.num_frames - step; frames > 0; frames -= step) {
        r.num_frames = frames;
        if (fits())
            return {fmt::format("It would fit with {} frame{}.", frames, frames == 1 ? "" : "s"), frames, {}, {}};
    }
    r = request;
    for (double scale = 0.9; scale > 0.02; scale *= 0.8) {
        r.width = pipeline::nearest_side(static_cast<int>(*request.width * scale), rules);
        r.height = pipeline::nearest_side(static_cast<int>(*request.height * scale), rules);
        if (fits()) return {fmt::format("It would fit with {}x{}.", *r.width, *r.height), {}, r.width, r.height};
    }
    if (request.ram_limit > 0 || request.vram_limit > 0) {
        r = request;
        r.ram_limit = r.vram_limit = 0;
        const MemoryDecision unlimited = decide_memory(parts, r, text_tokens, free_device);
        if (unlimited.fits()) {
            const MemoryPlan& plan = unlimited.smallest();
            const bool by_device = unlimited.is_cuda && request.vram_limit > 0 &&
                                   plan.device > static_cast<std::uint64_t>(request.vram_limit);
            const std::uint64_t limit = (by_device ? plan.device : plan.host.all()) + 100'000'000;
            return {fmt::format("It would fit with {} {}.", by_device ? "--vram-limit" : "--ram-limit",
                                format_bytes(limit)),
                    {},
                    {},
                    {}};
        }
    }
    return {"Choose a smaller model: this one does not fit at any size.", {}, {}, {}};
}

Error does_not_fit(const pipeline::ModelParts& parts, const GenerationRequest& request, const MemoryDecision& decision,
                   std::int64_t text_tokens, std::uint64_t free_device) {
    const MemoryPlan& smallest = decision.smallest();
    const bool by_device = decision.is_cuda && smallest.device > decision.free.device;
    const std::uint64_t needed = by_device ? smallest.device : smallest.host.all();
    const std::uint64_t free = by_device ? decision.free.device : decision.free.host;
    const std::int64_t limit = by_device ? request.vram_limit : request.ram_limit;
    const bool is_limited = limit > 0 && static_cast<std::uint64_t>(limit) == free;
    return Error{
        ErrorCode::kOutOfMemory,
        fmt::format("About {} of {} would be needed in the smallest way ({}); {} are {}.", format_bytes(needed),
                    by_device ? "the graphics card's memory" : "memory", smallest.words, format_bytes(free),
                    is_limited ? (by_device ? "allowed by --vram-limit" : "allowed by --ram-limit") : "free"),
        {},
        is_limited ? (by_device ? "vram_limit" : "ram_limit") : "num_frames",
        change_that_fits(parts, request, text_tokens, free_device).text,
        {}};
}

Json to_json(const MemoryUse& use) {
    return {{"host_bytes", use.host}, {"droppable_bytes", use.droppable}, {"device_bytes", use.device}};
}

Json to_json(const MemoryPrediction& prediction) {
    const auto way = [](const MemoryPrediction::Way& w) {
        Json json = to_json(w.peak);
        json["plan"] = w.plan;
        json["price"] = w.price;
        json["fits"] = w.fits;
        return json;
    };
    Json json = way(prediction.chosen);
    json["decode_bands"] = prediction.decode_bands;
    json["free_host_bytes"] = prediction.free_host;
    json["free_device_bytes"] = prediction.free_device;
    json["stages"] = Json::array();
    for (const auto& stage : prediction.stages) {
        Json entry = to_json(stage.use);
        entry["stage"] = stage.name;
        json["stages"].push_back(std::move(entry));
    }
    json["ways"] = Json::array();
    for (const auto& w : prediction.ways)
        json["ways"].push_back(way(w));
    return json;
}

}  // namespace studio
