// ui/desktop/notifier.h - a message of the desktop, for people who are looking elsewhere.
#pragma once
#include <QObject>
#include <QString>
#include <memory>

namespace studio::ui {

/// On Linux org.freedesktop.Notifications over D-Bus, which every desktop answers; elsewhere the tray's messages.
/// Where neither is there, notify() does nothing: a message is a courtesy, the window shows the same.
/// Threads   GUI thread; never waits for an answer.
class Notifier : public QObject {
    Q_OBJECT
  public:
    explicit Notifier(QObject* parent = nullptr);
    ~Notifier() override;

    /// Replaces the earlier message of this program.
    void notify(const QString& title, const QString& text, bool with_sound);

  Q_SIGNALS:
    /// The person pressed the message. `token`: the desktop's permission to come to the front, may be empty.
    void chosen(const QString& token);

  private:
    struct Platform;
    std::unique_ptr<Platform> platform_;
};

}  // namespace studio::ui
