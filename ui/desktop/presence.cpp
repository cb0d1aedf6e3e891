#include "ui/desktop/presence.h"

#include <QApplication>

namespace studio::ui {

Presence::Presence(Session& session, PreferencesStore& preferences, QWidget* window)
    : QObject(window), preferences_(preferences), window_(window), queue_end_(session), taskbar_(window) {
    taskbar_.setParent(this);
    connect(&queue_end_, &QueueEnd::ended, this, &Presence::onEnded);
    connect(&queue_end_, &QueueEnd::progressed, this, [this](int done, int all, double part) {
        const bool is_shown = all > 0 && preferences_.isOn("notifications.taskbar");
        taskbar_.setProgress(is_shown ? (done + part) / all : -1, is_shown ? all - done - 1 : 0);
    });
    connect(&notifier_, &Notifier::chosen, this, &Presence::wanted);
}

void Presence::onEnded(int finished, int failed) {
    // Any window of the program with the focus: the person is here and sees it.
    if (QApplication::activeWindow() || !preferences_.isOn("notifications.queue_end")) return;
    const QString title = failed == 0 ? tr("The queue is finished") : tr("The queue has ended");
    QString text = finished > 0 ? tr("%n video(s) are ready.", nullptr, finished) : tr("No video could be made.");
    if (failed > 0)
        text = finished > 0 ? tr("%1 of %2 videos are ready; the others failed.").arg(finished).arg(finished + failed)
                            : tr("%n video(s) failed.", nullptr, failed);
    notifier_.notify(title, text, preferences_.isOn("notifications.sound"));
}

}  // namespace studio::ui
