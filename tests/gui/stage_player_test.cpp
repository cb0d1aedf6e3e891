// The player on the stage: speed and shuttle, keys, scrubbing with small pictures, full screen, actual size, and two
// videos compared.
#include "ui/models/job_roles.h"
#include "ui/theme/motion.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;
using ui::ClipPlayer;
using ui::FrameCanvas;

class StagePlayerTest : public WindowFixture {
    Q_OBJECT

    ui::FilmStripPtr strip(int count, double fps, int side = 32) {
        std::vector<Frame> frames;
        for (int i = 0; i < count; ++i)
            frames.push_back(numberedFrame(side, side, i));
        return ui::make_film_strip(std::move(frames), fps).value();
    }
    void openWithResult() {
        open();
        finish(generate());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        stage()->player().pause();
        stage()->player().seek(0);
        stage()->setFocus();
    }
    void key(int code, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(QApplication::focusWidget(), Qt::Key(code), modifiers);
    }
    /// The red of the canvas at a place, in frames.
    double frameAt(double x_share) {
        const QRectF picture = stage()->canvas().pictureRect();
        const QImage shot = stage()->canvas().grab().toImage();
        return shot.pixelColor(int(picture.left() + x_share * picture.width()), int(picture.center().y())).red() / 10.0;
    }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() {
        window_.reset();
        ui::Motion::instance().setWish(ui::Motion::Wish::kFull);
    }

    void speedChangesHowManyFramesGoBy_data() {
        QTest::addColumn<double>("speed");
        QTest::newRow("quarter") << 0.25;
        QTest::newRow("double") << 2.0;
    }
    void speedChangesHowManyFramesGoBy() {
        QFETCH(double, speed);
        ClipPlayer player;
        player.setClip(strip(25, 25));
        player.setSpeed(speed);
        QElapsedTimer clock;
        player.play();
        clock.start();
        QTest::qWait(440);
        const int expected = int(double(clock.elapsed()) / 1000 * 25 * speed);
        const int got = player.frame();
        QVERIFY2(std::abs(got - expected % 25) <= 2, qPrintable(QString("%1 of %2").arg(got).arg(expected)));
    }
    void speedIsBounded() {
        ClipPlayer player;
        player.setSpeed(100);
        QCOMPARE(player.speed(), ClipPlayer::kMaxSpeed);
        player.setSpeed(0);
        QCOMPARE(player.speed(), ClipPlayer::kMinSpeed);
    }

    void shuttlesBackwardsAndFaster() {
        ClipPlayer player;
        player.setClip(strip(25, 10));
        player.seek(20);
        player.shuttle(-1);
        QCOMPARE(player.rate(), -1.0);
        QTRY_VERIFY(player.frame() < 20);
        for (int i = 0; i < 6; ++i)
            player.shuttle(-1);
        QCOMPARE(player.rate(), -ClipPlayer::kMaxShuttle);
        player.shuttle(1);
        QCOMPARE(player.rate(), 1.0);
        player.shuttle(0);
        QVERIFY(!player.isPlaying());
        player.shuttle(-1);
        player.play();
        QCOMPARE(player.rate(), 1.0);
    }
    void backwardsStopsAtTheStartWithoutLoop() {
        ClipPlayer player;
        player.setClip(strip(4, 100));
        player.setLooping(false);
        player.seek(3);
        player.shuttle(-1);
        QTRY_VERIFY(!player.isPlaying());
        QCOMPARE(player.frame(), 0);
    }

    void keysOfThePlayer() {
        openWithResult();
        key(Qt::Key_Right);
        QCOMPARE(stage()->player().frame(), 1);
        key(Qt::Key_Right, Qt::ShiftModifier);  // a second is 8 frames; the end is 8
        QCOMPARE(stage()->player().frame(), 8);
        key(Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(stage()->player().frame(), 0);
        key(Qt::Key_End);
        QCOMPARE(stage()->player().frame(), 8);
        key(Qt::Key_J);
        QCOMPARE(stage()->player().rate(), -1.0);
        QVERIFY(stage()->player().isPlaying());
        key(Qt::Key_K);
        QVERIFY(!stage()->player().isPlaying());
        key(Qt::Key_L);
        key(Qt::Key_L);
        QCOMPARE(stage()->player().rate(), 2.0);
        key(Qt::Key_Space);  // plays on at the chosen speed? no: it pauses what plays
        QVERIFY(!stage()->player().isPlaying());
    }
    void lettersInThePromptStayLetters() {
        openWithResult();
        auto* prompt = find<QPlainTextEdit>("promptEdit");
        prompt->setFocus();
        prompt->clear();
        for (const char letter : QByteArray("jkl z"))
            QTest::keyClick(prompt, letter);
        QCOMPARE(prompt->toPlainText(), QString("jkl z"));
        QVERIFY(!stage()->player().isPlaying());
        QCOMPARE(stage()->canvas().zoom(), FrameCanvas::Zoom::kFit);
    }

    void fullScreenAndBack() {
        openWithResult();
        key(Qt::Key_F11);
        QVERIFY(stage()->isFullScreen());
        QVERIFY(stage()->screen()->isVisible());
        QVERIFY(stage()->canvas().window() == stage()->screen());
        QTest::keyClick(stage()->screen(), Qt::Key_Escape);
        QVERIFY(!stage()->isFullScreen());
        QVERIFY(stage()->canvas().window() == window_.get());
        QVERIFY(stage()->canvas().isVisible());
        QTest::mouseDClick(&stage()->canvas(), Qt::LeftButton);
        QVERIFY(stage()->isFullScreen());
        key(Qt::Key_F11);
        QVERIFY(!stage()->isFullScreen());
    }
    void escapeInFullScreenCancelsNoJob() {
        openWithResult();
        generate("second");
        auto* list = find<QListView>("historyList");
        list->setCurrentIndex(list->model()->index(0, 0));
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        stage()->setFullScreen(true);
        QTest::keyClick(stage()->screen(), Qt::Key_Escape);
        QVERIFY(!stage()->isFullScreen());
        QTest::qWait(30);
        QVERIFY(script_->cancelled.empty());
    }
    void closingTheFullScreenWindowLeadsBack() {
        openWithResult();
        stage()->setFullScreen(true);
        stage()->screen()->close();
        QVERIFY(!stage()->isFullScreen());
        QVERIFY(stage()->canvas().isVisible());
    }
    void aClickPausesAndTwoClicksDoNot() {
        openWithResult();
        stage()->player().play();
        QTest::mouseClick(&stage()->canvas(), Qt::LeftButton);
        QVERIFY(!stage()->player().isPlaying());
        QTest::mouseClick(&stage()->canvas(), Qt::LeftButton);  // the first one of two clicks
        QTest::mouseDClick(&stage()->canvas(), Qt::LeftButton);
        QVERIFY(stage()->isFullScreen());
        QVERIFY(!stage()->player().isPlaying());
    }

    void actualSizeIsOnePixelOnOne() {
        openWithResult();
        key(Qt::Key_Z);
        QCOMPARE(stage()->canvas().pictureRect().size() * stage()->devicePixelRatioF(), QSizeF(32, 32));
        QVERIFY(find<QToolButton>("actualSizeButton")->isChecked());
        key(Qt::Key_Z);
        QVERIFY(stage()->canvas().pictureRect().width() > 100);
    }
    void aLargePictureCanBeMovedToItsEdges() {
        FrameCanvas canvas;
        canvas.resize(400, 300);
        canvas.setImage(QImage(1280, 720, QImage::Format_RGB888));
        canvas.setZoom(FrameCanvas::Zoom::kActual);
        canvas.show();
        QTest::mousePress(&canvas, Qt::LeftButton, {}, QPoint(200, 150));
        QTest::mouseMove(&canvas, QPoint(2200, 1150));
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, QPoint(2200, 1150));
        QCOMPARE(canvas.pictureRect().topLeft(), QPointF(16, 16));  // its corner, no further
    }

    void pointingAtTheTimelineShowsTheFrame() {
        openWithResult();
        auto* timeline = find<ui::Timeline>("timeline");
        const QPoint at(int(timeline->xOf(6)), timeline->height() / 2);
        QTest::mouseMove(timeline, at);
        QTRY_VERIFY(stage()->strip().isVisible());
        QCOMPARE(stage()->strip().frame(), 6);
        QCOMPARE(stage()->player().frame(), 0);  // looking does not seek
        const QImage shot = stage()->strip().grab().toImage();
        QVERIFY(stage()->strip().made() > 1);
        const int middle = std::clamp(at.x(), 30, shot.width() - 30);
        QCOMPARE(shot.pixelColor(middle, shot.height() / 2).red() / 10, 6);
        QTest::mousePress(timeline, Qt::LeftButton, {}, at);
        QCOMPARE(stage()->player().frame(), 6);
        QTest::mouseMove(timeline, QPoint(int(timeline->xOf(2)), at.y()));
        QTRY_COMPARE(stage()->player().frame(), 2);
        QTest::mouseRelease(timeline, Qt::LeftButton, {}, QPoint(int(timeline->xOf(2)), at.y()));
        QEvent leave(QEvent::Leave);
        QApplication::sendEvent(timeline, &leave);
        QVERIFY(!stage()->strip().isVisible());
    }
    void playingGoesOnAfterScrubbing() {
        openWithResult();
        stage()->player().play();
        auto* timeline = find<ui::Timeline>("timeline");
        QTest::mousePress(timeline, Qt::LeftButton, {}, QPoint(int(timeline->xOf(4)), 5));
        QVERIFY(!stage()->player().isPlaying());
        QTest::qWait(200);
        QCOMPARE(stage()->player().frame(), 4);
        QTest::mouseRelease(timeline, Qt::LeftButton, {}, QPoint(int(timeline->xOf(4)), 5));
        QVERIFY(stage()->player().isPlaying());
    }

    void twoVideosAreLockedToOneTime() {
        open();
        stage()->showPair(strip(9, 8), "first", strip(5, 4), "second");
        stage()->player().pause();
        stage()->player().seek(4);  // 0.5 s: frame 2 of the second one
        QVERIFY(stage()->isComparing());
        QVERIFY(find("compareBar")->isVisible());
        QCOMPARE(frameAt(0.25), 4.0);
        QCOMPARE(frameAt(0.75), 2.0);
        stage()->player().seek(8);  // 1 s: the second one's frame 4, its last
        QCOMPARE(frameAt(0.75), 4.0);
        find<QSlider>("wipeSlider")->setValue(10);
        QCOMPARE(frameAt(0.25), 4.0);  // now right of the line
        press("compareSides");
        QCOMPARE(stage()->canvas().compare(), FrameCanvas::Compare::kSides);
        QVERIFY(stage()->canvas().otherRect().left() > stage()->canvas().pictureRect().right());
        QCOMPARE(frameAt(0.5), 8.0);
        press("compareSwap");
        QCOMPARE(stage()->player().frameCount(), 5);
        QCOMPARE(stage()->player().frame(), 4);  // the same time
        press("compareClose");
        QVERIFY(!stage()->isComparing());
    }
    void theLineIsDragged() {
        open();
        stage()->showPair(strip(9, 8), "first", strip(9, 8), "second");
        FrameCanvas& canvas = stage()->canvas();
        const QPoint from(int(canvas.wipeX()), canvas.height() / 2);
        const QPoint to(int(canvas.pictureRect().left() + canvas.pictureRect().width() * 0.2), from.y());
        const bool was_playing = stage()->player().isPlaying();
        QTest::mousePress(&canvas, Qt::LeftButton, {}, from);
        QTest::mouseMove(&canvas, to);
        QTest::mouseRelease(&canvas, Qt::LeftButton, {}, to);
        QVERIFY2(std::abs(canvas.wipe() - 0.2) < 0.02, qPrintable(QString::number(canvas.wipe())));
        QVERIFY(std::abs(find<QSlider>("wipeSlider")->value() - 20) <= 2);
        QCOMPARE(stage()->player().isPlaying(), was_playing);  // a drag is no click
    }
    void twoOfTheHistoryAreCompared() {
        script_->ended = {record(2, store::JobState::kFinished, "a red boat"),
                          record(1, store::JobState::kFinished, "a blue boat")};
        open();
        auto* list = find<QListView>("historyList");
        QTRY_COMPARE(list->model()->rowCount(), 2);
        list->selectAll();
        list->setFocus();
        window_->actions().find("result.compare")->trigger();
        QTRY_VERIFY(stage()->isComparing());
        press("compareClose");
        QTRY_VERIFY(!stage()->isComparing());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
    }
    void compareWithTheNextOneChosen() {
        script_->ended = {record(2, store::JobState::kFinished, "a red boat")};
        openWithResult();
        window_->actions().find("result.compare")->trigger();
        QVERIFY(text("resultNote").contains("Choose the other video"));
        auto* list = find<QListView>("historyList");
        QTRY_COMPARE(list->model()->rowCount(), 2);
        list->setCurrentIndex(list->model()->index(1, 0));
        QTest::keyClick(list, Qt::Key_Return);
        QTRY_VERIFY(stage()->isComparing());
    }

    /// No turn of the event loop lies between a press and what is seen of it.
    void aPressIsAnsweredAtOnce() {
        script_->submit_time = std::chrono::milliseconds(300);
        open();
        type("a star");
        QElapsedTimer clock;
        clock.start();
        find<QPushButton>("generateButton")->click();
        const qint64 generate_ms = clock.elapsed();
        QVERIFY(find("progressPanel")->isVisible());
        QVERIFY(stage()->isShowingPreview());
        QTRY_VERIFY(window_->session().currentJob());
        clock.restart();
        window_->session().cancel();
        QCOMPARE(text("stageText"), QString("Cancelling"));
        qInfo("answered %lld ms after Generate, %lld ms after Cancel", generate_ms, clock.elapsed());
        QVERIFY(generate_ms < 1000);  // generous: a busy machine; the turn above is what counts
    }

    void everyStepHasItsPreview() {
        open();
        const JobId id = generate();
        for (int step = 1; step <= 4; ++step) {
            script_->events.push(progress(id, Stage::kDenoise, step, 4, 0.2 * step, 3.0));
            script_->events.push(preview(id, step));
            QTRY_VERIFY(stage()->isShowingPreview() && stage()->player().frameCount() == 5);
            QTRY_COMPARE(text("stageText"), QString("Denoising, step %1 of 4").arg(std::min(step + 1, 4)));
        }
        QVERIFY(text("timeText").contains("left"));
    }

    void reducedMotionPlaysNothingUnasked() {
        open();
        ui::Motion::instance().setWish(ui::Motion::Wish::kReduced);  // after the window read its preferences
        finish(generate());
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        QVERIFY(!stage()->player().isPlaying());
        press("playButton");
        QVERIFY(stage()->player().isPlaying());
    }
};

STUDIO_GUI_TEST(StagePlayerTest)
#include "stage_player_test.moc"
