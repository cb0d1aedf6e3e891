#include "ui/dialogs/move_dialog.h"

#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kBarSteps = 1000;
}

MoveDialog::MoveDialog(Run run, const QString& folder, QWidget* parent) : QDialog(parent) {
    setObjectName(QStringLiteral("moveDialog"));
    setWindowTitle(tr("Turbo Studio moves"));
    resize(520, 200);
    text_ = new QLabel(tr("Everything is moved to %1.").arg(folder));
    text_->setObjectName(QStringLiteral("moveText"));
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    bar_ = new QProgressBar;
    bar_->setObjectName(QStringLiteral("moveBar"));
    bar_->setAccessibleName(tr("How far the move is"));
    bar_->setTextVisible(false);
    bar_->setRange(0, 0);
    state_ = new QLabel(tr("Looking…"));
    state_->setObjectName(QStringLiteral("moveState"));
    state_->setProperty("role", "hint");
    state_->setTextFormat(Qt::PlainText);
    state_->setWordWrap(true);
    cancel_ = new QPushButton(tr("Cancel"));
    cancel_->setObjectName(QStringLiteral("moveCancel"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(3 * kGrid, 3 * kGrid, 3 * kGrid, 3 * kGrid);
    layout->setSpacing(2 * kGrid);
    layout->addWidget(text_);
    layout->addWidget(bar_);
    layout->addWidget(state_);
    layout->addStretch();
    layout->addWidget(cancel_, 0, Qt::AlignRight);
    connect(cancel_, &QPushButton::clicked, this, &MoveDialog::reject);
    const StoreReport report = [this](const StoreProgress& progress) {
        QMetaObject::invokeMethod(
            this, [this, progress] { tell(progress); }, Qt::QueuedConnection);
    };
    background_.run(
        [run = std::move(run), report, stop = stop_.get_token()] { return guarded([&] { return run(report, stop); }); },
        [this](const Result<void>& moved) { end(moved); });
}

MoveDialog::~MoveDialog() {
    stop_.request_stop();
}

void MoveDialog::tell(const StoreProgress& progress) {
    if (!is_running_) return;
    const bool is_checking = progress.action == "checking";
    bar_->setRange(0, kBarSteps);
    if (progress.total > 0) bar_->setValue(int(double(progress.bytes) / double(progress.total) * kBarSteps));
    const QString amount =
        tr("%1 of %2").arg(fromUtf8(format_bytes(progress.bytes)), fromUtf8(format_bytes(progress.total)));
    QString text = is_checking ? tr("Comparing the copy: %1").arg(amount) : tr("Copying: %1").arg(amount);
    if (progress.seconds_left) text = tr("%1, %2").arg(text, Wording::timeLeft(progress.seconds_left));
    state_->setText(text);
}

void MoveDialog::end(const Result<void>& moved) {
    is_running_ = false;
    if (moved.ok()) return accept();
    if (moved.error().code == ErrorCode::kCancelled) return QDialog::reject();
    text_->setText(tr("Nothing was moved."));
    state_->setText(fromUtf8(moved.error().message + " " + moved.error().fix));
    bar_->hide();
    cancel_->setEnabled(true);
    cancel_->setText(tr("Go on with the old folder"));
}

/// While it runs: stop it; what it answers ends the dialog.
void MoveDialog::reject() {
    if (!is_running_) return QDialog::reject();
    stop_.request_stop();
    cancel_->setEnabled(false);
    state_->setText(tr("Cancelling…"));
}

}  // namespace studio::ui
