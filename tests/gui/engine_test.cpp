// The real window over the real engine and the bundled demo model: a prompt becomes a playing video, and a cancel
// holds.
#include <QDir>
#include <QFileInfo>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSlider>
#include <QTemporaryDir>
#include <set>

#include "gui_test.h"
#include "ui/main_window.h"

using namespace studio;
using namespace studio::test;

class EngineTest : public QObject {
    Q_OBJECT

    QTemporaryDir videos_;
    std::unique_ptr<ui::MainWindow> window_;

    QStringList files() const { return QDir(videos_.path()).entryList(QDir::Files | QDir::Hidden); }
    void open() {
        ui::Backend backend;
        backend.make_queue = [this] {
            return make_queue(videos_.path().toStdString() + "/queue", make_engine({.threads = 1}));
        };
        backend.read_poster = [](const std::filesystem::path& path) { return read_poster(path); };
        backend.list_models = list_models;
        backend.read_clip = [](const std::filesystem::path& path) { return read_clip(path); };
        backend.error_text = error_text;
        backend.settings = settings_table();
        ui::WindowOptions options;
        options.output = videos_.path().toStdString();
        window_ = std::make_unique<ui::MainWindow>(backend, options);
        window_->resize(1280, 800);
        window_->show();
        window_->start();
        QTRY_VERIFY_WITH_TIMEOUT(window_->findChild<QComboBox*>("modelPicker")->count() > 0, 20'000);
    }
    void ask(const QString& prompt) {
        window_->findChild<QPlainTextEdit*>("promptEdit")->setPlainText(prompt);
        auto* length = window_->findChild<QSlider*>("lengthSlider");
        length->setValue(length->minimum());
        auto* steps = window_->findChild<QSlider*>("stepsSlider");
        steps->setValue(2);
        window_->findChild<QPushButton*>("generateButton")->click();
    }
    void shut() {
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->endSession();
        QVERIFY(closed.wait(20'000));
    }

  private Q_SLOTS:
    void initTestCase() { QVERIFY(videos_.isValid()); }
    void cleanup() { window_.reset(); }

    void aPromptBecomesAPlayingVideo() {
        open();
        int previews = 0;
        double fraction = 0;
        std::set<Stage> stages;
        connect(&window_->session(), &ui::Session::previewed, this, [&] { ++previews; });
        connect(&window_->session(), &ui::Session::progressed, this, [&](const StageProgress& p) {
            QVERIFY2(p.fraction >= fraction - 1e-9, "progress fell");
            fraction = p.fraction;
            stages.insert(p.stage);
        });
        QSignalSpy playing(window_.get(), &ui::MainWindow::resultPlaying);
        QString problem;
        connect(window_.get(), &ui::MainWindow::failed, this,
                [&](const Error& e) { problem = QString::fromStdString(e.message + " " + e.fix); });
        LoopWatchdog watchdog;
        ask("a yellow star spins in the night sky");
        QTRY_VERIFY_WITH_TIMEOUT(playing.size() == 1 || !problem.isEmpty(), 150'000);
        QVERIFY2(problem.isEmpty(), qPrintable(problem));
        auto& player = window_->findChild<ui::StageView*>("stage")->player();
        auto& history = window_->session().history();
        QTRY_VERIFY(history.at(0) && history.at(0)->result.is_object());
        const Json& made = history.at(0)->result["settings"];
        QCOMPARE(player.frameCount(), made["num_frames"].get<int>());
        QCOMPARE(player.image().size(), QSize(made["width"].get<int>(), made["height"].get<int>()));
        QVERIFY(QFileInfo(QString::fromStdString(history.at(0)->output_path)).size() > 1000);
        QCOMPARE(files().size(), 1);
        QVERIFY(previews >= 1);
        QVERIFY(stages.count(Stage::kDenoise));
        qInfo("%d previews, longest turn of the event loop %lld ms", previews, watchdog.worstMs());
        shut();
    }

    void cancelLeavesNothingAndTheNextJobRuns() {
        open();
        const auto before = files();
        ask("a red boat sails on the sea");
        QTRY_COMPARE_WITH_TIMEOUT(window_->session().state(), ui::Session::State::kRunning, 20'000);
        QSignalSpy cancelled(&window_->session(), &ui::Session::jobCancelled);
        window_->findChild<QPushButton*>("cancelButton")->click();
        QTRY_COMPARE_WITH_TIMEOUT(cancelled.size(), 1, 20'000);
        QCOMPARE(files(), before);
        QSignalSpy playing(window_.get(), &ui::MainWindow::resultPlaying);
        ask("a red boat sails on the sea");
        QTRY_COMPARE_WITH_TIMEOUT(playing.size(), 1, 150'000);
        shut();
    }

    void closingWhileItRunsEndsTheEngine() {
        open();
        ask("a cat bounces in the snow");
        QTRY_COMPARE_WITH_TIMEOUT(window_->session().state(), ui::Session::State::kRunning, 20'000);
        const auto before = files().size();
        QElapsedTimer clock;
        clock.start();
        shut();
        QVERIFY2(clock.elapsed() < 10'000, qPrintable(QString::number(clock.elapsed())));
        QVERIFY(files().size() <= before + 1);
        for (const QString& file : files())
            QVERIFY2(file.endsWith(".mp4"), qPrintable(file));
    }
};

STUDIO_GUI_TEST(EngineTest)
#include "engine_test.moc"
