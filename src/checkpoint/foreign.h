// checkpoint/foreign.h - what a file is that is no part of a Wan model.
#pragma once
#include <string>

#include "checkpoint/recognise.h"

namespace studio::checkpoint {

/// "a language model (names such as model.layers.0...)", "a Stable Diffusion checkpoint", ... or the first names of a
/// file that nobody here knows. For messages.
std::string describe_foreign(const io::Checkpoint& checkpoint);

}  // namespace studio::checkpoint
