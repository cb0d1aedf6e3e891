#include "ui/launch_options.h"

#include <QCommandLineParser>
#include <QFileInfo>
#include <QUrl>

#include "ui/desktop/opening.h"
#include "ui/language.h"

namespace studio::ui {

namespace {
/// Qt's own options, which QApplication reads: not ours to refuse.
QStringList withoutQtOptions(QStringList arguments) {
    for (qsizetype i = 1; i + 1 < arguments.size();) {
        QString name = arguments[i];
        while (name.startsWith(QLatin1Char('-')))
            name.remove(0, 1);
        if (arguments[i].startsWith(QLatin1Char('-')) && name == QLatin1String("platform"))
            arguments.remove(i, 2);
        else
            ++i;
    }
    return arguments;
}

void addOptions(QCommandLineParser& parser) {
    parser.addPositionalArgument("files",
                                 "A video made by this program or a recipe: its settings are shown. A picture: the "
                                 "video begins with it.",
                                 "[file...]");
    parser.setApplicationDescription(QStringLiteral("Turn a prompt into a video on your own machine."));
    parser.addOptions({
        {QStringList{"h", "help"}, "Show this help and end."},
        {QStringList{"v", "version"}, "Show the version and end."},
        {"prompt", "Begin with this prompt.", "text"},
        {"generate", "Make the video of --prompt at once."},
        {"model", "Use this model: a name from 'turbo-studio-cli models list', or a folder.", "model"},
        {"output", "Folder (or .mp4 file) for videos. Default: 'Turbo Studio' in the user's video folder.", "path"},
        {"data-root", "Keep everything of the program (models, queue, history, settings, log) below this folder.",
         "path"},
        {"lang", "Language of the window: en or zh_CN. Default: the system's.", "language"},
        {"theme", "light, dark or system.", "theme"},
        {"window-size", "Size of the window, e.g. 1280x800.", "WxH"},
        {"screenshot", "For developers: make the video of --prompt, save the window's picture while it plays, end.",
         "file.png"},
    });
}

Error usage(const QString& field, const QString& message) {
    return invalid_argument(field.toStdString(), message.toStdString(), "See turbo-studio --help.");
}

/// A desktop may hand over web addresses of files; they mean the same as paths.
QString pathOf(const QString& argument) {
    const QUrl url(argument);
    return url.isLocalFile() && url.host().isEmpty() ? url.toLocalFile() : argument;
}

Result<void> readFiles(const QStringList& arguments, LaunchOptions& options) {
    static const QStringList known = {"mp4", "json", "png", "jpg", "jpeg", "webp", "bmp", "gif"};
    if (arguments.size() > kMaxOpeningFiles)
        return usage(
            {}, QString("At most %1 files can be opened at once, not %2.").arg(kMaxOpeningFiles).arg(arguments.size()));
    for (const QString& argument : arguments) {
        const QString path = pathOf(argument);
        if (!known.contains(QFileInfo(path).suffix().toLower()))
            return usage({}, "'" + argument + "' is not an option and not a video, recipe or picture. " +
                                 "Put a prompt behind --prompt.");
        options.files << QFileInfo(path).absoluteFilePath();
    }
    return {};
}

Result<void> readLook(const QCommandLineParser& parser, LaunchOptions& options) {
    if (parser.isSet("lang")) {
        options.language = languageFor(parser.value("lang"));
        if (options.language.isEmpty())
            return usage("--lang", "--lang: there is no language '" + parser.value("lang") + "', only en and zh_CN.");
    }
    const QString theme = parser.value("theme");
    if (theme == QLatin1String("dark")) options.appearance = Appearance::kDark;
    if (theme == QLatin1String("light")) options.appearance = Appearance::kLight;
    if (parser.isSet("theme") && !options.appearance && theme != QLatin1String("system"))
        return usage("--theme", "--theme: '" + theme + "' is not light, dark or system.");
    if (parser.isSet("window-size")) {
        const QStringList sides = parser.value("window-size").split(QLatin1Char('x'));
        if (sides.size() == 2) options.window_size = QSize(sides[0].toInt(), sides[1].toInt());
        if (options.window_size.width() < 320 || options.window_size.height() < 240 ||
            options.window_size.width() > 16384 || options.window_size.height() > 16384)
            return usage("--window-size",
                         "--window-size: '" + parser.value("window-size") + "' is not a size like 1280x800.");
    }
    return {};
}
}  // namespace

Result<LaunchOptions> parse_launch_options(const QStringList& arguments) {
    QCommandLineParser parser;
    addOptions(parser);
    if (!parser.parse(withoutQtOptions(arguments))) return usage({}, parser.errorText());
    LaunchOptions options;
    STUDIO_TRY_VOID(readFiles(parser.positionalArguments(), options));
    options.is_help = parser.isSet("help");
    options.is_version = parser.isSet("version");
    options.prompt = parser.value("prompt");
    options.model = parser.value("model");
    options.output = parser.value("output");
    options.data_root = parser.value("data-root");
    options.screenshot = parser.value("screenshot");
    options.generate_at_once = parser.isSet("generate") || !options.screenshot.isEmpty();
    STUDIO_TRY_VOID(readLook(parser, options));
    if (options.generate_at_once && options.prompt.trimmed().isEmpty())
        return usage("--prompt", "--generate and --screenshot need a --prompt.");
    return options;
}

QString launch_help() {
    QCommandLineParser parser;
    addOptions(parser);
    return parser.helpText().replace(QLatin1String("<executable_name>"), QLatin1String("turbo-studio"));
}

Result<void> check_display([[maybe_unused]] const QStringList& arguments) {
#ifdef Q_OS_LINUX
    QString platform = qEnvironmentVariable("QT_QPA_PLATFORM");
    for (qsizetype i = 1; i + 1 < arguments.size(); ++i)
        if (arguments[i] == QLatin1String("-platform") || arguments[i] == QLatin1String("--platform"))
            platform = arguments[i + 1];
    const bool needs_x = platform.startsWith(QLatin1String("xcb"));
    const bool needs_wayland = platform.startsWith(QLatin1String("wayland"));
    const bool has_x = !qEnvironmentVariableIsEmpty("DISPLAY"),
               has_wayland = !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
    const bool is_missing =
        platform.isEmpty() ? !has_x && !has_wayland : (needs_x && !has_x) || (needs_wayland && !has_wayland);
    if (is_missing)
        return Error{ErrorCode::kDeviceUnavailable,
                     "There is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set).",
                     {},
                     "DISPLAY",
                     "Start it from a desktop session, or use turbo-studio-cli generate, which needs no display.",
                     {}};
#endif
    return {};
}

}  // namespace studio::ui
