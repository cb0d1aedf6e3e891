// app/memory_prediction.h - what a generation will take and how it will be made to fit, as values for people.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/json.h"

namespace studio {

/// All in bytes. `host` is resident memory of the process; `droppable`, contained in it, are pages of the model's own
/// files, which the system can take back at any time. `device` is memory of the graphics card, 0 on a CPU.
struct MemoryUse {
    std::uint64_t host = 0, droppable = 0, device = 0;
    bool operator==(const MemoryUse&) const = default;
};

struct MemoryPrediction {
    struct Stage {
        std::string name;  // "text", "image", "denoise", "decode"
        MemoryUse use;
    };
    /// One way to run. Each is smaller, and slower, than the one before.
    struct Way {
        std::string plan;   // "everything stays loaded", "one stage's parts at a time, ..."
        std::string price;  // "the parts are loaded again for every video; ..."; empty: none
        MemoryUse peak;
        bool fits = false;
    };
    Way chosen;                 // the first that fits; the smallest when none does
    std::vector<Stage> stages;  // of the chosen way, in running order, peaks
    std::vector<Way> ways;      // all that differ enough to be worth a line, the chosen one among them
    std::uint64_t free_host = 0, free_device = 0;  // what this process may use in all, limits applied
    int decode_bands = 1;                          // of the chosen way
};

Json to_json(const MemoryUse& use);
Json to_json(const MemoryPrediction& prediction);

}  // namespace studio
