// ui/desktop/quit_question.h - the one question at the end: what becomes of the video that is being made.
#pragma once
#include <QMessageBox>

#include "ui/session.h"

namespace studio::ui {

/// "Finish it in the background?" with three answers; none of them loses anything without saying so. Goes away by
/// itself when the video is finished meanwhile. Open with open(); deletes itself. Threads   GUI thread.
class QuitQuestion : public QMessageBox {
    Q_OBJECT
  public:
    QuitQuestion(Session& session, QWidget* parent);

  Q_SIGNALS:
    /// End now; the video is not finished.
    void quitWanted();
    /// No window, but the program goes on until this video is there.
    void backgroundWanted();
};

}  // namespace studio::ui
