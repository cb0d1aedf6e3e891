#include "ui/result_action.h"

#include <QCoreApplication>
#include <vector>

namespace studio::ui {

namespace {
constexpr const char* kContext = "Actions";

const std::vector<ResultActionInfo>& table() {
    using enum ResultAction;
    static const std::vector<ResultActionInfo> kTable{
        {kSaveAs, "result.save_as", QT_TRANSLATE_NOOP("Actions", "Save as…"),
         QT_TRANSLATE_NOOP("Actions", "Copy the video to a place of your choice"), QKeySequence(Qt::CTRL | Qt::Key_S),
         Glyph::kSave},
        {kExport, "result.export", QT_TRANSLATE_NOOP("Actions", "Export…"),
         QT_TRANSLATE_NOOP("Actions", "Make a file of another format, quality or speed of it"),
         QKeySequence(Qt::CTRL | Qt::Key_E), Glyph::kExport},
        {kLastFrame, "result.last_frame", QT_TRANSLATE_NOOP("Actions", "Use last frame"),
         QT_TRANSLATE_NOOP("Actions", "Let the next video start from the last picture of this one"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L), Glyph::kFrame},
        {kVariation, "result.variation", QT_TRANSLATE_NOOP("Actions", "Variation"),
         QT_TRANSLATE_NOOP("Actions", "Make another video with the same settings and a new seed"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_D), Glyph::kDice},
        {kReuse, "result.reuse", QT_TRANSLATE_NOOP("Actions", "Reuse settings"),
         QT_TRANSLATE_NOOP("Actions", "Put this video's prompt, settings and seed into the panel"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_R), Glyph::kReuse},
        {kReproduce, "result.reproduce", QT_TRANSLATE_NOOP("Actions", "Reproduce"),
         QT_TRANSLATE_NOOP("Actions", "Make the same video again and compare every frame"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_E), Glyph::kLoop},
        {kDecodeAgain, "result.decode_again", QT_TRANSLATE_NOOP("Actions", "Decode again"),
         QT_TRANSLATE_NOOP("Actions", "Make the pictures from the latents that were kept, without denoising again"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_J), Glyph::kSpark},
        {kCompare, "result.compare", QT_TRANSLATE_NOOP("Actions", "Compare with…"),
         QT_TRANSLATE_NOOP("Actions", "Watch it together with another video, locked to the same time"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_B), Glyph::kCompare},
        {kFolder, "result.show_in_folder", QT_TRANSLATE_NOOP("Actions", "Show in folder"),
         QT_TRANSLATE_NOOP("Actions", "Open the folder that this video is in"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O), Glyph::kFolder},
        {kCommand, "result.copy_command", QT_TRANSLATE_NOOP("Actions", "Copy as command"),
         QT_TRANSLATE_NOOP("Actions", "Copy the command line that makes this video"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C), Glyph::kMenu},
        {kTrash, "result.trash", QT_TRANSLATE_NOOP("Actions", "Move to the trash…"),
         QT_TRANSLATE_NOOP("Actions", "Move the video to the trash and take it out of the history"),
         QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_Delete), Glyph::kTrash},
    };
    return kTable;
}
}  // namespace

std::span<const ResultActionInfo> resultActions() {
    return table();
}

const ResultActionInfo& infoOf(ResultAction action) {
    for (const ResultActionInfo& info : table())
        if (info.action == action) return info;
    return table().front();  // every value has a row (tested)
}

QString textOf(ResultAction action) {
    return QCoreApplication::translate(kContext, infoOf(action).text);
}

QString helpOf(ResultAction action) {
    return QCoreApplication::translate(kContext, infoOf(action).help);
}

}  // namespace studio::ui
