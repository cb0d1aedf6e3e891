// ui/theme/icons.h - the icons of the window: one family, drawn as lines in the colour of the text around them.
#pragma once
#include <QIcon>

namespace studio::ui {

enum class Glyph {
    kPlay,
    kPause,
    kStepBack,
    kStepForward,
    kLoop,
    kDice,
    kFolder,
    kReuse,
    kSpark,
    kClose,
    kWarning,
    kTheme,
    kStar,
    kMenu,
    kReady,
    kLock,
    kUnlock,
    kChip,
    kBookmark,
    kTrash,
    kOlder,
    kNewer,
    kReset,
    kAdd,
    kSwap,
    kSave,
    kFrame,
    kActualSize,
    kFullScreen,
    kCompare,
    kWipe,
    kGridOfNine,
    kMore,
    kExport
};

/// Drawn when painted, from the application's palette: sharp at every scale, right after a change of appearance.
QIcon makeIcon(Glyph glyph);
/// The same on the accent colour, for the one primary button.
QIcon makeIconOnAccent(Glyph glyph);

}  // namespace studio::ui
