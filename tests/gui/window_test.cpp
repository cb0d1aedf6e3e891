// Asking for a video in the real window: what a person does, sees, and is told when it fails.
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;
using ui::MainWindow;

class WindowTest : public WindowFixture {
    Q_OBJECT

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void beginsWithAnInvitation() {
        open();
        QVERIFY(stage()->isEmpty());
        QTRY_COMPARE(window_->findChildren<QPushButton*>("exampleChip").size(), 4);
        QVERIFY(find("generateButton")->isEnabled());
        QVERIFY(!find("cancelButton")->isVisible());
        QVERIFY(!find("progressPanel")->isVisible());
        QVERIFY(!find("errorPanel")->isVisible());
        QCOMPARE(text("lengthText"), QString("2.1 s, 17 frame(s) at 8 fps"));
        QCOMPARE(find<QSlider>("stepsSlider")->value(), 4);
        QCOMPARE(find<QSlider>("stepsSlider")->maximum(), 4);
        QCOMPARE(find<QComboBox>("sizeBox")->currentData().toSize(), QSize(128, 128));
    }

    void aCardDecidesWhatIsOffered() {
        backend_.list_models = [] {
            ModelInfo model = demoModel();
            model.details = Json{{"card_name", "Postcards"},
                                 {"max_frames", 33},
                                 {"sizes", {{128, 128}, {96, 160}, {0, 5}, "x", {1, 2, 3}, {1.5, 2}}}};
            model.bytes = 17'000'000;
            return std::vector<ModelInfo>{model};
        };
        open();
        QCOMPARE(find<QComboBox>("sizeBox")->count(), 3);  // and any other
        QCOMPARE(find<QComboBox>("sizeBox")->itemData(1).toSize(), QSize(96, 160));
        QCOMPARE(find<QSlider>("lengthSlider")->maximum(), 8);
        QVERIFY(find<QComboBox>("modelPicker")->currentText().startsWith("Postcards (demo)"));
    }

    void fromPromptToPlayingVideo() {
        open();
        const JobId id = generate("a star");
        QVERIFY(find("progressPanel")->isVisible());
        QCOMPARE(find<QPushButton>("generateButton")->text(), QString("Add to queue"));
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
        QCOMPARE(find<QPushButton>("generateButton")->text(), QString("Generate"));
        QCOMPARE(historyCount(), 1);
        QTRY_VERIFY(stage()->player().frame() > 0);  // it moves
        QCOMPARE(text("lastText"), QString("Last video: 3 s"));
    }

    void whatIsAskedForReachesTheEngine() {
        open(withOutput(QDir::tempPath().toStdString()));
        find<QSlider>("lengthSlider")->setValue(8);
        find<QSlider>("stepsSlider")->setValue(2);
        find<QLineEdit>("seedEdit")->setText("1234567890123");
        find<QComboBox>("aspectBox")->setCurrentIndex(0);
        const QSize size(176, 96);  // as many pixels as the model's own, 16:9
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
        QTRY_VERIFY(!window_->session().isBusy());
        QCOMPARE(script_->cancelled, std::vector<JobId>{id});
        QTRY_COMPARE(historyCount(), 1);  // listed as cancelled
        QVERIFY(stage()->isEmpty());
        QVERIFY(!find("errorPanel")->isVisible());
    }

    void cancelBeforeTheEngineKnowsTheJob() {
        script_->submit_time = std::chrono::milliseconds(100);
        open();
        type("a star");
        press("generateButton");
        press("cancelButton");
        QTRY_VERIFY(!window_->session().isBusy());
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
        QCOMPARE(historyCount(), 2);  // the cancelled one is listed as such
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
        QTRY_VERIFY(!window_->session().isBusy());
        script_->events.push(progress(id, Stage::kDenoise, 2, 4, 0.6));
        script_->events.push(preview(id, 2));
        QTest::qWait(30);
        QVERIFY(stage()->isEmpty());
        QVERIFY(!find("progressPanel")->isVisible());
    }

    void aFailureSaysWhatAndWhatToDo() {
        open();
        const JobId id = generate();
        Error error{
            ErrorCode::kOutOfMemory, "This needs 9 GB and 4 GB are <b>free</b>.", {}, "size", "Choose 480 x 272.", {}};
        script_->events.push(JobFailed{id, error, "/state/latents.safetensors"});
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QCOMPARE(text("errorTitle"), QString("There is not enough memory"));
        QCOMPARE(text("errorMessage"), QString("This needs 9 GB and 4 GB are <b>free</b>."));
        QCOMPARE(find<QLabel>("errorMessage")->textFormat(), Qt::PlainText);
        QVERIFY(text("errorFix").contains("Choose 480 x 272."));
        QVERIFY(text("errorFix").contains("/state/latents.safetensors"));
        QTRY_VERIFY(!window_->session().isBusy());
        QCOMPARE(historyCount(), 0);
        press("errorCopyButton");
        QVERIFY(QApplication::clipboard()->text().contains("OutOfMemory"));
        press("errorCloseButton");
        QVERIFY(!find("errorPanel")->isVisible());
    }

    void theNextTryTakesTheErrorAway() {
        open();
        script_->refusal =
            Error{ErrorCode::kNotFound, "The model folder is not there.", "/models/demo", {}, "Put it back.", {}};
        type("a star");
        press("generateButton");
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QVERIFY(text("errorMessage").contains("/models/demo"));
        QTRY_VERIFY(!window_->session().isBusy());
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
        QTRY_VERIFY(!window_->session().isBusy());
    }

    void anEngineThatDoesNotStart() {
        backend_.make_queue = []() -> Result<std::unique_ptr<QueueClient>> {
            throw std::runtime_error("libtorch is broken");
        };
        window_ = std::make_unique<MainWindow>(backend_);
        window_->show();
        window_->start();
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QVERIFY(text("errorMessage").contains("libtorch is broken"));
        type("a star");
        press("generateButton");
        QTRY_VERIFY(!window_->session().isBusy());
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
};

STUDIO_GUI_TEST(WindowTest)
#include "window_test.moc"
