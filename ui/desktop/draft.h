// ui/desktop/draft.h - what is typed and set but not yet asked for survives the end of the program, also a crash.
#pragma once
#include <QByteArray>
#include <QObject>
#include <QString>
#include <QTimer>
#include <filesystem>
#include <functional>
#include <optional>

#include "app/generation_request.h"
#include "ui/background.h"

namespace studio::ui {

/// The create panel as it stands.
struct Draft {
    QString prompt;
    std::string model;  // path
    bool has_image_mode = false;
    std::optional<GenerationRequest> request;  // all settings, when they are valid together
};

QByteArray writeDraft(const Draft& draft);
/// Errors    CorruptFile, InvalidArgument: not such a draft, or one of another version.
Result<Draft> readDraft(const QByteArray& text);

/// Looks every few seconds and writes what has changed, away from the GUI thread and atomically.
/// Threads   GUI thread; the destructor waits for a write that is under way.
class DraftKeeper : public QObject {
    Q_OBJECT
  public:
    /// `snapshot` is quick: it is called on the GUI thread.
    DraftKeeper(std::filesystem::path file, std::function<QByteArray()> snapshot, int interval_ms = 2000,
                QObject* parent = nullptr);

    /// What the last run left; nothing when there is none or it cannot be read (that is logged).
    std::optional<Draft> load() const;
    void start();
    /// Write now and wait for it: the program ends.
    void flush();

  private:
    void look();
    static Result<void> write(const std::filesystem::path& file, const QByteArray& text);

    std::filesystem::path file_;
    std::function<QByteArray()> snapshot_;
    QByteArray written_;
    QTimer timer_;
    Background background_;
};

}  // namespace studio::ui
