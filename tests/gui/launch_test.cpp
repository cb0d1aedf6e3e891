// The command line of the window and its languages.
#include <QDir>

#include "gui_test.h"
#include "ui/language.h"
#include "ui/launch_options.h"

using namespace studio;

class LaunchTest : public QObject {
    Q_OBJECT

    static Result<ui::LaunchOptions> parse(QStringList arguments) {
        return ui::parse_launch_options(QStringList{"turbo-studio"} + arguments);
    }

  private Q_SLOTS:
    void nothingIsFine() {
        const auto options = parse({});
        QVERIFY(options.ok());
        QVERIFY(options->prompt.isEmpty() && !options->generate_at_once && !options->appearance);
    }

    void allOptions() {
        const auto options =
            parse({"--prompt", "一颗星", "--generate", "--lang", "zh-Hans", "--theme=light", "--window-size",
                   "1280x800", "--model", "m", "--output", "o", "-platform", "offscreen"});
        QVERIFY2(options.ok(), options.ok() ? "" : options.error().message.c_str());
        QCOMPARE(options->prompt, QString("一颗星"));
        QCOMPARE(options->language, QString("zh_CN"));
        QCOMPARE(options->window_size, QSize(1280, 800));
        QVERIFY(options->generate_at_once && options->appearance == ui::Appearance::kLight);
    }

    void aVideoOrRecipeMayBeOpened() {
        QCOMPARE(parse({"/videos/a cat.MP4"})->files, QStringList("/videos/a cat.MP4"));
        QCOMPARE(parse({"/videos/a.mp4", "file:///pictures/a%20b%23.png"})->files,
                 QStringList({"/videos/a.mp4", "/pictures/a b#.png"}));
        QCOMPARE(parse({"a.json"})->files, QStringList(QDir::current().absoluteFilePath("a.json")));
        QCOMPARE(parse({"recipe.json", "--data-root", "/disk/studio"})->data_root, QString("/disk/studio"));
        QVERIFY(!parse({"a.mp4", "b.txt"}).ok());
        QVERIFY(!parse({"http://host/a.mp4x"}).ok());
        QVERIFY(!parse(QStringList(65, "a.mp4")).ok());
    }

    void screenshotGenerates() {
        QVERIFY(parse({"--screenshot", "a.png", "--prompt", "x"})->generate_at_once);
        QVERIFY(!parse({"--screenshot", "a.png"}).ok());
    }

    void badOptions_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("unknown") << QStringList{"--nonsense"};
        QTest::newRow("no value") << QStringList{"--prompt"};
        QTest::newRow("positional") << QStringList{"a star"};
        QTest::newRow("language") << QStringList{"--lang", "tlh"};
        QTest::newRow("theme") << QStringList{"--theme", "pink"};
        QTest::newRow("size word") << QStringList{"--window-size", "big"};
        QTest::newRow("size zero") << QStringList{"--window-size", "0x0"};
        QTest::newRow("size huge") << QStringList{"--window-size", "99999x800"};
        QTest::newRow("generate nothing") << QStringList{"--generate"};
    }
    void badOptions() {
        QFETCH(QStringList, arguments);
        const auto options = parse(arguments);
        QVERIFY(!options.ok());
        QVERIFY(!options.error().message.empty() && !options.error().fix.empty());
        QCOMPARE(exit_code(options.error().code), 2);
    }

    void helpNamesEveryOption() {
        for (const char* option : {"--prompt", "--generate", "--model", "--output", "--lang", "--theme", "--data-root",
                                   "--screenshot", "--version"})
            QVERIFY2(ui::launch_help().contains(option), option);
    }

    void noDisplayIsSaidBeforeQtAborts() {
#ifdef Q_OS_LINUX
        const QByteArray display = qgetenv("DISPLAY"), wayland = qgetenv("WAYLAND_DISPLAY"),
                         platform = qgetenv("QT_QPA_PLATFORM");
        qunsetenv("DISPLAY");
        qunsetenv("WAYLAND_DISPLAY");
        qunsetenv("QT_QPA_PLATFORM");
        QVERIFY(!ui::check_display({"turbo-studio"}).ok());
        QVERIFY(ui::check_display({"turbo-studio", "-platform", "offscreen"}).ok());
        QVERIFY(!ui::check_display({"turbo-studio", "-platform", "xcb"}).ok());
        qputenv("WAYLAND_DISPLAY", "wayland-0");
        QVERIFY(ui::check_display({"turbo-studio"}).ok());
        qputenv("QT_QPA_PLATFORM", "xcb");
        QVERIFY(!ui::check_display({"turbo-studio"}).ok());
        const auto restore = [](const char* name, const QByteArray& value) {
            value.isEmpty() ? qunsetenv(name) : qputenv(name, value);
        };
        restore("DISPLAY", display);
        restore("WAYLAND_DISPLAY", wayland);
        restore("QT_QPA_PLATFORM", platform);
#endif
    }

    void languages() {
        QCOMPARE(ui::languageFor("zh_CN"), QString("zh_CN"));
        QCOMPARE(ui::languageFor("en-GB"), QString("en"));
        QCOMPARE(ui::languageFor("fr"), QString());
        QCOMPARE(ui::languageFor("enx"), QString());
    }

    void chineseTextsAreInTheProgramAndComplete() {
        ui::installLanguage(*qApp, "zh_CN");
        QCOMPARE(QCoreApplication::translate("studio::ui::PromptPanel", "Generate"), QString("生成"));
        QCOMPARE(QCoreApplication::translate("studio::ui::SettingsForm", "%n frame(s)", nullptr, 17), QString("17 帧"));
    }
};

STUDIO_GUI_TEST(LaunchTest)
#include "launch_test.moc"
