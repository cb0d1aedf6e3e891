#include "tensor/op_choice.h"

#include <algorithm>
#include <mutex>

#include "core/text.h"
#include "kernels/common/cpu_caps.h"

namespace studio::ops {
namespace {

struct Registry {
    std::mutex mutex;
    std::vector<OpChoice*> choices;
};
Registry& registry() {
    static Registry instance;
    return instance;
}

}  // namespace

OpChoice::OpChoice(const char* name) noexcept : name_(name) {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    all.choices.push_back(this);
}

bool OpChoice::takes(const char* kernel, const char* refusal) noexcept {
    if (is_forbidden_) refusal = "forced";
    backend_ = refusal == nullptr ? kernel : "aten";
    reason_ = refusal == nullptr ? "" : refusal;
    return refusal == nullptr;
}

std::vector<OpReport> op_report() {
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    std::vector<OpReport> report;
    for (const OpChoice* choice : all.choices) {
        const char* backend = choice->backend();
        report.push_back({choice->name(), backend == nullptr ? "" : backend, choice->reason()});
    }
    std::sort(report.begin(), report.end(), [](const OpReport& a, const OpReport& b) { return a.op < b.op; });
    return report;
}

Result<void> set_op(std::string_view assignment) {
    const std::size_t at = assignment.find('=');
    const std::string_view name = assignment.substr(0, at);
    const std::string_view word = at == std::string_view::npos ? "" : assignment.substr(at + 1);
    if (word != "aten" && word != "auto") {
        return invalid_argument("op", "\"" + escape_for_display(assignment) + "\" is not of the form NAME=aten.",
                                "Write for example attention=aten, or attention=auto to undo it.");
    }
    Registry& all = registry();
    const std::lock_guard lock(all.mutex);
    std::string names;
    for (OpChoice* choice : all.choices) {
        if (name == choice->name()) {
            choice->forbid(word == "aten");
            return {};
        }
        names += (names.empty() ? "" : ", ") + std::string(choice->name());
    }
    return invalid_argument("op", "There is no operation \"" + escape_for_display(name) + "\".",
                            "Use one of: " + names + ".");
}

const char* cpu_kernel_name() noexcept {
    switch (kernels::cpu_caps().level) {
        case kernels::CpuLevel::kAvx512:
            return "cpu avx512";
        case kernels::CpuLevel::kAvx2:
            return "cpu avx2";
        case kernels::CpuLevel::kBaseline:
            break;
    }
    return "cpu baseline";
}

}  // namespace studio::ops
