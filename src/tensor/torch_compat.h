// tensor/torch_compat.h - the one header in front of LibTorch and the precompiled header of every Torch file.
// Never include torch/torch.h (9 s a file). Targets LibTorch 2.11; version differences are absorbed here.
#pragma once
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>
