// The player, the list of results, closing, and names for screen readers, in the real window.
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;
using ui::MainWindow;

class WindowStageTest : public WindowFixture {
    Q_OBJECT

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

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
        QCOMPARE(text("frameReadout"), QString("0.13 s  ·  2 / 9"));
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
        auto* list = find<QListView>("historyList");
        QTRY_COMPARE(list->model()->rowCount(), 2);
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
        auto* list = find<QListView>("historyList");
        list->setCurrentIndex(list->model()->index(0, 0));
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        script_->events.push(preview(second, 2));
        QTest::qWait(30);
        QCOMPARE(stage()->player().frameCount(), 9);
        QVERIFY(find("progressPanel")->isVisible());
        find<QTabWidget>("jobTabs")->setCurrentIndex(1);
        auto* queue = find<QListView>("queueList");
        queue->setCurrentIndex(queue->model()->index(0, 0));
        QTest::keyClick(queue, Qt::Key_Return);
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
        window_->close();  // asks what becomes of the video
        QElapsedTimer clock;
        clock.start();
        press("quitNow");
        QVERIFY2(clock.elapsed() < 100, "the answer waited for the engine");
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
            for (int i = 0; i < 2000; ++i)
                script->events.push(preview(id, i));
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

STUDIO_GUI_TEST(WindowStageTest)
#include "window_stage_test.moc"
