// app/preferences_check.h - is a text what a setting of the program takes?
#pragma once
#include <string>
#include <string_view>

#include "app/preferences.h"

namespace studio {

/// The canonical text: "on" for "yes", "12000000000" for "12GB", "https://a" for "https://a/".
/// Errors  InvalidArgument with `field` = key: no such setting, or what the value must be.
Result<std::string> check_preference(std::string_view key, std::string_view text);
/// Errors  InvalidArgument naming the settings that are nearest.
Result<void> check_preference_key(std::string_view key);

}  // namespace studio
