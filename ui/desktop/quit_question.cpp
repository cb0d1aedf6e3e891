#include "ui/desktop/quit_question.h"

#include <QPushButton>
#include <QTimer>

namespace studio::ui {

namespace {
constexpr int kNextJobMs = 500;  // in which a job of the queue would have begun
}

QuitQuestion::QuitQuestion(Session& session, QWidget* parent) : QMessageBox(parent) {
    setObjectName(QStringLiteral("quitQuestion"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Quit Turbo Studio?"));
    setText(tr("A video is being made. Finish it in the background?"));
    setInformativeText(tr("Videos that wait in the queue are kept in any case and wait there at the next start."));
    QPushButton* background = addButton(tr("Keep running"), AcceptRole);
    background->setObjectName(QStringLiteral("quitBackground"));
    background->setToolTip(tr("The window closes; the program ends when the video is finished."));
    QPushButton* quit = addButton(tr("Cancel and quit"), DestructiveRole);
    quit->setObjectName(QStringLiteral("quitNow"));
    quit->setToolTip(tr("The video is not finished."));
    QPushButton* stay = addButton(tr("Don’t quit"), RejectRole);
    stay->setObjectName(QStringLiteral("quitNot"));
    setDefaultButton(background);
    setEscapeButton(stay);
    connect(background, &QPushButton::clicked, this, &QuitQuestion::backgroundWanted);
    connect(quit, &QPushButton::clicked, this, &QuitQuestion::quitWanted);
    connect(&session, &Session::stateChanged, this, [this, &session](Session::State state) {
        if (state != Session::State::kIdle) return;
        QTimer::singleShot(kNextJobMs, this, [this, &session] {
            if (session.isBusy()) return;  // the next one of the queue
            close();
            Q_EMIT quitWanted();  // nothing is left to ask about
        });
    });
}

}  // namespace studio::ui
