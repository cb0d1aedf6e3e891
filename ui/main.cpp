// turbo-studio: the window. Reads the command line, opens the log, shows the window, and only then builds the engine.
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QIcon>
#include <QSettings>
#include <QStandardPaths>
#include <clocale>
#include <cstdio>
#include <cstdlib>

#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "core/version.h"
#include "ui/first_paint.h"
#include "ui/language.h"
#include "ui/launch_options.h"
#include "ui/main_window.h"
#include "ui/screenshot.h"

using namespace studio;

namespace {

int fail(const Error& error, int status) {
    std::fprintf(stderr, "turbo-studio: %s\n%s\n", error.message.c_str(), error.fix.c_str());
    return status;
}

/// Qt's messages belong in the log. Its fatal ones come while it looks for a display and would abort the process.
void onQtMessage(QtMsgType type, const QMessageLogContext&, const QString& text) {
    const std::string message = text.toStdString();
    switch (type) {
        case QtDebugMsg:
            log::debug("Qt: {}", message);
            return;
        case QtInfoMsg:
            log::info("Qt: {}", message);
            return;
        case QtWarningMsg:
            log::warning("Qt: {}", message);
            return;
        case QtCriticalMsg:
            log::error("Qt: {}", message);
            return;
        case QtFatalMsg:
            break;
    }
    log::error("Qt: {}", message);
    log::shutdown();
    std::fprintf(stderr,
                 "turbo-studio: The display cannot be used: %s\n"
                 "Check DISPLAY or WAYLAND_DISPLAY, or use turbo-studio-cli generate, which needs no display.\n",
                 message.c_str());
    std::_Exit(2);
}

/// Ctrl-C or SIGTERM, on a helper thread: close as a person would, so that the engine ends and no partial file stays.
void onTermination(int) {
    QCoreApplication* app = QCoreApplication::instance();
    if (!app) std::_Exit(0);
    QMetaObject::invokeMethod(app, [] {
        for (QWidget* window : QApplication::topLevelWidgets())
            window->close();
    });
}

QStringList argumentsOf(int argc, char** argv) {
    const QCoreApplication reader(argc, argv);  // knows every platform's way to UTF-16
    return QCoreApplication::arguments();
}

std::string outputFolder(const ui::LaunchOptions& options) {
    if (!options.output.isEmpty()) return QFileInfo(options.output).absoluteFilePath().toStdString();
    const QString videos = QStandardPaths::writableLocation(QStandardPaths::MoviesLocation);
    return QDir(videos.isEmpty() ? QDir::homePath() : videos).filePath(QStringLiteral("Turbo Studio")).toStdString();
}

/// The window comes back where it was. Only that is kept here; settings of the program have their own file.
void keepGeometry(ui::MainWindow& window) {
    const QString file = QString::fromStdString(path_to_utf8(platform::user_config_dir() / "window.ini"));
    window.restoreGeometry(QSettings(file, QSettings::IniFormat).value("geometry").toByteArray());
    QObject::connect(&window, &ui::MainWindow::closed, &window, [&window, file] {
        QSettings(file, QSettings::IniFormat).setValue("geometry", window.saveGeometry());
    });
}

int runWindow(QApplication& app, const ui::LaunchOptions& options, const QElapsedTimer& clock) {
    ui::applyAppearance(app, options.appearance.value_or(ui::systemAppearance(app)));
    ui::installLanguage(app, options.language.isEmpty() ? ui::systemLanguage() : options.language);
    QIcon icon;
    for (const int side : {16, 32, 64, 256})
        icon.addFile(QStringLiteral(":/icons/turbo-studio-%1.png").arg(side));
    QApplication::setWindowIcon(icon);
    ui::MainWindow window({.make_queue = [] { return make_queue(platform::user_data_dir() / "queue", make_engine()); },
                           .list_models = list_models,
                           .read_clip = [](const std::filesystem::path& path) { return read_clip(path); },
                           .read_poster = [](const std::filesystem::path& path) { return read_poster(path); },
                           .read_recipe = [](const std::filesystem::path& path) { return read_recipe(path); },
                           .read_picture = read_picture,
                           .fit = fit,
                           .examine = examine,
                           .store = {.add = [](const AddRequest& request,
                                               const std::stop_token& stop) { return add_model(request, {}, stop); },
                                     .plan_removal = plan_removal,
                                     .run_removal = run_removal},
                           .log_file = log::file_path(),
                           .error_text = error_text,
                           .settings = settings_table()},
                          {.prompt = options.prompt,
                           .model = options.model.toStdString(),
                           .output = outputFolder(options),
                           .recipe = options.file,
                           .generate_at_once = options.generate_at_once});
    int exit_status = 0;
    window.resize(options.window_size.isEmpty() ? window.sizeHint() : options.window_size);
    if (!options.screenshot.isEmpty())
        ui::takeScreenshot(window, options.screenshot, exit_status);
    else if (options.window_size.isEmpty())
        keepGeometry(window);
    QObject::connect(&window, &ui::MainWindow::closed, &app, &QApplication::quit);
    new ui::FirstPaint(&window, [&window, &clock] {
        log::info("Window painted {} ms after main began.", clock.elapsed());
        window.start();
    });
    window.show();
    app.exec();
    return exit_status;
}

}  // namespace

int main(int argc, char** argv) {
    QElapsedTimer clock;
    clock.start();
    const QStringList arguments = argumentsOf(argc, argv);
    const auto options = ui::parse_launch_options(arguments);
    if (!options.ok()) return fail(options.error(), 2);
    if (options->is_help) return std::fputs(qUtf8Printable(ui::launch_help()), stdout), 0;
    if (options->is_version) return std::printf("turbo-studio %s\n", kVersion), 0;
    if (const auto display = ui::check_display(arguments); !display.ok()) return fail(display.error(), 2);
    if (!options->data_root.isEmpty())
        qputenv("STUDIO_HOME", QFileInfo(options->data_root).absoluteFilePath().toUtf8());
    platform::on_termination(onTermination);
    log::init({});
    qInstallMessageHandler(onQtMessage);
    QApplication app(argc, argv);
    std::setlocale(LC_NUMERIC, "C");  // Qt adopts the user's locale; libraries below read numbers with a full stop
    QApplication::setApplicationName(QStringLiteral("turbo-studio"));
    QApplication::setApplicationVersion(QString::fromLatin1(kVersion));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.turbostudio.TurboStudio"));
    QApplication::setQuitOnLastWindowClosed(false);  // the engine's end decides
    const int status = runWindow(app, options.value(), clock);
    qInstallMessageHandler(nullptr);
    log::shutdown();
    return status;
}
