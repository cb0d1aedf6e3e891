// turbo-studio: the window. Reads the command line, opens the log, shows the window, and only then builds the engine.
#include <QApplication>
#include <QDir>
#include <QElapsedTimer>
#include <QFileInfo>
#include <QIcon>
#include <QSessionManager>
#include <QStandardPaths>
#include <clocale>
#include <cstdio>
#include <cstdlib>

#include "app/data_root.h"
#include "core/log.h"
#include "core/platform.h"
#include "core/text.h"
#include "core/version.h"
#include "ui/desktop/single_instance.h"
#include "ui/engine_backend.h"
#include "ui/first_paint.h"
#include "ui/launch_options.h"
#include "ui/main_window.h"
#include "ui/preferences_effects.h"
#include "ui/program_root.h"
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

/// Everything is kept and the engine ends, so that no partial file stays; nobody is there to answer questions.
void endSession() {
    for (QWidget* widget : QApplication::topLevelWidgets())
        if (auto* window = qobject_cast<ui::MainWindow*>(widget)) window->endSession();
}

/// Ctrl-C or SIGTERM, on a helper thread.
void onTermination(int) {
    QCoreApplication* app = QCoreApplication::instance();
    if (!app) std::_Exit(0);
    QMetaObject::invokeMethod(app, [] { endSession(); });
}

int endHandedOver() {
    std::puts("Turbo Studio is already open; its window was asked.");
    qInstallMessageHandler(nullptr);
    log::shutdown();
    return 0;
}

QStringList argumentsOf(int argc, char** argv) {
    const QCoreApplication reader(argc, argv);  // knows every platform's way to UTF-16
    return QCoreApplication::arguments();
}

std::string givenOutput(const ui::LaunchOptions& options) {
    if (options.output.isEmpty()) return {};
    return QFileInfo(options.output).absoluteFilePath().toStdString();
}

std::string defaultOutput() {
    const QString videos = QStandardPaths::writableLocation(QStandardPaths::MoviesLocation);
    return QDir(videos.isEmpty() ? QDir::homePath() : videos).filePath(QStringLiteral("Turbo Studio")).toStdString();
}

ui::Opening openingOf(const ui::LaunchOptions& options) {
    QByteArray token = qgetenv("XDG_ACTIVATION_TOKEN");
    if (token.isEmpty()) token = qgetenv("DESKTOP_STARTUP_ID");
    return {options.files,
            options.prompt,
            options.model,
            options.output.isEmpty() ? QString() : QFileInfo(options.output).absoluteFilePath(),
            options.generate_at_once,
            QString::fromUtf8(token)};
}

/// The end of the computer's session asks programs to keep what they have; it is no time for questions.
void obeySessionManager(QApplication& app) {
    QObject::connect(
        &app, &QGuiApplication::commitDataRequest, &app, [](QSessionManager&) { endSession(); }, Qt::DirectConnection);
}

int runWindow(QApplication& app, const ui::LaunchOptions& options, const QElapsedTimer& clock,
              ui::SingleInstance* instance) {
    ui::PreferencesStore preferences(Preferences::load(Preferences::default_path()));
    const ui::PreferencesEffects effects(app, preferences, {options.language, options.appearance});
    QIcon icon;
    for (const int side : {16, 32, 64, 256})
        icon.addFile(QStringLiteral(":/icons/turbo-studio-%1.png").arg(side));
    QApplication::setWindowIcon(icon);
    const bool is_picture = !options.screenshot.isEmpty();  // the developer option: nothing of the person is touched
    const EngineOptions engine{.unload_after_s = 60.0 * double(preferences.number("performance.unload_after_min"))};
    ui::MainWindow window(ui::engineBackend(engine, defaultOutput()),
                          {.prompt = options.prompt,
                           .model = options.model.toStdString(),
                           .output = givenOutput(options),
                           .default_output = defaultOutput(),
                           .files = options.files,
                           .generate_at_once = options.generate_at_once,
                           .preferences = &preferences,
                           .state_folder = is_picture ? std::filesystem::path() : platform::user_state_dir()});
    int exit_status = 0;
    if (!options.window_size.isEmpty()) window.resize(options.window_size);
    if (is_picture) ui::takeScreenshot(window, options.screenshot, exit_status);
    if (instance)
        QObject::connect(instance, &ui::SingleInstance::asked, &window, [&window](const ui::Opening& opening) {
            window.bringToFront(opening.activation_token);
            window.open(opening);
        });
    if (instance) QObject::connect(&window, &ui::MainWindow::closing, instance, &ui::SingleInstance::close);
    obeySessionManager(app);
    QObject::connect(&window, &ui::MainWindow::closed, &app, &QApplication::quit);
    QObject::connect(&window.house(), &ui::Housekeeping::restartWanted, &window, [&window, &exit_status] {
        exit_status = ui::kRestart;
        window.close();
    });
    const bool is_plain = !is_picture && options.files.isEmpty() && !options.generate_at_once;
    new ui::FirstPaint(&window, [&window, &clock, is_plain] {
        log::info("Window painted {} ms after main began.", clock.elapsed());
        window.start();
        if (is_plain) window.house().begin();
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
    use_data_root(path_from_utf8(options->data_root.toStdString()));
    platform::on_termination(onTermination);
    log::init({});
    qInstallMessageHandler(onQtMessage);
    QApplication app(argc, argv);
    std::setlocale(LC_NUMERIC, "C");  // Qt adopts the user's locale; libraries below read numbers with a full stop
    QApplication::setApplicationName(QStringLiteral("turbo-studio"));
    QApplication::setApplicationVersion(QString::fromLatin1(kVersion));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.turbostudio.TurboStudio"));
    QApplication::setQuitOnLastWindowClosed(false);  // the engine's end decides
    if (const auto ended = ui::prepareRoot(app)) {
        qInstallMessageHandler(nullptr);
        log::shutdown();
        return *ended;
    }
    std::unique_ptr<ui::SingleInstance> instance;
    if (options->screenshot.isEmpty()) {
        instance = std::make_unique<ui::SingleInstance>(platform::user_data_dir());
        if (instance->begin(openingOf(*options)) == ui::SingleInstance::Outcome::kHandedOver) return endHandedOver();
        if (instance->problem()) log::warning("{}", instance->problem()->message);
    }
    int status = runWindow(app, options.value(), clock, instance.get());
    instance.reset();
    if (status == ui::kRestart) status = ui::startAgain();
    qInstallMessageHandler(nullptr);
    log::shutdown();
    return status;
}
