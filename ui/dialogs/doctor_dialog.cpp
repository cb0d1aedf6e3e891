#include "ui/dialogs/doctor_dialog.h"

#include <QClipboard>
#include <QDir>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QRegularExpression>
#include <QSysInfo>
#include <QVBoxLayout>

#include "core/version.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
QString statusText(Finding::Status status) {
    switch (status) {
        case Finding::Status::kOk:
            return DoctorDialog::tr("Good");
        case Finding::Status::kNote:
            return DoctorDialog::tr("Note");
        case Finding::Status::kProblem:
            break;
    }
    return DoctorDialog::tr("Problem");
}
}  // namespace

DoctorDialog::DoctorDialog(const Backend& backend, QWidget* parent) : QDialog(parent), examine_(backend.examine) {
    setObjectName(QStringLiteral("doctorDialog"));
    setWindowTitle(tr("Doctor"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(760, 560);
    summary_ = new QLabel;
    summary_->setObjectName(QStringLiteral("doctorSummary"));
    summary_->setProperty("role", "heading");
    findings_ = new QTreeWidget;
    findings_->setObjectName(QStringLiteral("doctorFindings"));
    findings_->setAccessibleName(tr("Findings"));
    findings_->setHeaderLabels({tr("State"), tr("What"), tr("Found")});
    findings_->setRootIsDecorated(false);
    findings_->setWordWrap(true);
    findings_->header()->setStretchLastSection(true);
    again_ = new QPushButton(tr("Check again"));
    self_test_ = new QPushButton(tr("Check with a self-test"));
    self_test_->setToolTip(tr("Also makes a tiny video with the demo model; takes a few seconds."));
    copy_ = new QPushButton(tr("Copy report"));
    copy_->setObjectName(QStringLiteral("doctorCopy"));
    copy_->setToolTip(tr("Put the findings into the clipboard, without your name or folders."));
    auto* closing = new QPushButton(tr("Close"));
    // No QDialogButtonBox: while its action buttons are disabled it leaves Close out of the order of Tab (Qt 6.4).
    auto* buttons = new QHBoxLayout;
    for (QPushButton* button : {again_, self_test_, copy_})
        buttons->addWidget(button);
    buttons->addStretch();
    buttons->addWidget(closing);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addWidget(summary_);
    layout->addWidget(findings_, 1);
    layout->addLayout(buttons);
    connect(again_, &QPushButton::clicked, this, [this] { examine(false); });
    connect(self_test_, &QPushButton::clicked, this, [this] { examine(true); });
    connect(copy_, &QPushButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(reportText()); });
    connect(closing, &QPushButton::clicked, this, &QDialog::reject);
    examine(false);
}

DoctorDialog::~DoctorDialog() {
    stop_.request_stop();
}

void DoctorDialog::examine(bool with_self_test) {
    summary_->setText(tr("Looking…"));
    for (QPushButton* button : {again_, self_test_, copy_})
        button->setEnabled(false);
    DoctorOptions options;
    options.with_self_test = with_self_test;
    options.stop = stop_.get_token();
    background_.run(
        [examine = examine_, options]() -> Result<DoctorReport> {
            return guarded([&]() -> Result<DoctorReport> { return examine(options); });
        },
        [this](Result<DoctorReport> report) {
            for (QPushButton* button : {again_, self_test_, copy_})
                button->setEnabled(true);
            if (report.ok()) return show(*report);
            summary_->setText(fromUtf8(report.error().message));
        });
}

void DoctorDialog::show(const DoctorReport& report) {
    findings_->clear();
    for (const Finding& finding : report.findings) {
        QString found = fromUtf8(finding.value);
        if (!finding.fix.empty()) found += QLatin1Char('\n') + fromUtf8(finding.fix);
        auto* row = new QTreeWidgetItem({statusText(finding.status), fromUtf8(finding.title), found});
        row->setTextAlignment(0, Qt::AlignTop);
        row->setTextAlignment(1, Qt::AlignTop);
        findings_->addTopLevelItem(row);
    }
    findings_->resizeColumnToContents(0);
    findings_->resizeColumnToContents(1);
    summary_->setText(report.is_healthy() ? tr("Everything that is needed works.")
                                          : tr("Something that is needed does not work."));
}

QString DoctorDialog::withoutPrivatePaths(QString text, const QStringList& names) {
    // A whole path: what is below a private folder is private as well. An address of the web is none.
    static const QRegularExpression path(QStringLiteral(
        R"re((?<![\w/:.~\\])(?:[A-Za-z]:)?[/\\](?![/\\])[^\s:;,()"']+(?:[ ][^\s:;,()"'/\\]+(?=[^:;,()"'\n]*[/\\])[^\s:;,()"']*)*)re"));
    static const QRegularExpression slash(QStringLiteral(R"([/\\])"));
    QString out;
    qsizetype at = 0;
    for (auto matches = path.globalMatch(text); matches.hasNext();) {
        const auto match = matches.next();
        const QStringList parts = match.captured().split(slash, Qt::SkipEmptyParts);
        out += text.mid(at, match.capturedStart() - at);
        out += parts.size() > 1 ? QStringLiteral("(folder)/") + parts.last() : match.captured();
        at = match.capturedEnd();
    }
    out += text.mid(at);
    for (const QString& name : names)
        if (name.size() > 2)
            out.replace(QRegularExpression(QStringLiteral("\\b%1\\b").arg(QRegularExpression::escape(name)),
                                           QRegularExpression::CaseInsensitiveOption),
                        QStringLiteral("(user)"));
    return out;
}

/// For a report to strangers: folders tell names of people and of their work.
QString DoctorDialog::reportText() const {
    QString text = QStringLiteral("Turbo Studio %1\n").arg(QLatin1String(kVersion));
    for (int i = 0; i < findings_->topLevelItemCount(); ++i) {
        const QTreeWidgetItem* row = findings_->topLevelItem(i);
        text += row->text(0) + QLatin1String("\t") + row->text(1) + QLatin1String("\t") + row->text(2) + '\n';
    }
    text.replace(QDir::homePath(), QStringLiteral("~"));
    return withoutPrivatePaths(text, {QDir::home().dirName(), qEnvironmentVariable("USER"),
                                      qEnvironmentVariable("USERNAME"), QSysInfo::machineHostName()});
}

}  // namespace studio::ui
