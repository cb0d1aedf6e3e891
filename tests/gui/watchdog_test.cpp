// The watchdog itself: it sees work and waits of the GUI thread, and nothing else.
#include "watchdog.h"

#include <QThread>

#include "gui_test.h"

using namespace studio::test;

namespace {
void burn(double ms) {
    timespec t{};
    const auto now = [&] {
        ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
        return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
    };
    const double end = now() + ms;
    while (now() < end) {
    }
}
}  // namespace

class WatchdogTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void aQuietLoopHasNoBlocks() {
        Watchdog dog;
        QTest::qWait(300);
        QVERIFY(dog.turns() > 5);
        QVERIFY2(dog.blocks().empty(), qPrintable(dog.report()));
    }

    void workIsSeenAndNamed() {
        Watchdog dog;
        QTest::qWait(50);
        dog.during("burning");
        burn(120);
        QTest::qWait(50);
        QCOMPARE(dog.blocks().size(), std::size_t(1));
        QCOMPARE(dog.blocks().front().during, std::string("burning"));
        QVERIFY2(dog.blocks().front().cpu_ms > 60, qPrintable(dog.report()));
    }

    void shortWorkIsNoBlock() {
        Watchdog dog;
        for (int i = 0; i < 20; ++i) {
            burn(10);
            QCoreApplication::processEvents();
        }
        QTest::qWait(20);
        QVERIFY2(dog.blocks().empty(), qPrintable(dog.report()));
    }

    void waitingIsSeen() {
        Watchdog dog;
        QTest::qWait(50);
        for (int i = 0; i < 3; ++i) {  // once the machine may have been busy just then
            QThread::msleep(500);
            QTest::qWait(50);
        }
        QVERIFY(!dog.blocks().empty());
        QVERIFY2(dog.blocks().front().cpu_ms < 50, qPrintable(dog.report()));
    }

    void otherThreadsDoNotCount() {
        std::atomic<bool> ends{false};
        std::vector<std::thread> load;
        for (unsigned i = 0; i < 4 * std::max(2u, std::thread::hardware_concurrency()); ++i)
            load.emplace_back([&] {
                while (!ends) {
                }
            });
        std::vector<Block> blocks;
        {
            Watchdog dog;
            QTest::qWait(1000);
            blocks = dog.blocks();
        }
        ends = true;
        for (std::thread& thread : load)
            thread.join();
        QVERIFY2(blocks.empty(),
                 qPrintable(
                     QString("%1 blocks, first %2 ms").arg(blocks.size()).arg(blocks.empty() ? 0 : blocks[0].wall_ms)));
    }

    void endsWhileTheLoopStands() {
        for (int i = 0; i < 20; ++i) {
            auto dog = std::make_unique<Watchdog>();
            if (i % 2) QTest::qWait(5);
            dog.reset();
        }
        QTest::qWait(20);
    }
};

STUDIO_GUI_TEST(WatchdogTest)
#include "watchdog_test.moc"
