#include "ui/widgets/download_card.h"

#include <QHBoxLayout>
#include <QUrl>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kBarSteps = 1000;

QString bytesText(std::uint64_t bytes) {
    return fromUtf8(format_bytes(bytes));
}
}  // namespace

DownloadCard::DownloadCard(ModelDownloads& downloads, QWidget* parent) : QFrame(parent), downloads_(downloads) {
    setObjectName(QStringLiteral("downloadCard"));
    title_ = new QLabel;
    title_->setObjectName(QStringLiteral("downloadTitle"));
    title_->setProperty("role", "heading");
    title_->setTextFormat(Qt::PlainText);
    state_ = new QLabel;
    state_->setObjectName(QStringLiteral("downloadState"));
    state_->setProperty("role", "hint");
    bar_ = new QProgressBar;
    bar_->setObjectName(QStringLiteral("downloadBar"));
    bar_->setAccessibleName(tr("Download"));
    bar_->setTextVisible(false);
    bar_->setFixedHeight(kGrid);
    problem_ = new QLabel;
    problem_->setObjectName(QStringLiteral("downloadProblem"));
    problem_->setProperty("role", "problem");
    problem_->setTextFormat(Qt::PlainText);
    problem_->setWordWrap(true);
    pause_ = new QPushButton;
    pause_->setObjectName(QStringLiteral("downloadPause"));
    cancel_ = new QPushButton(tr("Cancel the download"));
    cancel_->setObjectName(QStringLiteral("downloadCancel"));
    cancel_->setToolTip(tr("What has arrived is deleted."));
    settings_ = new QPushButton(tr("Mirror and proxy…"));
    settings_->setObjectName(QStringLiteral("downloadSettings"));
    auto* top = new QHBoxLayout;
    top->addWidget(title_);
    top->addStretch();
    top->addWidget(state_);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(kGrid);
    for (QPushButton* button : {pause_, cancel_, settings_})
        buttons->addWidget(button);
    buttons->addStretch();
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addLayout(top);
    layout->addWidget(bar_);
    layout->addWidget(problem_);
    layout->addLayout(buttons);
    connect(pause_, &QPushButton::clicked, this, [this] {
        const ModelDownload* one = shown();
        if (!one) return;
        const QString id = one->id, title = one->title;
        one->isActive() ? downloads_.pause(id) : downloads_.start(id, title);
    });
    connect(cancel_, &QPushButton::clicked, this, [this] {
        if (const ModelDownload* one = shown()) downloads_.cancel(QString(one->id));
    });
    connect(settings_, &QPushButton::clicked, this, &DownloadCard::settingsWanted);
    connect(&downloads_, &ModelDownloads::changed, this, &DownloadCard::update);
    update();
}

void DownloadCard::setModel(const QString& id) {
    id_ = id;
    update();
}

const ModelDownload* DownloadCard::shown() const {
    if (!id_.isEmpty()) return downloads_.find(id_);
    if (const ModelDownload* one = downloads_.running()) return one;
    for (auto it = downloads_.all().rbegin(); it != downloads_.all().rend(); ++it)
        if (it->state != ModelDownload::State::kDone) return &*it;
    return nullptr;
}

QString DownloadCard::progressText(const ModelDownload& download) {
    using State = ModelDownload::State;
    const StoreProgress& p = download.progress;
    const QString amount =
        p.total > 0 ? tr("%1 of %2").arg(bytesText(p.bytes), bytesText(p.total)) : bytesText(p.bytes);
    if (download.state == State::kWaiting) return tr("Waits for the other download");
    if (download.state == State::kPaused) return tr("Paused at %1").arg(amount);
    if (download.state == State::kFailed) return tr("Stopped at %1").arg(amount);
    if (download.state == State::kDone) return tr("Ready");
    if (p.action == "checking") return tr("Checking the files, %1").arg(amount);
    if (p.action == "waiting") return tr("Waiting for the server, %1").arg(amount);
    if (p.bytes_per_second <= 0) return amount;
    const QString speed = tr("%1 per second").arg(bytesText(std::uint64_t(p.bytes_per_second)));
    if (!p.seconds_left) return tr("%1, %2").arg(amount, speed);
    return tr("%1, %2, %3").arg(amount, speed, Wording::timeLeft(p.seconds_left));
}

QString DownloadCard::problemText(const Error& error) {
    QString text = fromUtf8(error.message);
    if (!error.fix.empty()) text += QLatin1Char('\n') + fromUtf8(error.fix);
    const bool is_local = error.field == "disk" || error.field == "downloads.offline" || error.field == "lock";
    if (!is_local)
        text += QLatin1Char('\n') + tr("Where this host cannot be reached, a mirror or a proxy often helps. What has "
                                       "arrived is kept.");
    return text;
}

void DownloadCard::update() {
    const ModelDownload* one = shown();
    setVisible(one != nullptr);
    if (!one) return;
    const bool is_failed = one->state == ModelDownload::State::kFailed;
    const bool is_done = one->state == ModelDownload::State::kDone;
    title_->setText(one->title);
    state_->setText(progressText(*one));
    const double fraction = is_done ? 1 : one->fraction();
    bar_->setRange(0, fraction < 0 && one->isActive() ? 0 : kBarSteps);
    if (fraction >= 0) bar_->setValue(int(fraction * kBarSteps));
    bar_->setAccessibleDescription(state_->text());
    pause_->setText(one->isActive() ? tr("Pause") : is_failed ? tr("Try again") : tr("Go on"));
    pause_->setVisible(!is_done);
    cancel_->setVisible(!is_done);
    problem_->setVisible(is_failed);
    settings_->setVisible(is_failed);
    if (one->problem) problem_->setText(problemText(*one->problem));
}

}  // namespace studio::ui
