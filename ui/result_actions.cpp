#include "ui/result_actions.h"

#include <QApplication>
#include <QClipboard>
#include <QDesktopServices>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenu>
#include <QMessageBox>
#include <QUrl>
#include <algorithm>

#include "core/text.h"
#include "ui/actions.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr std::string_view kRepeat = "repeat-";  // GenerationRequest::group of a repeat, before the job's number

bool isFinished(const store::JobRecord& job) {
    return job.state == store::JobState::kFinished;
}

bool canBeMany(ResultAction action) {
    return action == ResultAction::kTrash || action == ResultAction::kExport || action == ResultAction::kVariation;
}
}  // namespace

ResultActions::ResultActions(Session& session, QWidget& window, QObject* parent)
    : QObject(parent), session_(session), window_(window), work_(session) {
    connectWork();
    connect(&session_, &Session::jobFinished, this, &ResultActions::onFinished);
}

void ResultActions::connectWork() {
    connect(&work_, &ResultWork::progressed, this,
            [this](double share) { Q_EMIT progressed(share, tr("Saving %1").arg(saving_)); });
    connect(&work_, &ResultWork::saved, this, [this](const QString& file) {
        Q_EMIT progressed(-1, {});
        Q_EMIT told(tr("Saved as %1").arg(QDir::toNativeSeparators(file)));
    });
    connect(&work_, &ResultWork::failed, this, [this](const Error& error) {
        Q_EMIT progressed(-1, {});
        if (error.code == ErrorCode::kCancelled)
            Q_EMIT told(tr("Nothing was saved."));
        else
            Q_EMIT failed(error);
    });
    connect(&work_, &ResultWork::lastFrameReady, this, &ResultActions::startImageWanted);
    connect(&work_, &ResultWork::compared, this, [this](bool, const QString& words) { Q_EMIT told(words); });
}

void ResultActions::addCommands(Actions& actions) {
    for (const ResultActionInfo& info : resultActions())
        actions.add({info.id, info.text, info.help, {info.key}}, [this, action = info.action] {
            const Jobs jobs = target_ ? target_() : Jobs();
            const QString reason = whyNot(action, jobs);
            if (reason.isEmpty()) return run(action, jobs);
            Q_EMIT told(reason);
        });
}

void ResultActions::fill(QMenu& menu, const Jobs& jobs) {
    for (const ResultActionInfo& info : resultActions()) {
        const QString reason = whyNot(info.action, jobs);
        const bool is_pair = info.action == ResultAction::kCompare && jobs.size() == 2;
        QAction* entry = menu.addAction(makeIcon(info.glyph), is_pair ? tr("Compare") : textOf(info.action), this,
                                        [this, action = info.action, jobs] { run(action, jobs); });
        entry->setEnabled(reason.isEmpty());
        entry->setToolTip(reason.isEmpty() ? helpOf(info.action) : reason);
        if (info.key.count() > 0) entry->setShortcutVisibleInContextMenu(true);
    }
    menu.setToolTipsVisible(true);
}

QString ResultActions::whyNot(ResultAction action, const Jobs& jobs) const {
    if (jobs.empty()) return tr("No video is chosen.");
    const bool is_pair = action == ResultAction::kCompare && jobs.size() == 2;
    if (jobs.size() > 1 && !canBeMany(action) && !is_pair) return tr("This is done with one video at a time.");
    const store::JobRecord& job = jobs.front();
    switch (action) {
        case ResultAction::kVariation:
        case ResultAction::kReuse:
        case ResultAction::kCommand:
        case ResultAction::kTrash:
            return {};
        case ResultAction::kDecodeAgain:
            return job.latents_path.empty()
                       ? tr("Its latents were not kept; they are when decoding fails or is interrupted.")
                       : QString();
        default:
            break;
    }
    if (!std::all_of(jobs.begin(), jobs.end(), isFinished)) return tr("This video was not finished.");
    for (const store::JobRecord& each : jobs)
        if (session_.history().isMissing(JobId(each.id)) && action != ResultAction::kReproduce)
            return tr("The video is not there any more; locate it in the history.");
    return {};
}

void ResultActions::run(ResultAction action, const Jobs& jobs) {
    if (!whyNot(action, jobs).isEmpty()) return;
    const store::JobRecord& job = jobs.front();
    switch (action) {
        case ResultAction::kSaveAs:
            return saveAs(job);
        case ResultAction::kLastFrame:
            return work_.takeLastFrame(job);
        case ResultAction::kVariation:
            for (const store::JobRecord& each : jobs)
                variation(each);
            return;
        case ResultAction::kReuse:
            if (const auto request = settingsOf(job); request.ok()) Q_EMIT reuseWanted(*request);
            return;
        case ResultAction::kReproduce:
            return reproduce(job);
        case ResultAction::kDecodeAgain:
            return session_.resume(JobId(job.id));
        case ResultAction::kCompare:
            Q_EMIT compareWanted(quint64(job.id), jobs.size() == 2 ? quint64(jobs[1].id) : 0);
            return;
        case ResultAction::kExport: {
            QStringList videos;
            for (const store::JobRecord& each : jobs)
                videos << fromUtf8(each.output_path);
            Q_EMIT exportWanted(videos);
            return;
        }
        case ResultAction::kFolder:
            QDesktopServices::openUrl(QUrl::fromLocalFile(QFileInfo(fromUtf8(job.output_path)).absolutePath()));
            return;
        case ResultAction::kCommand:
            return copyCommand(job);
        case ResultAction::kTrash:
            return askTrash(jobs);
    }
}

Result<GenerationRequest> ResultActions::settingsOf(const store::JobRecord& job) {
    const auto made = job.result.is_object() ? job.result.find("settings") : job.result.end();
    const bool is_made = job.result.is_object() && made != job.result.end() && made->is_object();
    STUDIO_TRY(request, GenerationRequest::from_json(is_made ? *made : job.draft.request));
    if (is_made) {  // where and with how much of this machine: as it was asked for, not as it came out
        const auto asked = GenerationRequest::from_json(job.draft.request);
        request.output = asked.ok() ? asked->output : std::string();
    }
    request.job.clear();
    request.group.clear();
    request.latents.clear();
    return request;
}

std::optional<JobId> ResultActions::repeatedBy(const GenerationRequest& request) {
    if (!request.group.starts_with(kRepeat)) return std::nullopt;
    const auto id = parse_int64(std::string_view(request.group).substr(kRepeat.size()));
    return id && *id > 0 ? std::optional(JobId(*id)) : std::nullopt;
}

void ResultActions::saveAs(const store::JobRecord& job) {
    const QString video = fromUtf8(job.output_path);
    auto* dialog = new QFileDialog(&window_, tr("Save the video as"), {}, tr("Videos (*.mp4)"));
    dialog->setObjectName(QStringLiteral("saveAsDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("mp4"));
    dialog->setOption(QFileDialog::DontConfirmOverwrite);  // nothing is overwritten: a taken name gets a number
    dialog->selectFile(QFileInfo(video).fileName());
    connect(dialog, &QFileDialog::fileSelected, this, [this, video](const QString& target) {
        saving_ = QFileInfo(target).fileName();
        Q_EMIT progressed(0, tr("Saving %1").arg(saving_));
        work_.saveCopy(video, target);
    });
    dialog->open();
}

void ResultActions::variation(const store::JobRecord& job) {
    auto request = settingsOf(job);
    if (!request.ok()) {
        Q_EMIT failed(request.error());
        return;
    }
    request->seed = -1;
    Q_EMIT submitWanted(*request);
}

void ResultActions::reproduce(const store::JobRecord& job) {
    auto request = settingsOf(job);
    if (!request.ok()) {
        Q_EMIT failed(request.error());
        return;
    }
    request->group = std::string(kRepeat) + std::to_string(job.id);
    Q_EMIT submitWanted(*request);
}

void ResultActions::onFinished(const JobFinished& event) {
    const auto original = repeatedBy(event.result.resolved.request);
    if (!original) return;
    session_.find(*original, [this, repeat = fromUtf8(event.result.output_path)](Result<store::JobRecord> record) {
        if (record.ok())
            work_.compareRepeat(*record, repeat);
        else
            Q_EMIT told(tr("The first video is not in the history any more; nothing was compared."));
    });
}

void ResultActions::copyCommand(const store::JobRecord& job) {
    const auto request = settingsOf(job);
    if (!request.ok()) {
        Q_EMIT failed(request.error());
        return;
    }
    QApplication::clipboard()->setText(fromUtf8(session_.backend().results.command_text(*request)));
    Q_EMIT told(tr("The command was copied."));
}

void ResultActions::askTrash(const Jobs& jobs) {
    auto* question = new QMessageBox(QMessageBox::Question, tr("Move to the trash"),
                                     tr("Move %n video(s) to the trash?", nullptr, int(jobs.size())),
                                     QMessageBox::Yes | QMessageBox::No, &window_);
    question->setObjectName(QStringLiteral("trashQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDefaultButton(QMessageBox::No);
    connect(question, &QMessageBox::finished, this, [this, jobs](int answer) {
        if (answer == QMessageBox::Yes) work_.moveToTrash(jobs);
    });
    question->open();
}

}  // namespace studio::ui
