// Which picture shows when: playing by the clock, looping, exact steps; and that broken clips are refused.
#include <limits>

#include "fake_engine.h"
#include "gui_test.h"
#include "ui/clip_player.h"

using namespace studio;
using namespace studio::test;
using ui::ClipPlayer;

class PlayerTest : public QObject {
    Q_OBJECT

    static ui::FilmStripPtr strip(int count, double fps) {
        std::vector<Frame> frames;
        for (int i = 0; i < count; ++i)
            frames.push_back(numberedFrame(8, 6, i));
        return ui::make_film_strip(std::move(frames), fps).value();
    }
    static int shownFrame(const ClipPlayer& player) { return player.image().pixelColor(3, 3).red() / 10; }

  private Q_SLOTS:
    void framesBecomePicturesUnchanged() {
        const auto clip = strip(3, 8);
        QCOMPARE(clip->frames.size(), std::size_t(3));
        QCOMPARE(clip->frames[2].size(), QSize(8, 6));
        QCOMPARE(clip->frames[2].pixelColor(7, 5), QColor(20, 40, 40));
    }

    void widthsThatAreNoMultipleOfFour() {
        std::vector<Frame> frames{Frame{3, 2, 0, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18}}};
        const auto clip = ui::make_film_strip(std::move(frames), 1).value();
        QCOMPARE(clip->frames[0].pixelColor(0, 1), QColor(10, 11, 12));
        QCOMPARE(clip->frames[0].pixelColor(2, 1), QColor(16, 17, 18));
    }

    void brokenClipsAreRefused_data() {
        QTest::addColumn<int>("kind");
        int kind = 0;
        for (const char* name : {"none", "short bytes", "other size", "fps 0", "fps nan", "negative width"})
            QTest::newRow(name) << kind++;
    }
    void brokenClipsAreRefused() {
        QFETCH(int, kind);
        std::vector<Frame> frames{numberedFrame(8, 6, 0), numberedFrame(8, 6, 1)};
        double fps = 8;
        if (kind == 0) frames.clear();
        if (kind == 1) frames[1].rgb.pop_back();
        if (kind == 2) frames[1] = numberedFrame(6, 8, 1);
        if (kind == 3) fps = 0;
        if (kind == 4) fps = std::numeric_limits<double>::quiet_NaN();
        if (kind == 5) frames[0].width = -8;
        const auto clip = ui::make_film_strip(std::move(frames), fps);
        QVERIFY(!clip.ok());
        QVERIFY(!clip.error().message.empty() && !clip.error().fix.empty());
    }

    void stepsExactlyAroundTheEnds() {
        ClipPlayer player;
        player.setClip(strip(5, 8));
        QCOMPARE(shownFrame(player), 0);
        player.step(1);
        QCOMPARE(shownFrame(player), 1);
        player.step(-2);
        QCOMPARE(shownFrame(player), 4);
        player.step(1);
        QCOMPARE(shownFrame(player), 0);
        player.play();
        player.step(1);
        QVERIFY2(!player.isPlaying(), "a step pauses");
    }

    void playsByTheClockAndLoops() {
        ClipPlayer player;
        player.setClip(strip(5, 50));
        QSignalSpy frames(&player, &ClipPlayer::frameChanged);
        player.play();
        QTest::qWait(400);  // 20 frames, 4 rounds
        player.pause();
        QVERIFY2(frames.size() >= 10 && frames.size() <= 22, qPrintable(QString::number(frames.size())));
        bool has_wrapped = false;
        for (qsizetype i = 1; i < frames.size(); ++i)
            has_wrapped |= frames[i][0].toInt() < frames[i - 1][0].toInt();
        QVERIFY(has_wrapped);
        const int frame = player.frame();
        QTest::qWait(60);
        QCOMPARE(player.frame(), frame);
    }

    void stopsAtTheEndWithoutLoopAndBeginsAgain() {
        ClipPlayer player;
        player.setClip(strip(4, 100));
        player.setLooping(false);
        player.play();
        QTRY_VERIFY(!player.isPlaying());
        QCOMPARE(player.frame(), 3);
        player.play();
        QCOMPARE(player.frame(), 0);
    }

    void seeksWithinTheClip() {
        ClipPlayer player;
        player.setClip(strip(5, 8));
        player.seek(99);
        QCOMPARE(player.frame(), 4);
        player.seek(-3);
        QCOMPARE(player.frame(), 0);
    }

    void withoutAClipNothingHappens() {
        ClipPlayer player;
        player.play();
        player.step(1);
        player.seek(3);
        QVERIFY(!player.isPlaying());
        QVERIFY(player.image().isNull());
    }

    void aBetterPreviewGoesOnWhereTheLastOneWas() {
        ClipPlayer player;
        player.setClip(strip(5, 8));
        player.seek(3);
        player.replaceClip(strip(5, 8));
        QCOMPARE(player.frame(), 3);
        player.replaceClip(strip(2, 8));
        QCOMPARE(player.frame(), 1);
        player.replaceClip(nullptr);
        QCOMPARE(player.frameCount(), 0);
    }

    void aClipOfOneFrame() {
        ClipPlayer player;
        player.setClip(strip(1, 16));
        player.play();
        QTest::qWait(100);
        QCOMPARE(player.frame(), 0);
        player.step(1);
        QCOMPARE(player.frame(), 0);
    }
};

STUDIO_GUI_TEST(PlayerTest)
#include "player_test.moc"
