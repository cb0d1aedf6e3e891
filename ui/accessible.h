// ui/accessible.h - what screen readers are told about the widgets that this program draws itself.
#pragma once

namespace studio::ui {

/// Roles and values for own widgets: progress as a bar with a value, errors as alerts, the video as a picture. May be
/// called again; the first call counts.   Threads   GUI thread.
void installAccessibility();

}  // namespace studio::ui
