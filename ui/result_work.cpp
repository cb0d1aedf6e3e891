#include "ui/result_work.h"

#include <QDir>
#include <QFile>
#include <QSaveFile>

#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
Error notWritten(const QString& file, const QString& why) {
    return {ErrorCode::kIo,
            "The picture could not be written: " + why.toStdString() + ".",
            file.toStdString(),
            {},
            "Make room on the disk, or choose another data folder.",
            {}};
}

QString frameFile(const store::JobRecord& job) {
    const std::string name = "last-" + (job.uid.empty() ? std::to_string(job.id) : job.uid) + ".png";
    return fromUtf8(path_to_utf8(platform::user_data_dir() / "start-images" / path_from_utf8(name)));
}

Result<QString> writePicture(const Frame& frame, const QString& file) {
    const QImage image(frame.rgb.data(), frame.width, frame.height, qsizetype(frame.width) * 3, QImage::Format_RGB888);
    if (!QDir().mkpath(QFileInfo(file).absolutePath())) return notWritten(file, QStringLiteral("no folder"));
    QSaveFile out(file);
    if (!out.open(QIODevice::WriteOnly) || !image.save(&out, "PNG") || !out.commit())
        return notWritten(file, out.errorString());
    return file;
}

using What = RecipeDifference::What;
QString wordsOf(const RecipeDifference& difference) {
    const QString then = fromUtf8(difference.then), now = fromUtf8(difference.now);
    switch (difference.what) {
        case What::kProgramVersion:
            return ResultWork::tr("It was made with version %1; this is version %2.").arg(then, now);
        case What::kModelFiles:
            return ResultWork::tr("The model's files are others than when it was made.");
        case What::kModelMissing:
            return ResultWork::tr("Its model is not here: %1.").arg(then);
        case What::kDevice:
            return ResultWork::tr("It was computed on %1; here it would be %2.").arg(then, now);
        case What::kPrecision:
            return ResultWork::tr("It was computed in %1; here it would be %2.").arg(then, now);
    }
    return {};
}
}  // namespace

ResultWork::ResultWork(Session& session, QObject* parent) : QObject(parent), session_(session) {}

void ResultWork::saveCopy(const QString& video, const QString& target) {
    stop_ = std::stop_source();
    const auto tell = [this](double share) {
        QMetaObject::invokeMethod(
            this, [this, share] { Q_EMIT progressed(share); }, Qt::QueuedConnection);
    };
    background_.run(
        [save = session_.backend().results.save_copy, from = video.toStdString(), to = target.toStdString(), tell,
         stop = stop_.get_token()] {
            return guarded([&] { return save(path_from_utf8(from), path_from_utf8(to), tell, stop); });
        },
        [this](Result<std::filesystem::path> copy) {
            if (copy.ok())
                Q_EMIT saved(fromUtf8(path_to_utf8(*copy)));
            else
                Q_EMIT failed(copy.error());
        });
}

void ResultWork::takeLastFrame(const store::JobRecord& job) {
    background_.run(
        [take = session_.backend().results.last_frame, video = job.output_path, file = frameFile(job)] {
            return guarded([&]() -> Result<QString> {
                if (QFile::exists(file)) return file;
                STUDIO_TRY(frame, take(path_from_utf8(video)));
                return writePicture(frame, file);
            });
        },
        [this](Result<QString> picture) {
            if (picture.ok())
                Q_EMIT lastFrameReady(*picture);
            else
                Q_EMIT failed(picture.error());
        });
}

void ResultWork::checkRecipe(quint64 job, const QString& video) {
    const auto& differences = session_.backend().results.differences;
    if (!differences) return;
    background_.run(
        [differences, video = video.toStdString()] {
            return guarded([&] { return differences(path_from_utf8(video)); });
        },
        [this, job](Result<std::vector<RecipeDifference>> found) {
            if (!found.ok()) return log::debug("A recipe could not be checked: {}", found.error().message);
            if (!found->empty()) Q_EMIT differencesFound(job, words(*found));
        });
}

void ResultWork::compareRepeat(const store::JobRecord& original, const QString& repeat) {
    using Answer = std::pair<VideoComparison, std::vector<RecipeDifference>>;
    background_.run(
        [results = session_.backend().results, original = original.output_path, repeat = repeat.toStdString()] {
            return guarded([&]() -> Result<Answer> {
                STUDIO_TRY(compared, results.compare(path_from_utf8(original), path_from_utf8(repeat)));
                const auto found = results.differences(path_from_utf8(original));
                return Answer(std::move(compared), found.ok() ? *found : std::vector<RecipeDifference>());
            });
        },
        [this](Result<Answer> answer) {
            if (!answer.ok()) {
                Q_EMIT failed(answer.error());
                return;
            }
            const auto& [result, found] = *answer;
            if (result.is_identical()) {
                Q_EMIT compared(true, tr("Identical: all %n frame(s) are the same.", nullptr, result.frames_a));
                return;
            }
            const QString differs = tr("It differs from frame %1 of %2 on.")
                                        .arg(result.first_difference.value_or(0) + 1)
                                        .arg(std::max(result.frames_a, result.frames_b));
            Q_EMIT compared(false, found.empty() ? differs : differs + QLatin1Char(' ') + words(found));
        });
}

void ResultWork::moveToTrash(const std::vector<store::JobRecord>& jobs) {
    for (const store::JobRecord& job : jobs)
        background_.run(
            [video = fromUtf8(job.state == store::JobState::kFinished ? job.output_path
                                                                      : std::string())]() -> Result<void> {
                if (video.isEmpty() || !QFile::exists(video)) return {};
                if (QFile::moveToTrash(video)) return {};
                return Error{ErrorCode::kIo,
                             "The video could not be moved to the trash.",
                             video.toStdString(),
                             {},
                             "Take it out of the history alone, or delete the file in its folder.",
                             {}};
            },
            [this, id = JobId(job.id)](Result<void> moved) {
                if (moved.ok()) return session_.remove(id);
                Q_EMIT failed(moved.error());  // it stays listed
            });
}

QString ResultWork::words(const std::vector<RecipeDifference>& differences) {
    QStringList all;
    for (const RecipeDifference& difference : differences)
        all << wordsOf(difference);
    return all.join(QLatin1Char(' '));
}

}  // namespace studio::ui
