#include "ui/desktop/opening.h"

#include <QDir>
#include <set>

#include "core/json.h"
#include "core/text.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kVersion = 1;
constexpr const char* kFix = "Start the program with fewer or shorter arguments.";

Error refused(const std::string& field, const std::string& message) {
    return invalid_argument(field, message, kFix);
}

Result<void> checkText(const char* field, const QString& text, qsizetype max_bytes) {
    if (text.contains(QChar(0))) return refused(field, std::string(field) + " contains a NUL character.");
    if (text.toUtf8().size() > max_bytes) return refused(field, std::string(field) + " is too long.");
    return {};
}

Result<void> checkPath(const char* field, const QString& path) {
    STUDIO_TRY_VOID(checkText(field, path, 4 * kMaxOpeningPathLength));
    if (path.size() > kMaxOpeningPathLength) return refused(field, std::string(field) + " is too long.");
    if (!QDir::isAbsolutePath(path)) return refused(field, std::string(field) + " is not an absolute path.");
    return {};
}

Result<void> check(const Opening& opening) {
    if (opening.files.size() > kMaxOpeningFiles) return refused("files", "At most 64 files can be opened at once.");
    for (const QString& file : opening.files)
        STUDIO_TRY_VOID(checkPath("files", file));
    if (!opening.output.isEmpty()) STUDIO_TRY_VOID(checkPath("output", opening.output));
    STUDIO_TRY_VOID(checkText("prompt", opening.prompt, kMaxOpeningPromptBytes));
    STUDIO_TRY_VOID(checkText("model", opening.model, kMaxOpeningPathLength));
    return checkText("activation_token", opening.activation_token, 1024);
}

Result<QString> textOf(const Json& message, const char* key) {
    const auto found = message.find(key);
    if (found == message.end() || !found->is_string()) return refused(key, std::string(key) + " must be a text.");
    return fromUtf8(found->get_ref<const std::string&>());
}

Result<void> checkKeys(const Json& message) {
    static const std::set<std::string> known = {"version", "files",    "prompt",          "model",
                                                "output",  "generate", "activation_token"};
    if (!message.is_object()) return refused({}, "The message is not an object.");
    for (const auto& [key, value] : message.items())
        if (!known.count(key)) return refused(key, "There is no key '" + key + "'.");
    const auto version = message.find("version");
    if (version == message.end() || !version->is_number_integer() || *version != kVersion)
        return refused("version", "The message is of another version of the program.");
    return {};
}
}  // namespace

Result<QByteArray> writeOpening(const Opening& opening) {
    STUDIO_TRY_VOID(check(opening));
    Json message = {{"version", kVersion},
                    {"files", Json::array()},
                    {"prompt", opening.prompt.toStdString()},
                    {"model", opening.model.toStdString()},
                    {"output", opening.output.toStdString()},
                    {"generate", opening.generate_at_once},
                    {"activation_token", opening.activation_token.toStdString()}};
    for (const QString& file : opening.files)
        message["files"].push_back(file.toStdString());
    // A half surrogate on the command line becomes U+FFFD in UTF-8, so dump() cannot meet invalid text.
    QByteArray line = QByteArray::fromStdString(message.dump());
    if (line.size() >= kMaxOpeningBytes) return refused({}, "The arguments are too long.");
    return line.append('\n');
}

Result<Opening> readOpening(const QByteArray& line) {
    if (line.size() > kMaxOpeningBytes) return refused({}, "The message is too long.");
    STUDIO_TRY(message, parse_json(std::string_view(line.constData(), std::size_t(line.size())), "message",
                                   {.max_bytes = std::size_t(kMaxOpeningBytes), .max_depth = 2}));
    STUDIO_TRY_VOID(checkKeys(message));
    Opening opening;
    const auto files = message.find("files");
    if (files == message.end() || !files->is_array()) return refused("files", "files must be a list.");
    for (const Json& file : *files) {
        if (!file.is_string()) return refused("files", "files must hold texts.");
        opening.files << fromUtf8(file.get_ref<const std::string&>());
    }
    const auto generate = message.find("generate");
    if (generate == message.end() || !generate->is_boolean())
        return refused("generate", "generate must be true or false.");
    opening.generate_at_once = generate->get<bool>();
    STUDIO_TRY(prompt, textOf(message, "prompt"));
    STUDIO_TRY(model, textOf(message, "model"));
    STUDIO_TRY(output, textOf(message, "output"));
    STUDIO_TRY(token, textOf(message, "activation_token"));
    opening.prompt = prompt;
    opening.model = model;
    opening.output = output;
    opening.activation_token = token;
    STUDIO_TRY_VOID(check(opening));
    return opening;
}

}  // namespace studio::ui
