// app/preferred_request.h - what the settings of the program mean for one video and for downloads.
#pragma once
#include "app/generation_request.h"
#include "app/preferences.h"
#include "library/download_settings.h"

namespace studio {

/// Fill what the request leaves open: device, threads, limits of memory, pattern of names, settings in the file. The
/// folder for videos is the caller's: window and command line have different ones.
void use_preferences(GenerationRequest& request, const Preferences& preferences);

DownloadPreferences download_preferences(const Preferences& preferences);

}  // namespace studio
