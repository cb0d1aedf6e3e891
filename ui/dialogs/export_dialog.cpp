#include "ui/dialogs/export_dialog.h"

#include <QCloseEvent>
#include <QDesktopServices>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QUrl>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kTypingMs = 200;
constexpr int kProgressSteps = 1000;

std::filesystem::path pathOf(const QString& text) {
    return path_from_utf8(QDir::fromNativeSeparators(text).toStdString());
}
}  // namespace

ExportDialog::ExportDialog(const ExportCalls& calls, const QStringList& videos, const QString& memory, QWidget* parent)
    : QDialog(parent), videos_(videos), memory_(memory), work_(calls) {
    setObjectName(QStringLiteral("exportDialog"));
    setWindowTitle(videos.size() == 1 ? tr("Export %1").arg(QFileInfo(videos.front()).fileName())
                                      : tr("Export %n video(s)", nullptr, int(videos.size())));
    resize(600, 420);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    form_ = new ExportForm(calls);
    layout->addWidget(form_);
    makeTarget(*layout);
    makeEnd(*layout);
    if (!memory_.isEmpty()) form_->restore(QSettings(memory_, QSettings::IniFormat));
    typing_.setSingleShot(true);
    typing_.setInterval(kTypingMs);
    connect(&typing_, &QTimer::timeout, this, &ExportDialog::askPlan);
    connect(form_, &ExportForm::changed, this, &ExportDialog::onFormChanged);
    connectWork();
    askPlan();
}

ExportDialog::~ExportDialog() = default;

void ExportDialog::makeTarget(QVBoxLayout& layout) {
    target_ = new QLineEdit;
    target_->setObjectName(QStringLiteral("exportTarget"));
    target_->setAccessibleName(videos_.size() == 1 ? tr("Save as") : tr("Folder"));
    target_->setPlaceholderText(tr("Beside the video"));
    browse_ = new QPushButton(tr("Choose…"));
    browse_->setObjectName(QStringLiteral("exportBrowse"));
    auto* row = new QHBoxLayout;
    auto* label = new QLabel(target_->accessibleName());
    label->setBuddy(target_);
    row->addWidget(label);
    row->addWidget(target_, 1);
    row->addWidget(browse_);
    layout.addLayout(row);
    connect(browse_, &QPushButton::clicked, this, &ExportDialog::chooseTarget);
    connect(target_, &QLineEdit::textEdited, this, [this] {
        is_target_own_ = !target_->text().isEmpty();
        typing_.start();
    });
}

void ExportDialog::makeEnd(QVBoxLayout& layout) {
    const auto line = [&layout](const char* name, const char* role) {
        auto* label = new QLabel;
        label->setObjectName(QLatin1String(name));
        label->setProperty("role", role);
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        layout.addWidget(label);
        return label;
    };
    estimate_ = line("exportEstimate", "hint");
    problem_ = line("exportProblem", "problem");
    problem_->hide();
    progress_ = new QProgressBar;
    progress_->setObjectName(QStringLiteral("exportProgress"));
    progress_->setAccessibleName(tr("Progress of the export"));
    progress_->setRange(0, kProgressSteps);
    progress_->hide();
    layout.addWidget(progress_);
    layout.addStretch(1);
    auto* buttons = new QDialogButtonBox;
    export_ = buttons->addButton(tr("Export"), QDialogButtonBox::ActionRole);
    export_->setObjectName(QStringLiteral("exportStart"));
    export_->setDefault(true);
    folder_ = buttons->addButton(tr("Show in folder"), QDialogButtonBox::ActionRole);
    folder_->setObjectName(QStringLiteral("exportFolder"));
    folder_->setEnabled(false);
    close_ = buttons->addButton(tr("Close"), QDialogButtonBox::RejectRole);
    close_->setObjectName(QStringLiteral("exportClose"));
    layout.addWidget(buttons);
    connect(export_, &QPushButton::clicked, this, &ExportDialog::start);
    connect(folder_, &QPushButton::clicked, this,
            [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(made_).absolutePath())); });
    connect(close_, &QPushButton::clicked, this, [this] {
        if (work_.isRunning())
            work_.cancel();
        else
            reject();
    });
}

void ExportDialog::connectWork() {
    connect(&work_, &ExportWork::planned, this, &ExportDialog::showPlan);
    connect(&work_, &ExportWork::refused, this, [this](const Error& error) {
        estimate_->clear();
        problem_->setText(fromUtf8(error.message + " " + error.fix));
        problem_->show();
        export_->setEnabled(false);
    });
    connect(&work_, &ExportWork::progressed, this, [this](double share, int video) {
        progress_->setValue(int(share * kProgressSteps));
        estimate_->setText(videos_.size() == 1 ? tr("Exporting…")
                                               : tr("Exporting video %1 of %2…").arg(video + 1).arg(videos_.size()));
    });
    connect(&work_, &ExportWork::finished, this, &ExportDialog::onFinished);
    connect(&work_, &ExportWork::failed, this, &ExportDialog::onFailed);
}

ExportRequest ExportDialog::request(const QString& video) const {
    ExportRequest made;
    made.source = pathOf(video);
    form_->fill(made);
    if (!is_target_own_) return made;
    made.target = pathOf(target_->text());
    if (videos_.size() > 1 && made.format == ExportFormat::kPng)
        made.target /= path_from_utf8(path_to_utf8(made.source.stem()) + " frames");
    return made;
}

void ExportDialog::askPlan() {
    if (!work_.isRunning()) work_.plan(request(videos_.front()));
}

void ExportDialog::showPlan(const ExportPlan& plan) {
    if (work_.isRunning()) return;
    const QString target = QDir::toNativeSeparators(fromUtf8(path_to_utf8(plan.target)));
    if (!is_target_own_ && videos_.size() == 1) target_->setText(target);
    QStringList lines;
    const QString size = locale().formattedDataSize(qint64(plan.estimated_bytes), 1, QLocale::DataSizeSIFormat);
    lines << tr("%1 × %2, %3 frames at %4 a second, %5 s, about %6. The video has no sound.")
                 .arg(plan.width)
                 .arg(plan.height)
                 .arg(plan.num_frames)
                 .arg(locale().toString(plan.fps, 'g', 5), locale().toString(plan.duration_s, 'f', 1), size);
    if (is_target_own_ && videos_.size() == 1 && target != QDir::toNativeSeparators(target_->text()))
        lines << tr("It becomes %1; nothing is replaced.").arg(QFileInfo(target).fileName());
    for (const std::string& notice : plan.notices)
        lines << fromUtf8(notice);
    estimate_->setText(lines.join(QLatin1Char('\n')));
    problem_->hide();
    export_->setEnabled(true);
}

void ExportDialog::chooseTarget() {
    auto* dialog = new QFileDialog(this, videos_.size() == 1 ? tr("Save as") : tr("Folder"));
    dialog->setObjectName(QStringLiteral("exportTargetDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (videos_.size() == 1) {
        dialog->setAcceptMode(QFileDialog::AcceptSave);
        dialog->setOption(QFileDialog::DontConfirmOverwrite);  // a taken name gets a number
        dialog->selectFile(target_->text());
    } else {
        dialog->setFileMode(QFileDialog::Directory);
    }
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& chosen) {
        QString name = chosen;
        if (videos_.size() == 1 && QFileInfo(name).suffix().isEmpty()) name += form_->extension();
        target_->setText(QDir::toNativeSeparators(name));
        is_target_own_ = true;
        askPlan();
    });
    dialog->open();
}

/// The name that somebody chose follows the format.
void ExportDialog::onFormChanged() {
    if (is_target_own_ && videos_.size() == 1) {
        const QFileInfo now(target_->text());
        static const QStringList kEndings = {"mp4", "webm", "gif"};
        if (kEndings.contains(now.suffix().toLower()))
            target_->setText(QDir::toNativeSeparators(now.dir().filePath(now.completeBaseName() + form_->extension())));
    }
    typing_.start();
}

void ExportDialog::start() {
    typing_.stop();
    std::vector<ExportRequest> requests;
    for (const QString& video : videos_)
        requests.push_back(request(video));
    if (!memory_.isEmpty()) {
        QSettings settings(memory_, QSettings::IniFormat);
        form_->save(settings);
    }
    folder_->setEnabled(false);
    problem_->hide();
    estimate_->setText(tr("Exporting…"));
    progress_->setValue(0);
    work_.start(requests);
    showRunning(true);
}

void ExportDialog::showRunning(bool is_running) {
    progress_->setVisible(is_running);
    form_->setEnabled(!is_running);
    target_->setEnabled(!is_running);
    browse_->setEnabled(!is_running);
    export_->setEnabled(!is_running);
    close_->setText(is_running ? tr("Stop") : tr("Close"));
}

void ExportDialog::onFinished(const QStringList& files, qint64 bytes) {
    showRunning(false);
    made_ = files.front();
    const QString size = locale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat);
    const QString words = files.size() == 1 ? tr("Exported as %1 (%2).").arg(QFileInfo(made_).fileName(), size)
                                            : tr("%n video(s) exported (%1).", nullptr, int(files.size())).arg(size);
    estimate_->setText(words);
    folder_->setEnabled(true);
    is_target_own_ = false;  // the next one gets a name of its own
    Q_EMIT told(words);
    if (!isVisible()) deleteLater();
}

void ExportDialog::onFailed(const Error& error, const QStringList& files) {
    showRunning(false);
    if (!files.isEmpty()) made_ = files.front();
    folder_->setEnabled(!files.isEmpty());
    if (error.code == ErrorCode::kCancelled) {
        estimate_->setText(tr("Stopped. Nothing half-written was left."));
        Q_EMIT told(estimate_->text());
    } else {
        estimate_->clear();
        problem_->setText(fromUtf8(error.message + " " + error.fix));
        problem_->show();
        if (!isVisible()) Q_EMIT failed(error);
    }
    if (!isVisible()) deleteLater();
}

void ExportDialog::reject() {
    hide();
    if (!work_.isRunning()) deleteLater();
}

void ExportDialog::closeEvent(QCloseEvent* event) {
    event->accept();
    reject();
}

}  // namespace studio::ui
