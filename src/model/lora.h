// model/lora.h - low-rank adapters of a Wan transformer: any of the published namings, merged into its linears.
#pragma once
#include <filesystem>

namespace studio {

/// One adapter and how strongly it counts (1 as trained; negative inverts).
struct LoraChoice {
    std::filesystem::path path;
    double strength = 1;
    bool operator==(const LoraChoice&) const = default;
};

}  // namespace studio
