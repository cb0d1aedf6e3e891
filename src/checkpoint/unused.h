// checkpoint/unused.h - tensors in a file that its network has no use for.
#pragma once
#include <string>

#include "checkpoint/recognise.h"

namespace studio::checkpoint {

/// "x.safetensors holds 2 tensors that this kind of network does not use: a, b." or nothing. Judged by names; a network
/// that gives more values than it should is still whole, but its maker may have meant another program.
std::string unused_notice(const Recognised& part);

}  // namespace studio::checkpoint
