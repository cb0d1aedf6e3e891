// How large it may get: scrubbing an 81-frame 1280x720 clip, its memory, and the history with very many rows. Prints
// the figures; the bounds are generous, because the machine may be busy.
#include <QListView>
#include <QScrollBar>
#include <ctime>

#include "core/platform.h"
#include "ui/models/job_roles.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

namespace {
double cpuSeconds() {
    return double(std::clock()) / CLOCKS_PER_SEC;
}
/// Busy pictures, so that nothing is cheaper than in a real clip.
Frame noisyFrame(int index) {
    Frame frame{1280, 720, index, std::vector<std::uint8_t>(std::size_t(1280) * 720 * 3)};
    std::uint32_t state = std::uint32_t(index) * 7919u + 1;
    for (std::uint8_t& value : frame.rgb)
        value = std::uint8_t((state = state * 1664525u + 1013904223u) >> 24);
    return frame;
}
}  // namespace

class StageScaleTest : public WindowFixture {
    Q_OBJECT

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void scrubbing() {
        const auto before = platform::process_rss_bytes();
        std::vector<Frame> frames;
        for (int i = 0; i < 81; ++i)
            frames.push_back(noisyFrame(i));
        const auto clip = ui::make_film_strip(std::move(frames), 16).value();
        ui::StageView view;
        view.resize(900, 640);
        view.show();
        view.showClip(clip, "noise");
        view.player().pause();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        const double megabytes = double(platform::process_rss_bytes() - before) / 1e6;
        auto* timeline = view.findChild<ui::Timeline*>("timeline");
        int shown = 0;
        const double cpu = cpuSeconds();
        QElapsedTimer clock;
        clock.start();
        QTest::mousePress(timeline, Qt::LeftButton, {}, QPoint(int(timeline->xOf(0)), 5));
        for (int i = 0; i < 120; ++i) {
            const int frame = (i * 37) % 81;  // far jumps
            QTest::mouseMove(timeline, QPoint(int(timeline->xOf(frame)), 5));
            QTRY_COMPARE(view.player().frame(), frame);
            view.canvas().repaint();  // what the screen would get
            ++shown;
        }
        const double wall_s = double(clock.elapsed()) / 1000, cpu_s = cpuSeconds() - cpu;
        qInfo(
            "scrubbing 81 frames of 1280x720: %.0f seeks a second by the clock, %.0f of processor time; the clip holds "
            "%.0f MB (8-bit RGB, 2.76 MB a frame)",
            shown / wall_s, shown / cpu_s, megabytes);
        QVERIFY2(shown / cpu_s >= 30, "scrubbing is too slow");
        QVERIFY2(megabytes < 81 * 2.77 * 1.25 + 40, "the clip is held more than once");
    }

    void manyRows_data() {
        QTest::addColumn<int>("rows");
        QTest::addColumn<qint64>("limit_ms");
        QTest::newRow("10000") << 10'000 << qint64(1500);
        QTest::newRow("100000") << 100'000 << qint64(2000);
    }
    void manyRows() {
        QFETCH(int, rows);
        QFETCH(qint64, limit_ms);
        script_->ended.reserve(std::size_t(rows));
        for (int i = rows; i >= 1; --i)
            script_->ended.push_back(record(JobId(i), store::JobState::kFinished, "video " + std::to_string(i)));
        const double cpu = cpuSeconds();
        QElapsedTimer clock;
        clock.start();
        open();
        auto* list = find<QListView>("historyList");
        QTRY_VERIFY(list->model()->rowCount() >= 200);
        const qint64 opened_ms = clock.elapsed();
        const double cpu_ms = (cpuSeconds() - cpu) * 1000;
        LoopWatchdog watchdog;
        clock.restart();
        int pages = 0;
        for (; pages < 20; ++pages) {  // a person who turns the wheel for a while
            const int before = list->model()->rowCount();
            list->scrollToBottom();
            QTRY_VERIFY(list->model()->rowCount() > before);
        }
        qInfo(
            "%d rows: usable after %lld ms (%.0f ms of processor time); 20 pages of 200 in %lld ms, longest turn of "
            "the loop %lld ms",
            rows, opened_ms, cpu_ms, clock.elapsed(), watchdog.worstMs());
        QVERIFY2(cpu_ms < double(limit_ms), qPrintable(QString::number(cpu_ms)));
        list->setCurrentIndex(list->model()->index(list->model()->rowCount() - 1, 0));
        find<QLineEdit>("historySearch")->setText("video 77");
        QTRY_VERIFY(list->model()->rowCount() > 0 && list->model()->index(0, 0).data().toString().contains("77"));
    }

    void aDeepHistoryStaysQuick() {
        ui::HistoryModel model;
        store::HistoryQuery query;
        model.setQuery(query);
        query = model.query();
        const double cpu = cpuSeconds();
        for (int page = 0; page < 500; ++page) {
            std::vector<store::JobRecord> jobs;
            for (int i = 0; i < 200; ++i)
                jobs.push_back(record(JobId(100'000 - page * 200 - i), store::JobState::kFinished, "v"));
            query.before_id = page == 0 ? 0 : 100'000 - page * 200 + 1;
            model.addPage(query, std::move(jobs));
        }
        QCOMPARE(model.rowCount(), 100'000);
        const double ms = (cpuSeconds() - cpu) * 1000;
        qInfo("500 pages into the model: %.0f ms of processor time", ms);
        QVERIFY2(ms < 6000, qPrintable(QString::number(ms)));
        QCOMPARE(model.rowOf(1), std::optional<int>(99'999));
    }
};

STUDIO_GUI_TEST(StageScaleTest)
#include "stage_scale_test.moc"
