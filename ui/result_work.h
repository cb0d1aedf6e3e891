// ui/result_work.h - the slow part of what is done with a result, in the background: copying, the last frame, making
// sure that a repeat is the same.
#pragma once
#include <QObject>
#include <QString>
#include <stop_token>
#include <vector>

#include "ui/session.h"

namespace studio::ui {

/// Threads   GUI thread; files are touched in the background.
class ResultWork : public QObject {
    Q_OBJECT
  public:
    explicit ResultWork(Session& session, QObject* parent = nullptr);
    ~ResultWork() override { stop_.request_stop(); }

    /// Copy a video under a free name: `progressed` while it runs, then `saved`.
    void saveCopy(const QString& video, const QString& target);
    /// Stop what is being copied.
    void cancel() { stop_.request_stop(); }
    /// The last picture of a video as a PNG in the data folder: `lastFrameReady`. Made once per job.
    void takeLastFrame(const store::JobRecord& job);
    /// Is this video as its recipe promises? `differencesFound` with what is another one now; nothing when all is the
    /// same or there is no recipe.
    void checkRecipe(quint64 job, const QString& video);
    /// Compare a finished repeat with the video that it repeats: `compared`.
    void compareRepeat(const store::JobRecord& original, const QString& repeat);
    void moveToTrash(const std::vector<store::JobRecord>& jobs);

    /// In words: "The model's files are others than when the video was made."
    static QString words(const std::vector<RecipeDifference>& differences);

  Q_SIGNALS:
    /// Share of a copy, 0 to 1.
    void progressed(double share);
    void saved(const QString& file);
    void lastFrameReady(const QString& picture);
    void differencesFound(quint64 job, const QString& words);
    void compared(bool is_identical, const QString& words);
    void failed(const studio::Error& error);

  private:
    Session& session_;
    std::stop_source stop_;
    Background background_;  // last: its end waits for what still uses the rest
};

}  // namespace studio::ui
