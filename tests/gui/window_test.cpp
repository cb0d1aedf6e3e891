// The real window over a scripted engine: what a person does and sees. Widgets are found by object name.
#include <QAccessible>
#include <QAbstractButton>
#include <QClipboard>
#include <QDir>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QToolButton>
#include <thread>

#include "fake_engine.h"
#include "gui_test.h"
#include "ui/main_window.h"

using namespace studio;
using namespace studio::test;
using ui::MainWindow;

class WindowTest : public QObject {
    Q_OBJECT

    Script script_;
    ui::Backend backend_;
    std::unique_ptr<MainWindow> window_;

    template <class W = QWidget>
    W* find(const char* name) {
        auto* widget = window_->findChild<W*>(QLatin1String(name));
        if (!widget) qFatal("no widget is named %s", name);
        return widget;
    }
    QString text(const char* label) { return find<QLabel>(label)->text(); }
    void open(ui::WindowOptions options = {}) {
        window_ = std::make_unique<MainWindow>(backend_, std::move(options));
        window_->resize(1280, 800);
        window_->show();
        window_->start();
        QTRY_COMPARE(text("engineText"), QString("Ready"));
        QTRY_VERIFY(find<QComboBox>("modelPicker")->count() > 0);
    }
    static ui::WindowOptions withOutput(const std::string& output) {
        ui::WindowOptions options;
        options.output = output;
        return options;
    }
    void type(const QString& prompt) { find<QPlainTextEdit>("promptEdit")->setPlainText(prompt); }
    void press(const char* button) { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    /// Generate and wait until the engine has the job; its id.
    JobId generate(const QString& prompt = "a star") {
        const std::size_t before = script_->submitCount();
        type(prompt);
        press("generateButton");
        if (!QTest::qWaitFor([&] { return script_->submitCount() == before + 1 && window_->session().currentJob(); }))
            qFatal("the job did not reach the engine");
        script_->events.push(started(JobId(before + 1), script_->lastRequest()));
        return JobId(before + 1);
    }
    void finish(JobId id) { script_->events.push(finished(id, script_->lastRequest())); }
    ui::StageView* stage() { return find<ui::StageView>("stage"); }

  private Q_SLOTS:
    void init() {
        script_ = std::make_shared<EngineScript>();
        backend_ = makeBackend(script_);
    }
    void cleanup() { window_.reset(); }

    void beginsWithAnInvitation() {
        open();
        QVERIFY(stage()->isEmpty());
        QTRY_COMPARE(window_->findChildren<QPushButton*>("exampleChip").size(), 4);
        QVERIFY(find("generateButton")->isEnabled());
        QVERIFY(!find("cancelButton")->isVisible());
        QVERIFY(!find("progressPanel")->isVisible());
        QVERIFY(!find("errorPanel")->isVisible());
        QCOMPARE(text("lengthText"), QString("2.1 s, 17 frame(s)"));
        QCOMPARE(find<QSlider>("stepsSlider")->value(), 4);
        QCOMPARE(find<QSlider>("stepsSlider")->maximum(), 4);
        QCOMPARE(find<QComboBox>("sizeBox")->currentData().toSize(), QSize(128, 128));
    }

    void fromPromptToPlayingVideo() {
        open();
        const JobId id = generate("a star");
        QVERIFY(find("progressPanel")->isVisible());
        QVERIFY(!find("generateButton")->isEnabled());
        script_->events.push(progress(id, Stage::kText, 0, 1, 0.01));
        QTRY_COMPARE(text("stageText"), QString("Reading the prompt"));
        script_->events.push(progress(id, Stage::kDenoise, 1, 4, 0.3, 8.0));
        QTRY_COMPARE(text("stageText"), QString("Denoising, step 2 of 4"));
        QVERIFY2(text("timeText").contains("about 8 s left"), qPrintable(text("timeText")));
        script_->events.push(preview(id, 1));
        QTRY_COMPARE(stage()->player().frameCount(), 5);
        QVERIFY(stage()->isShowingPreview());
        QVERIFY(stage()->player().isPlaying());
        script_->events.push(progress(id, Stage::kDecode, 1, 5, 0.8));
        QTRY_COMPARE(text("stageText"), QString("Decoding the pictures"));
        finish(id);
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        QVERIFY(!stage()->isShowingPreview());
        QVERIFY(stage()->player().isPlaying());
        QVERIFY(!find("progressPanel")->isVisible());
        QVERIFY(find("generateButton")->isEnabled());
        QCOMPARE(window_->session().results().rowCount(), 1);
        QTRY_VERIFY(stage()->player().frame() > 0);  // it moves
        QCOMPARE(text("lastText"), QString("Last video: 3 s"));
    }

    void whatIsAskedForReachesTheEngine() {
        open(withOutput(QDir::tempPath().toStdString()));
        find<QSlider>("lengthSlider")->setValue(8);
        find<QSlider>("stepsSlider")->setValue(2);
        find<QLineEdit>("seedEdit")->setText("1234567890123");
        find<QComboBox>("sizeBox")->setCurrentIndex(1);
        const QSize size = find<QComboBox>("sizeBox")->currentData().toSize();
        generate("  一颗星星 ✨ <b>&amp;</b> %1  ");
        const GenerationRequest request = script_->lastRequest();
        QCOMPARE(QString::fromStdString(request.prompt), QString("一颗星星 ✨ <b>&amp;</b> %1"));
        QCOMPARE(request.num_frames, std::optional<int>(33));
        QCOMPARE(request.steps, std::optional<int>(2));
        QCOMPARE(request.seed, std::int64_t(1234567890123));
        QCOMPARE(QSize(*request.width, *request.height), size);
        QCOMPARE(request.model, std::string("/models/demo"));
        QCOMPARE(request.output, QDir::tempPath().toStdString());
    }

    void theDiceDrawsANewSeed() {
        open();
        QVERIFY(find<QToolButton>("diceButton")->isChecked());
        find<QLineEdit>("seedEdit")->setText("5");
        QVERIFY(!find<QToolButton>("diceButton")->isChecked());
        press("diceButton");
        QVERIFY(find<QLineEdit>("seedEdit")->text().isEmpty());
        generate();
        QCOMPARE(script_->lastRequest().seed, std::int64_t(-1));
    }

    void aSeedOutOfRangeIsSaidAndNotSent() {
        open();
        type("a star");
        find<QLineEdit>("seedEdit")->setText("9223372036854775808");
        press("generateButton");
        QVERIFY(text("promptHint").contains("9223372036854775808"));
        QVERIFY(find("promptHint")->isVisible());
        QTest::qWait(30);
        QCOMPARE(script_->submitCount(), std::size_t(0));
    }

    void anEmptyPromptIsSaidAndNotSent() {
        open();
        type("  \n ");
        press("generateButton");
        QVERIFY(find("promptHint")->isVisible());
        QVERIFY(text("promptHint").contains("Type what should happen"));
        QVERIFY(find("promptEdit")->hasFocus() || window_->focusWidget() == find("promptEdit"));
        QTest::qWait(30);
        QCOMPARE(script_->submitCount(), std::size_t(0));
        type("a");
        QVERIFY(!find("promptHint")->isVisible());
    }

    void aHugePasteIsLeftOut() {
        open();
        type("kept");
        LoopWatchdog watchdog;
        QApplication::clipboard()->setText(QString(1'000'000, QChar('x')));
        find<QPlainTextEdit>("promptEdit")->paste();
        QTest::qWait(20);
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("kept"));
        QVERIFY(find("promptHint")->isVisible());
        QVERIFY2(watchdog.worstMs() < 100, qPrintable(QString::number(watchdog.worstMs())));
        QApplication::clipboard()->setText(QString("a") + QChar(0) + QChar(0x1b) + "b");
        find<QPlainTextEdit>("promptEdit")->setPlainText({});
        find<QPlainTextEdit>("promptEdit")->paste();
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("ab"));
    }

    void doubleClickSubmitsOnce() {
        script_->submit_time = std::chrono::milliseconds(50);
        open();
        type("a star");
        QTest::mouseClick(find("generateButton"), Qt::LeftButton);
        QTest::mouseClick(find("generateButton"), Qt::LeftButton);
        QTest::mouseDClick(find("generateButton"), Qt::LeftButton);
        QTest::keyClick(find("promptEdit"), Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(script_->submitCount(), std::size_t(1));
        QTest::qWait(150);
        QCOMPARE(script_->submitCount(), std::size_t(1));
    }

    void controlEnterGenerates() {
        open();
        type("a star");
        find("promptEdit")->setFocus();
        QTest::keyClick(find("promptEdit"), Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE(script_->submitCount(), std::size_t(1));
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("a star"));
    }

    void aChipMakesItsVideo() {
        open();
        QTRY_VERIFY(window_->findChild<QPushButton*>("exampleChip"));
        QTest::mouseClick(window_->findChildren<QPushButton*>("exampleChip").last(), Qt::LeftButton);
        QTRY_COMPARE(script_->submitCount(), std::size_t(1));
        QCOMPARE(QString::fromStdString(script_->lastRequest().prompt), QString("一只橙色的猫在雪地里蹦跳"));
    }

    void escapeCancelsOnlyWhileRunning() {
        open();
        QTest::keyClick(window_.get(), Qt::Key_Escape);
        const JobId id = generate();
        QTest::keyClick(window_.get(), Qt::Key_Escape);
        QVERIFY2(!find("cancelButton")->isEnabled(), "the window says at once that it cancels");
        QTRY_VERIFY(find("generateButton")->isEnabled());
        QCOMPARE(script_->cancelled, std::vector<JobId>{id});
        QCOMPARE(window_->session().results().rowCount(), 0);
        QVERIFY(stage()->isEmpty());
        QVERIFY(!find("errorPanel")->isVisible());
    }

    void cancelBeforeTheEngineKnowsTheJob() {
        script_->submit_time = std::chrono::milliseconds(100);
        open();
        type("a star");
        press("generateButton");
        press("cancelButton");
        QTRY_VERIFY(find("generateButton")->isEnabled());
        QVERIFY(script_->cancelled.size() <= 1 && script_->cancelled.size() == script_->submitCount());
    }

    void afterACancelTheEarlierVideoIsBack() {
        open();
        finish(generate());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        const JobId second = generate("another");
        script_->events.push(preview(second, 1));
        QTRY_COMPARE(stage()->player().frameCount(), 5);
        press("cancelButton");
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        QCOMPARE(window_->session().results().rowCount(), 1);
    }

    void aSlowCancelSaysSoAndLateEventsAreIgnored() {
        script_->answers_cancel = false;
        open();
        const JobId id = generate();
        press("cancelButton");
        script_->events.push(progress(id, Stage::kDenoise, 1, 4, 0.5, 3.0));
        QTest::qWait(30);
        QCOMPARE(text("stageText"), QString("Cancelling"));
        script_->events.push(JobCancelled{id});
        QTRY_VERIFY(find("generateButton")->isEnabled());
        script_->events.push(progress(id, Stage::kDenoise, 2, 4, 0.6));
        script_->events.push(preview(id, 2));
        QTest::qWait(30);
        QVERIFY(stage()->isEmpty());
        QVERIFY(!find("progressPanel")->isVisible());
    }

    void aFailureSaysWhatAndWhatToDo() {
        open();
        const JobId id = generate();
        Error error{ErrorCode::kOutOfMemory, "This needs 9 GB and 4 GB are <b>free</b>.", {}, "size", "Choose 480 x 272.", {}};
        script_->events.push(JobFailed{id, error, "/state/latents.safetensors"});
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QCOMPARE(text("errorTitle"), QString("There is not enough memory"));
        QCOMPARE(text("errorMessage"), QString("This needs 9 GB and 4 GB are <b>free</b>."));
        QCOMPARE(find<QLabel>("errorMessage")->textFormat(), Qt::PlainText);
        QVERIFY(text("errorFix").contains("Choose 480 x 272."));
        QVERIFY(text("errorFix").contains("/state/latents.safetensors"));
        QVERIFY(find("generateButton")->isEnabled());
        QCOMPARE(window_->session().results().rowCount(), 0);
        press("errorCopyButton");
        QVERIFY(QApplication::clipboard()->text().contains("OutOfMemory"));
        press("errorCloseButton");
        QVERIFY(!find("errorPanel")->isVisible());
    }

    void theNextTryTakesTheErrorAway() {
        open();
        script_->refusal = Error{ErrorCode::kNotFound, "The model folder is not there.", "/models/demo", {}, "Put it back.", {}};
        type("a star");
        press("generateButton");
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QVERIFY(text("errorMessage").contains("/models/demo"));
        QVERIFY(find("generateButton")->isEnabled());
        script_->refusal.reset();
        finish(generate());
        QVERIFY(!find("errorPanel")->isVisible());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
    }

    void anOutputFolderThatCannotBeMade() {
        open(withOutput("/proc/nothing/here"));
        type("a star");
        press("generateButton");
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QCOMPARE(text("errorTitle"), QString("A file could not be read or written"));
        QCOMPARE(script_->submitCount(), std::size_t(0));
    }

    void anUnreadableResultIsAnError() {
        backend_.read_clip = [](const std::filesystem::path& path) -> Result<Clip> {
            return corrupt_file(path.string(), "moov", "The video is cut off.", "Make it again.");
        };
        open();
        finish(generate());
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QVERIFY(text("errorMessage").contains("The video is cut off."));
        QVERIFY(stage()->isEmpty());
        QVERIFY(find("generateButton")->isEnabled());
    }

    void anEngineThatDoesNotStart() {
        backend_.make_engine = []() -> std::unique_ptr<EngineClient> { throw std::runtime_error("libtorch is broken"); };
        window_ = std::make_unique<MainWindow>(backend_);
        window_->show();
        window_->start();
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QVERIFY(text("errorMessage").contains("libtorch is broken"));
        type("a star");
        press("generateButton");
        QTRY_VERIFY(find("generateButton")->isEnabled());
        QVERIFY(find("errorPanel")->isVisible());
    }

    void withoutAModelTheStageSaysSo() {
        backend_.list_models = [] { return std::vector<ModelInfo>{}; };
        window_ = std::make_unique<MainWindow>(backend_);
        window_->show();
        window_->start();
        QTRY_VERIFY(!find("modelPicker")->isVisible());
        QTRY_VERIFY([&] {
            for (QLabel* label : stage()->empty().findChildren<QLabel*>())
                if (label->text() == "No model was found") return true;
            return false;
        }());
    }

    void stageKeys() {
        open();
        finish(generate());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        stage()->setFocus();
        QTest::keyClick(stage(), Qt::Key_Space);
        QVERIFY(!stage()->player().isPlaying());
        QTest::keyClick(stage(), Qt::Key_Home);
        QCOMPARE(stage()->player().frame(), 0);
        QTest::keyClick(stage(), Qt::Key_Period);
        QTest::keyClick(stage(), Qt::Key_Period);
        QCOMPARE(stage()->player().frame(), 2);
        QTest::keyClick(stage(), Qt::Key_Comma);
        QCOMPARE(stage()->player().frame(), 1);
        QCOMPARE(text("frameReadout"), QString("0.13 s  ·  frame 2 of 9"));
        QCOMPARE(find<QSlider>("timeline")->value(), 1);
        QTest::keyClick(stage(), Qt::Key_End);
        QCOMPARE(stage()->player().frame(), 8);
        QTest::keyClick(stage(), Qt::Key_Space);
        QVERIFY(stage()->player().isPlaying());
        press("loopButton");
        QVERIFY(!stage()->player().isLooping());
    }

    void theCanvasShowsTheFrameThatThePlayerNames() {
        open();
        finish(generate());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        for (const int frame : {0, 3, 8}) {
            stage()->player().pause();
            stage()->player().seek(frame);
            const QImage shot = stage()->canvas().grab().toImage();
            QCOMPARE(shot.pixelColor(shot.rect().center()).red() / 10, frame);
        }
    }

    void theTimelineSeeks() {
        open();
        finish(generate());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        press("playButton");
        QVERIFY(!stage()->player().isPlaying());
        auto* timeline = find<QSlider>("timeline");
        timeline->triggerAction(QAbstractSlider::SliderToMaximum);
        QCOMPARE(stage()->player().frame(), 8);
        timeline->triggerAction(QAbstractSlider::SliderSingleStepSub);
        QCOMPARE(stage()->player().frame(), 7);
    }

    void resultsCanBeChosenAndUsedAgain() {
        open();
        find<QLineEdit>("seedEdit")->setText("77");
        finish(generate("first"));
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        find<QLineEdit>("seedEdit")->setText("88");
        finish(generate("second"));
        QTRY_COMPARE(window_->session().results().at(0)->is_running, false);
        auto* list = find<QListView>("resultsList");
        QCOMPARE(list->model()->rowCount(), 2);
        QTRY_COMPARE(list->currentIndex().row(), 0);
        QSignalSpy playing(window_.get(), &MainWindow::resultPlaying);
        list->setCurrentIndex(list->model()->index(1, 0));
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE(playing.size(), 1);
        press("reuseButton");
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("first"));
        QCOMPARE(find<QLineEdit>("seedEdit")->text(), QString("77"));
    }

    void anEarlierResultCanBeWatchedWhileAJobRuns() {
        open();
        finish(generate("first"));
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        const JobId second = generate("second");
        script_->events.push(preview(second, 1));
        QTRY_VERIFY(stage()->isShowingPreview() && stage()->player().frameCount() == 5);
        auto* list = find<QListView>("resultsList");
        list->setCurrentIndex(list->model()->index(1, 0));
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        script_->events.push(preview(second, 2));
        QTest::qWait(30);
        QCOMPARE(stage()->player().frameCount(), 9);
        QVERIFY(find("progressPanel")->isVisible());
        list->setCurrentIndex(list->model()->index(0, 0));
        QTest::keyClick(list, Qt::Key_Return);
        script_->events.push(preview(second, 3));
        QTRY_COMPARE(stage()->player().frameCount(), 5);
    }

    void startsAtOnceWhenAsked() {
        ui::WindowOptions options;
        options.prompt = "at once";
        options.generate_at_once = true;
        window_ = std::make_unique<MainWindow>(backend_, options);
        window_->show();
        window_->start();
        QTRY_COMPARE(script_->submitCount(), std::size_t(1));
        QCOMPARE(script_->lastRequest().prompt, std::string("at once"));
    }

    void closingWhileRunningNeverFreezes() {
        script_->shutdown_time = std::chrono::milliseconds(400);
        open();
        generate();
        QSignalSpy closed(window_.get(), &MainWindow::closed);
        LoopWatchdog watchdog;
        QElapsedTimer clock;
        clock.start();
        window_->close();
        QVERIFY2(clock.elapsed() < 100, "close() waited for the engine");
        QVERIFY(window_->isVisible());
        QVERIFY(find("stoppingCover")->isVisible());
        QVERIFY(closed.wait());
        QVERIFY(!window_->isVisible());
        QVERIFY(!script_->is_alive);
        QVERIFY2(watchdog.worstMs() < 150, qPrintable(QString::number(watchdog.worstMs())));
        window_->close();  // nothing is left to do
    }

    void closingTwiceHidesAtOnce() {
        script_->shutdown_time = std::chrono::milliseconds(300);
        open();
        QSignalSpy closed(window_.get(), &MainWindow::closed);
        window_->close();
        window_->close();
        QVERIFY(!window_->isVisible());
        QCOMPARE(closed.size(), 0);
        QVERIFY(closed.wait());
    }

    void closingWhileTheEngineIsStillBeingBuilt() {
        script_->build_time = std::chrono::milliseconds(300);
        window_ = std::make_unique<MainWindow>(backend_);
        window_->show();
        window_->start();
        QSignalSpy closed(window_.get(), &MainWindow::closed);
        window_->close();
        QVERIFY(closed.wait());
        QVERIFY(!script_->is_alive);
    }

    void destructionWithoutClosingIsSafe() {
        open();
        const JobId id = generate();
        std::thread late([script = script_, id] {
            for (int i = 0; i < 2000; ++i) script->events.push(preview(id, i));
        });
        window_.reset();
        late.join();
        QTest::qWait(20);
        QVERIFY(!script_->is_alive);
    }

    void everythingThatActsHasANameAndCanBeReachedByTab() {
        open();
        finish(generate());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        int count = 0;
        for (QWidget* widget : window_->findChildren<QWidget*>()) {
            const bool acts = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QAbstractSlider*>(widget) ||
                              qobject_cast<QLineEdit*>(widget) || qobject_cast<QComboBox*>(widget) ||
                              qobject_cast<QPlainTextEdit*>(widget) || qobject_cast<QListView*>(widget);
            const bool is_part = widget->objectName().startsWith("qt_") || qobject_cast<QScrollBar*>(widget);
            if (!acts || is_part || !widget->isVisible()) continue;
            ++count;
            QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
            QVERIFY(face);
            QVERIFY2(!face->text(QAccessible::Name).isEmpty(), qPrintable(widget->objectName()));
            QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
            QVERIFY2(widget->focusPolicy() & Qt::TabFocus, qPrintable(widget->objectName()));
        }
        QVERIFY2(count >= 14, qPrintable(QString::number(count)));
    }
};

STUDIO_GUI_TEST(WindowTest)
#include "window_test.moc"
