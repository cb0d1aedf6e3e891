// tensor/op_choice.h - which implementation an operation took and why, and how to forbid its kernels. The choice is
// made per call, from device, processor, types and shapes; the last one is kept for reports.
#pragma once
#include <atomic>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace studio::ops {

/// One operation that has a kernel beside its ATen path. Objects live as long as the program.
class OpChoice {
  public:
    /// `kernel` names the implementation ("cpu avx512"); static texts.
    explicit OpChoice(const char* name) noexcept;

    /// True: run the kernel. `refusal`: why it cannot take this call (static text), or null.
    bool takes(const char* kernel, const char* refusal) noexcept;
    void forbid(bool is_forbidden) noexcept { is_forbidden_ = is_forbidden; }

    const char* name() const noexcept { return name_; }
    const char* backend() const noexcept { return backend_; }  // null: never called
    const char* reason() const noexcept { return reason_; }

  private:
    const char* name_;
    std::atomic<bool> is_forbidden_{false};
    std::atomic<const char*> backend_{nullptr};
    std::atomic<const char*> reason_{""};
};

struct OpReport {
    std::string op, backend, reason;  // backend empty: not called yet
};
/// Every operation, by name, with what its last call took.   Threads  any.
std::vector<OpReport> op_report();

/// "attention=aten" forbids the kernels of one operation, "attention=auto" allows them again.
/// Errors   InvalidArgument: no such operation or word.   Threads  any; holds for the calls that begin afterwards.
Result<void> set_op(std::string_view assignment);

/// What the CPU kernels use here: "cpu avx512", "cpu avx2", "cpu baseline".
const char* cpu_kernel_name() noexcept;

}  // namespace studio::ops
