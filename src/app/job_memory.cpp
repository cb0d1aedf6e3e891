// What a job does when memory runs out.
#include <fmt/format.h>

#include <system_error>

#include "app/job_runner.h"
#include "core/log.h"
#include "core/text.h"
#include "pipeline/generator.h"

namespace studio {
namespace {

using pipeline::MemoryStage;
using pipeline::Part;

const char* doing(MemoryStage stage) {
    switch (stage) {
        case MemoryStage::kText:
            return "encoding the prompt";
        case MemoryStage::kImage:
            return "encoding the image";
        case MemoryStage::kDenoise:
            return "denoising";
        case MemoryStage::kDecode:
            return "decoding the pictures";
    }
    return "working";
}

}  // namespace

/// The first time that memory runs out, everything is freed and the stage is done again in a smaller way.
Result<void> JobRunner::in_memory(MemoryStage stage, const std::function<Result<void>()>& run) {
    const auto refused = [](const char* what) {
        return Error{ErrorCode::kOutOfMemory, what, {}, {}, "Close other programs.", {}};
    };
    const auto guarded = [&]() -> Result<void> {
        try {
            return run();
        } catch (const std::bad_alloc&) {  // outside the Torch layer: the encoder, the standard library
            return refused("The computer ran out of memory.");
        } catch (const std::system_error& error) {
            if (error.code() != std::errc::resource_unavailable_try_again) throw;
            return refused("The computer has no memory for another thread.");
        }
    };
    auto done = guarded();
    if (done || done.error().code != ErrorCode::kOutOfMemory) return done;
    if (has_retried_ || !use_smaller_plan(stage)) return out_of_memory(stage, done.error());
    done = guarded();
    if (!done && done.error().code == ErrorCode::kOutOfMemory) return out_of_memory(stage, done.error());
    return done;
}

bool JobRunner::use_smaller_plan(MemoryStage stage) {
    const std::size_t next = pipeline::next_smaller(job_.memory.plans, plan_, stage);
    if (next >= job_.memory.plans.size()) return false;
    has_retried_ = true;
    plan_ = next;
    for (const Part part : {Part::kTextEncoder, Part::kImageEncoder, Part::kTransformer, Part::kVae})
        memory_.generator->release(part);
    memory_.generator->use(plan().choice);
    log::warning("memory ran out in stage {}; trying again: {}", to_string(stage), plan().words);
    notices_.push_back(
        fmt::format("Memory ran out while {}; it went on in a smaller way: {}.", doing(stage), plan().words));
    return true;
}

Error JobRunner::out_of_memory(MemoryStage stage, const Error& error) const {
    std::uint64_t needed = 0;
    for (const auto& s : plan().stages)
        if (s.stage == stage) needed = job_.memory.is_cuda ? s.device : s.host.all();
    const MemoryDecision now =
        decide_memory(*job_.parts, job_.resolved.request, job_.text_tokens, job_.free_device_bytes);
    Error out = error;
    out.message = fmt::format("Memory ran out while {}{}: about {} are needed for it ({}), {} are free.", doing(stage),
                              has_retried_ ? ", in a smaller way too" : "", format_bytes(needed), plan().words,
                              format_bytes(job_.memory.is_cuda ? now.free.device : now.free.host));
    out.field = "num_frames";
    out.fix = "Close other programs, or make a smaller video. " +
              change_that_fits(*job_.parts, job_.resolved.request, job_.text_tokens, job_.free_device_bytes).text;
    return std::move(out.while_doing(error.message));
}

}  // namespace studio
