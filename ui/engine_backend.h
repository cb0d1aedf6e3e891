// ui/engine_backend.h - the Backend of the real program: every member bound to the function of app or library that does
// the work. Linked by the program and by the tests that want the real engine; no other file of the window needs Torch.
#pragma once
#include "app/engine_client.h"
#include "ui/backend.h"

namespace studio::ui {

/// Queue, presets and settings lie where core/platform.h says at the time of the call. `options` go to every engine
/// that is built; `videos`: where videos go unless the settings name another folder.
Backend engineBackend(const EngineOptions& options = {}, const std::string& videos = {});

}  // namespace studio::ui
