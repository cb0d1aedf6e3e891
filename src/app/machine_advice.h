// app/machine_advice.h - the doctor's short answer for a first start: what this machine is, and which published model
// suits it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

namespace studio {

struct MachineAdvice {
    std::string gpu;          // "NVIDIA GeForce RTX 4090"; empty: none that can be used
    std::string gpu_problem;  // why there is none, in words; empty when there is one
    std::uint64_t gpu_bytes = 0;
    std::string processor;
    int cores = 1;
    std::uint64_t memory_bytes = 0;
    std::string model;  // id in the catalogue; empty: none of them fits, only the demo model does
    /// Seconds for one video of five seconds at 480p with that model: a guess from the kind of machine, good for
    /// telling seconds from hours.
    std::optional<double> seconds;
};

/// What a machine is, for advise(): read by look_at_machine().
struct MachineFacts {
    std::string gpu, gpu_problem;
    std::uint64_t gpu_bytes = 0;
    int gpu_major = 0;  // compute capability; 8 and newer can be used
    std::string processor;
    int cores = 1;
    std::uint64_t memory_bytes = 0;
};
MachineFacts look_at_machine();
MachineAdvice advise(const MachineFacts& facts);

}  // namespace studio
