// core/error_json.h - an Error for programs: one form for events, exit messages and the job database.
#pragma once
#include "core/error.h"
#include "core/json.h"

namespace studio {

/// {"code","message","file","field","fix"}, all texts.
Json error_json(const Error& error);

}  // namespace studio
