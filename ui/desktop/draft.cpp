#include "ui/desktop/draft.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include "core/log.h"
#include "core/text.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kVersion = 1;
constexpr qint64 kMaxBytes = 1 << 20;

QString nameOf(const std::filesystem::path& file) {
    return fromUtf8(path_to_utf8(file));
}
}  // namespace

QByteArray writeDraft(const Draft& draft) {
    Json json = {{"version", kVersion},
                 {"prompt", draft.prompt.toStdString()},
                 {"model", draft.model},
                 {"image_mode", draft.has_image_mode}};
    if (draft.request) json["request"] = draft.request->to_json();
    return QByteArray::fromStdString(json.dump(1, ' ', false, Json::error_handler_t::replace)) + '\n';
}

Result<Draft> readDraft(const QByteArray& text) {
    STUDIO_TRY(json, parse_json(std::string_view(text.constData(), std::size_t(text.size())), "draft"));
    const auto is = [&json](const char* key, Json::value_t type) {
        const auto found = json.find(key);
        return found != json.end() && found->type() == type;
    };
    if (!json.is_object() || json.value("version", Json()) != Json(kVersion) || !is("prompt", Json::value_t::string) ||
        !is("model", Json::value_t::string) || !is("image_mode", Json::value_t::boolean))
        return invalid_argument("draft", "This is not a draft of this version.", "Delete the file.");
    Draft draft{fromUtf8(json["prompt"].get<std::string>()),
                json["model"].get<std::string>(),
                json["image_mode"].get<bool>(),
                {}};
    if (const auto request = json.find("request"); request != json.end()) {
        STUDIO_TRY(read, GenerationRequest::from_json(*request));
        draft.request = std::move(read);
    }
    return draft;
}

DraftKeeper::DraftKeeper(std::filesystem::path file, std::function<QByteArray()> snapshot, int interval_ms,
                         QObject* parent)
    : QObject(parent), file_(std::move(file)), snapshot_(std::move(snapshot)) {
    timer_.setInterval(interval_ms);
    connect(&timer_, &QTimer::timeout, this, &DraftKeeper::look);
}

std::optional<Draft> DraftKeeper::load() const {
    QFile file(nameOf(file_));
    if (!file.open(QIODevice::ReadOnly) || file.size() > kMaxBytes) return {};
    auto draft = readDraft(file.readAll());
    if (draft.ok()) return std::move(draft).value();
    log::warning("The draft of the last run cannot be read: {}", draft.error().message);
    return {};
}

void DraftKeeper::start() {
    written_ = snapshot_();
    timer_.start();
}

void DraftKeeper::look() {
    const QByteArray now = snapshot_();
    if (now == written_ || !background_.isIdle()) return;
    written_ = now;
    background_.run([file = file_, now] { return write(file, now); },
                    [](Result<void> done) {
                        if (!done.ok()) log::warning("The draft could not be kept: {}", done.error().message);
                    });
}

void DraftKeeper::flush() {
    timer_.stop();
    const QByteArray now = snapshot_();
    background_.waitForAll();
    if (const auto done = write(file_, now); !done.ok())
        log::warning("The draft could not be kept: {}", done.error().message);
}

Result<void> DraftKeeper::write(const std::filesystem::path& file, const QByteArray& text) {
    std::error_code ignored;  // the write says what is wrong
    std::filesystem::create_directories(file.parent_path(), ignored);
    QSaveFile out(nameOf(file));
    const bool is_written = out.open(QIODevice::WriteOnly) &&
                            out.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner) &&
                            out.write(text) == text.size() && out.commit();
    if (is_written) return {};
    return Error{ErrorCode::kIo,
                 out.errorString().toStdString(),
                 path_to_utf8(file),
                 {},
                 "Make room on the disk, or give yourself the right to write there.",
                 {}};
}

}  // namespace studio::ui
