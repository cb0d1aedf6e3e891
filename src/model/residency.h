// model/residency.h - where the weights of a network's repeated blocks are while it runs.
#pragma once

namespace studio {

enum class Residency {
    kResident,  // in the compute type (or quantised as stored), all of them, on the device
    kStreamed,  // each block is made ready just before it runs, while the one before computes; two blocks at a time
};

}  // namespace studio
