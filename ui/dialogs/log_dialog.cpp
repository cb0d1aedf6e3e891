#include "ui/dialogs/log_dialog.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QDir>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QPushButton>
#include <QSysInfo>
#include <QVBoxLayout>

#include "ui/dialogs/doctor_dialog.h"
#include "ui/theme/theme.h"

namespace studio::ui {

namespace {
constexpr qint64 kMostBytes = 256 * 1024;
constexpr int kMostLines = 5000;
constexpr int kFollowMs = 500;
}  // namespace

LogDialog::LogDialog(const QString& file, QWidget* parent) : QDialog(parent), file_(file) {
    setObjectName(QStringLiteral("logDialog"));
    setWindowTitle(tr("Log"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(860, 520);
    level_ = new QComboBox;
    level_->setObjectName(QStringLiteral("logLevel"));
    level_->setAccessibleName(tr("Level"));
    level_->addItem(tr("Everything"), 0);
    level_->addItem(tr("Warnings and errors"), 1);
    level_->addItem(tr("Errors"), 2);
    filter_ = new QLineEdit;
    filter_->setObjectName(QStringLiteral("logFilter"));
    filter_->setPlaceholderText(tr("Only lines with…"));
    filter_->setAccessibleName(tr("Only lines with…"));
    filter_->setClearButtonEnabled(true);
    text_ = new QPlainTextEdit;
    text_->setObjectName(QStringLiteral("logText"));
    text_->setAccessibleName(tr("Log"));
    text_->setReadOnly(true);
    text_->setMaximumBlockCount(kMostLines);
    text_->setLineWrapMode(QPlainTextEdit::NoWrap);
    auto* top = new QHBoxLayout;
    top->addWidget(level_);
    top->addWidget(filter_, 1);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* copy = new QPushButton(tr("Copy what is shown"));
    copy->setObjectName(QStringLiteral("logCopy"));
    copy->setToolTip(tr("Without your name and your folders; prompts are never in the log."));
    buttons->addButton(copy, QDialogButtonBox::ActionRole);
    connect(copy, &QPushButton::clicked, this, [this] {
        const QStringList names{QDir::home().dirName(), qEnvironmentVariable("USER"), qEnvironmentVariable("USERNAME"),
                                QSysInfo::machineHostName()};
        QString shown = text_->toPlainText();
        shown.replace(QDir::homePath(), QStringLiteral("~"));
        QGuiApplication::clipboard()->setText(DoctorDialog::withoutPrivatePaths(shown, names));
    });
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addLayout(top);
    layout->addWidget(text_, 1);
    layout->addWidget(buttons);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(level_, &QComboBox::currentIndexChanged, this, &LogDialog::refill);
    connect(filter_, &QLineEdit::textChanged, this, &LogDialog::refill);
    connect(&timer_, &QTimer::timeout, this, &LogDialog::follow);
    if (!file_.open(QIODevice::ReadOnly))
        text_->setPlaceholderText(tr("There is no log file: %1").arg(file_.errorString()));
    else if (file_.size() > kMostBytes)
        file_.seek(file_.size() - kMostBytes);
    follow();
    timer_.start(kFollowMs);
}

void LogDialog::follow() {
    if (!file_.isOpen()) return;
    const QString fresh = rest_ + QString::fromUtf8(file_.read(kMostBytes));
    QStringList lines = fresh.split(QLatin1Char('\n'));
    rest_ = lines.takeLast();
    for (const QString& line : lines)
        if (isWanted(line)) text_->appendPlainText(line);
    lines_ += lines;
    if (lines_.size() > kMostLines) lines_ = lines_.mid(lines_.size() - kMostLines);
}

void LogDialog::refill() {
    QStringList wanted;
    for (const QString& line : lines_)
        if (isWanted(line)) wanted << line;
    text_->setPlainText(wanted.join(QLatin1Char('\n')));
    text_->moveCursor(QTextCursor::End);
}

bool LogDialog::isWanted(const QString& line) const {
    const bool is_error = line.contains(QLatin1String(" error [")) || line.contains(QLatin1String(" critical ["));
    const bool is_warning = is_error || line.contains(QLatin1String(" warning ["));
    const int level = level_->currentData().toInt();
    if ((level == 1 && !is_warning) || (level == 2 && !is_error)) return false;
    return filter_->text().isEmpty() || line.contains(filter_->text(), Qt::CaseInsensitive);
}

}  // namespace studio::ui
