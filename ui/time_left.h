// ui/time_left.h - how long a waiting job will probably take, from what was made before. Values only.
#pragma once
#include <optional>
#include <vector>

#include "app/queue_client.h"

namespace studio::ui {

/// Seconds: what the newest finished job of the same model took, scaled by pixels, frames and steps. Nothing when no
/// such job is known, or when one of the two does not state its size.
/// `done` newest first.
std::optional<double> estimateSeconds(const store::JobRecord& waiting, const std::vector<store::JobRecord>& done);

}  // namespace studio::ui
