// pipeline/kernel_report.h - which kernels of our own this machine runs, and whether they are right here. For doctor.
#pragma once
#include <string>
#include <vector>

namespace studio {

/// One kernel against LibTorch's way on small shapes.
struct KernelRung {
    std::string name;    // "sla", "linear_w8a8", ...
    std::string device;  // "cpu avx512", "cuda"
    bool passed = false;
    double difference = 0;  // relative L2; NaN when it gave no answer
    double bound = 0;
    std::string message;  // when not passed, or when the kernel cannot run here: why
};

struct KernelReport {
    std::string cpu;                // "cpu avx512"
    std::string cuda;               // what the CUDA plugin is and whether it is used
    std::vector<KernelRung> rungs;  // empty unless checks were asked for
    bool all_passed() const;
};

/// With checks: every kernel is run, the CPU's against LibTorch, the CUDA plugin's (where there is a device) against
/// the CPU. A CPU kernel that this processor cannot run is not a failure: its message says so. Cost     about a second
/// on a CPU, two on a device.   Threads  not beside a running generation: it switches kernels off and on.   Never
/// throws.
KernelReport kernel_report(bool with_checks);

}  // namespace studio
