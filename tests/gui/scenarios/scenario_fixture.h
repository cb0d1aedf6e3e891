// tests/gui/scenarios/scenario_fixture.h - the real window over the real engine and the demo model, used as a newcomer
// would: widgets by object name, keys and buttons, a data folder of its own, and a watchdog over the whole run.
#pragma once
#include <QAbstractButton>
#include <QDir>
#include <QDirIterator>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSlider>
#include <QTemporaryDir>
#include <memory>

#include "core/text.h"
#include "gui_test.h"
#include "ui/engine_backend.h"
#include "ui/main_window.h"
#include "watchdog.h"

namespace studio::test {

/// Tests declare init, cleanup and cleanupTestCase as slots that call begin, end and judge.
class ScenarioFixture : public QObject {
  protected:
    std::unique_ptr<QTemporaryDir> home_;
    std::unique_ptr<ui::PreferencesStore> preferences_;
    std::unique_ptr<ui::MainWindow> window_;
    std::unique_ptr<Watchdog> watchdog_;
    std::vector<Block> blocks_;  // of the whole run
    double worst_ms_ = 0;
    QString problem_;  // the last failure that the window told

    QString videos() const { return home_->filePath(QStringLiteral("视频 videos")); }
    QStringList files(const QStringList& patterns = {QStringLiteral("*")}) const {
        return QDir(videos()).entryList(patterns, QDir::Files | QDir::Hidden, QDir::Name);
    }

    template <class W = QWidget>
    W* find(const char* name) {
        W* widget = window_->findChild<W*>(QLatin1String(name));
        if (!widget) qFatal("no widget is named %s", name);
        return widget;
    }
    template <class W>
    W* dialog(const char* name) {
        W* shown = nullptr;
        if (!QTest::qWaitFor([&] { return (shown = window_->findChild<W*>(QLatin1String(name))) != nullptr; }, 20'000))
            qFatal("no window named %s was shown", name);
        return shown;
    }
    void press(const char* button) { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    void command(const char* id) {
        QAction* action = window_->actions().find(QLatin1String(id));
        if (!action) qFatal("no command %s", id);
        action->trigger();
    }

    /// A window over this home; the same one again after shut() is "the next day".
    void open(ui::Backend backend = ui::engineBackend({.threads = 1}), ui::WindowOptions options = {}) {
        preferences_ = std::make_unique<ui::PreferencesStore>();
        options.preferences = preferences_.get();
        if (options.output.empty()) options.output = videos().toStdString();
        window_ = std::make_unique<ui::MainWindow>(std::move(backend), options);
        connect(window_.get(), &ui::MainWindow::failed, this,
                [this](const Error& error) { problem_ = QString::fromStdString(error.message + " " + error.fix); });
        watchdog_ = std::make_unique<Watchdog>();
        watchdog_->during(QTest::currentTestFunction());
        window_->resize(1280, 800);
        window_->show();
        window_->start();
        QTRY_VERIFY_WITH_TIMEOUT(find<QComboBox>("modelPicker")->count() > 0, 30'000);
        QTRY_COMPARE_WITH_TIMEOUT(find<QLabel>("engineText")->text(), QString("Ready"), 60'000);
    }
    void shut() {
        if (!window_) return;
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->endSession();
        QVERIFY(closed.wait(60'000));
        for (const Block& block : watchdog_->blocks())
            blocks_.push_back(block);
        worst_ms_ = std::max(worst_ms_, watchdog_->worstCpuMs());
        QVERIFY(watchdog_->turns() > 0);
        watchdog_.reset();
        window_.reset();
    }

    /// The shortest and quickest clip that the demo model makes.
    void chooseShortClip(int steps = 1) {
        auto* length = find<QSlider>("lengthSlider");
        length->setValue(length->minimum());
        find<QSlider>("stepsSlider")->setValue(steps);
    }
    void type(const QString& prompt) { find<QPlainTextEdit>("promptEdit")->setPlainText(prompt); }
    /// Type, Ctrl+Enter, and wait until the result plays.
    void make(const QString& prompt, int steps = 1) {
        chooseShortClip(steps);
        type(prompt);
        QSignalSpy playing(window_.get(), &ui::MainWindow::resultPlaying);
        problem_.clear();
        QTest::keyClick(find<QPlainTextEdit>("promptEdit"), Qt::Key_Return, Qt::ControlModifier);
        QVERIFY(QTest::qWaitFor([&] { return playing.size() == 1 || !problem_.isEmpty(); }, 200'000));
        QVERIFY2(problem_.isEmpty(), qPrintable(problem_));
    }
    const store::JobRecord* newest() { return window_->session().history().at(0); }
    QString newestVideo() { return QString::fromStdString(newest()->output_path); }
    bool waitUntilIdle(int ms = 300'000) {
        return QTest::qWaitFor(
            [&] { return !window_->session().isBusy() && window_->session().queue().rowCount() == 0; }, ms);
    }
    void drop(QWidget* target, const QString& file) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(file)});
        QDragEnterEvent enter(target->rect().center(), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(target, &enter);
        QDropEvent event(target->rect().center(), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(target, &event);
    }

    void begin() {
        home_ = std::make_unique<QTemporaryDir>();
        QVERIFY(home_->isValid());
        qputenv("STUDIO_HOME", home_->path().toUtf8());
        QDir().mkpath(videos());
        problem_.clear();
    }
    void end() {
        if (window_) shut();
        window_.reset();
        home_.reset();
    }
    /// The promise of the window: none of these scenarios ever holds the event loop for 50 ms.
    void judge() {
        QString told;
        for (const Block& block : blocks_)
            told += QStringLiteral("\n  %1: %2 ms (%3 ms of its own work)")
                        .arg(QString::fromStdString(block.during))
                        .arg(block.wall_ms, 0, 'f', 0)
                        .arg(block.cpu_ms, 0, 'f', 0);
        qInfo("event loop: %d blocks over 50 ms, longest own work of one turn %.0f ms%s", int(blocks_.size()),
              worst_ms_, qPrintable(told));
        QVERIFY2(blocks_.empty(), qPrintable(told));
    }
};

}  // namespace studio::test
