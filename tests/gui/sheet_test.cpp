// The contact sheet: quick tries with seeds of their own, a grid that fills, one of them finished in full, and the
// same sheet after a restart.
#include <QListView>
#include <QMenu>

#include "app/presets.h"
#include "ui/models/sheet_model.h"
#include "ui/sheet_plan.h"
#include "ui/theme/motion.h"
#include "ui/widgets/sheet_view.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class SheetTest : public WindowFixture {
    Q_OBJECT

    static ModelInfo model(int width = 832, int height = 480) {
        ModelInfo info = demoModel();
        info.defaults = Json{{"width", width}, {"height", height}, {"num_frames", 81}, {"fps", 16}, {"steps", 4}};
        return info;
    }
    static GenerationRequest wish() {
        GenerationRequest request = requestFor("a lighthouse");
        request.width = 832;
        request.height = 480;
        request.num_frames = 81;
        request.steps = 4;
        request.sampler = "rcm";
        return request;
    }
    ui::SheetController& sheet() { return *window_->findChild<ui::SheetController*>(); }
    QListView* grid() { return find<QListView>("sheetGrid"); }
    void makeSheet(const QString& prompt = "a lighthouse") {
        type(prompt);
        window_->actions().find("create.sheet")->trigger();
        QTRY_COMPARE(script_->submitCount(), std::size_t(4));
        QTRY_COMPARE(sheet().model().rowCount(), 4);
    }
    GenerationRequest tried(std::size_t index) {
        std::lock_guard lock(script_->mutex);
        return script_->submitted.at(index);
    }
    /// Let the engine make a try of the sheet.
    void make(JobId id) {
        {
            std::lock_guard lock(script_->mutex);
            for (store::JobRecord& job : script_->waiting)
                if (JobId(job.id) == id) job.state = store::JobState::kRunning;
        }
        script_->events.push(started(id, tried(std::size_t(id) - 1)));
        script_->events.push(QueueChanged{});
        QTRY_COMPARE(window_->session().currentJob(), std::optional<JobId>(id));
        script_->events.push(preview(id, 1));
        script_->events.push(progress(id, Stage::kDenoise, 1, 2, 0.4));
    }
    void finishTry(JobId id) {
        const JobFinished event = finished(id, tried(std::size_t(id) - 1));
        script_->end(id, store::JobState::kFinished, event.result.resolved.request.to_json());
        script_->events.push(event);
        script_->events.push(QueueChanged{});
    }
    QString detail(int row) { return grid()->model()->index(row, 0).data(ui::kDetailRole).toString(); }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void triesAreQuickAndEverythingElseIsKept() {
        GenerationRequest full = wish();
        full.guidance = 1;
        const ui::SheetPlan plan = ui::planSheet(full, model(), 6, 42);
        QCOMPARE(plan.tries.size(), std::size_t(6));
        std::set<std::int64_t> seeds;
        for (const GenerationRequest& one : plan.tries) {
            seeds.insert(one.seed);
            QVERIFY(one.seed >= 0);
            QCOMPARE(one.group, plan.group);
            QVERIFY(*one.num_frames < 81 && (*one.num_frames - 1) % 4 == 0);
            QVERIFY(*one.steps < 4 && *one.steps >= 1);
            QCOMPARE(one.prompt, full.prompt);
            QCOMPARE(one.sampler, full.sampler);
            QCOMPARE(one.guidance, full.guidance);
        }
        QCOMPARE(seeds.size(), std::size_t(6));
    }
    void theNumberOfTriesIsFourToNine_data() {
        QTest::addColumn<int>("asked");
        QTest::addColumn<int>("got");
        QTest::newRow("one") << 1 << 4;
        QTest::newRow("five") << 5 << 5;
        QTest::newRow("many") << 100 << 9;
        QTest::newRow("none") << -1 << 4;
    }
    void theNumberOfTriesIsFourToNine() {
        QFETCH(int, asked);
        QFETCH(int, got);
        QCOMPARE(int(ui::planSheet(wish(), model(), asked, 1).tries.size()), got);
    }
    void aFixedSeedIsTheFirstOne() {
        GenerationRequest full = wish();
        full.seed = 77;
        const auto plan = ui::planSheet(full, model(), 4, 1);
        QCOMPARE(plan.tries[0].seed, std::int64_t(77));
        QCOMPARE(plan.tries[3].seed, std::int64_t(80));
        full.seed = std::numeric_limits<std::int64_t>::max();
        for (const GenerationRequest& one : ui::planSheet(full, model(), 4, 1).tries)
            QVERIFY(one.seed >= 0);
    }
    void aSmallWishIsTriedAsItIs() {
        GenerationRequest full = wish();
        full.num_frames = 5;
        full.steps = 1;
        full.width = full.height = 16;
        const GenerationRequest one = ui::planSheet(full, model(), 4, 1).tries[0];
        QCOMPARE(*one.num_frames, 5);
        QCOMPARE(*one.steps, 1);
        QCOMPARE(*one.width, 16);
    }
    void theFullVideoComesBackExactly_data() {
        QTest::addColumn<bool>("is_open");
        QTest::newRow("everything stated") << false;
        QTest::newRow("left to the model") << true;
    }
    void theFullVideoComesBackExactly() {
        QFETCH(bool, is_open);
        GenerationRequest full = wish();
        if (is_open) {
            full.width.reset();
            full.height.reset();
            full.num_frames.reset();
            full.steps.reset();
            full.seconds = 5.0;
        }
        const auto plan = ui::planSheet(full, model(), 4, 9);
        // Through the store's JSON, as after a restart.
        const auto stored = GenerationRequest::from_json(plan.tries[2].to_json());
        QVERIFY(stored.ok());
        GenerationRequest expected = full;
        expected.seed = plan.tries[2].seed;
        QVERIFY(ui::fullOf(*stored) == expected);
        const auto more = ui::planMore(*stored, 4, 10);
        QVERIFY(more.group != plan.group);
        expected.seed = more.tries[1].seed;
        QVERIFY(ui::fullOf(more.tries[1]) == expected);
        QCOMPARE(more.tries[0].num_frames, plan.tries[0].num_frames);
    }
    void brokenGroupsAreNoSheets_data() {
        QTest::addColumn<QString>("group");
        for (const char* group :
             {"", "sheet-", "sheet-12", "repeat-4", "sheet-0123456789abcdef{", "sheet-0123456789abcdef[1]",
              "sheet-0123456789abcdef{\"steps\":\"x\"}", "sheet-0123456789abcdef{\"nothing\":1}"})
            QTest::newRow(group) << group;
    }
    void brokenGroupsAreNoSheets() {
        QFETCH(QString, group);
        GenerationRequest made = wish();
        made.group = group.toStdString();
        GenerationRequest expected = wish();
        QVERIFY(ui::fullOf(made) == expected);
    }

    void theGridFillsAsTriesCome() {
        open();
        makeSheet();
        QVERIFY(find("sheetView")->isVisible());
        QCOMPARE(text("sheetTitle"), QString("Contact sheet: 0 of 4 ready"));
        make(1);
        QTRY_COMPARE(detail(0), QString("Making it: 40 %"));
        QTRY_VERIFY(!grid()->model()->index(0, 0).data(Qt::DecorationRole).value<QImage>().isNull());
        QCOMPARE(detail(1), QString("Waiting"));
        QVERIFY(find("sheetView")->isVisible());  // the running job does not take the stage
        finishTry(1);
        QTRY_COMPARE(detail(0), QString("Ready"));
        QTRY_COMPARE(sheet().model().clipOf(0)->frames.size(), std::size_t(9));  // the clip, no more the preview
        QCOMPARE(text("sheetTitle"), QString("Contact sheet: 1 of 4 ready"));
        QVERIFY(grid()->model()->index(0, 0).data().toString().contains(QString::number(tried(0).seed)));
    }

    void theOneUnderThePointerMoves() {
        ui::Motion::instance().setWish(ui::Motion::Wish::kFull);
        open();
        makeSheet();
        make(1);
        finishTry(1);
        QTRY_VERIFY(sheet().model().hasFinal(1));
        const auto red = [&] {
            return grid()->model()->index(0, 0).data(Qt::DecorationRole).value<QImage>().pixelColor(3, 3).red();
        };
        QTest::mouseMove(grid()->viewport(), grid()->visualRect(grid()->model()->index(0, 0)).center());
        std::set<int> seen;
        QTRY_VERIFY((seen.insert(red()), seen.size() > 3));
        QEvent leave(QEvent::Leave);
        grid()->clearFocus();
        QApplication::sendEvent(grid()->viewport(), &leave);
        const int still = red();
        QTest::qWait(300);
        QCOMPARE(red(), still);
    }

    void oneIsFinishedWithFullSettingsAndItsSeed() {
        open();
        makeSheet();
        make(1);
        finishTry(1);
        QTRY_COMPARE(detail(0), QString("Ready"));
        QVERIFY(!find<QPushButton>("sheetFinish")->isEnabled());  // none is chosen
        grid()->setCurrentIndex(grid()->model()->index(0, 0));
        press("sheetFinish");
        QTRY_COMPARE(script_->submitCount(), std::size_t(5));
        const GenerationRequest full = tried(4), quick = tried(0);
        QCOMPARE(full.seed, quick.seed);
        QVERIFY(full.group.empty());
        QCOMPARE(full.prompt, std::string("a lighthouse"));
        QVERIFY(full.num_frames != quick.num_frames || full.steps != quick.steps);
        QVERIFY(std::count(script_->calls.begin(), script_->calls.end(), "submit first") == 1);  // before other tries
    }

    void moreLikeThisIsAnotherSheet() {
        open();
        makeSheet();
        const std::string first = sheet().group();
        grid()->setCurrentIndex(grid()->model()->index(1, 0));
        press("sheetMore");
        QTRY_COMPARE(script_->submitCount(), std::size_t(8));
        QVERIFY(sheet().group() != first);
        QTRY_COMPARE(sheet().model().rowCount(), 4);
        QCOMPARE(tried(4).num_frames, tried(0).num_frames);
        QVERIFY(tried(4).seed != tried(0).seed);
    }

    void theRestIsCancelledTogether() {
        open();
        makeSheet();
        make(1);
        finishTry(1);
        make(2);
        QTRY_VERIFY(window_->session().isBusy());
        press("sheetCancel");
        QTRY_COMPARE(sheet().model().unfinished(), 0);
        QCOMPARE(sheet().model().count(store::JobState::kFinished), 1);
        QCOMPARE(sheet().model().count(store::JobState::kCancelled), 3);
        QVERIFY(!find("sheetCancel")->isVisible());
    }

    void otherJobsStayOutOfIt() {
        open();
        generate("something else");
        type("a lighthouse");
        window_->actions().find("create.sheet")->trigger();
        QTRY_COMPARE(script_->submitCount(), std::size_t(5));
        QTRY_COMPARE(sheet().model().rowCount(), 4);
        QTest::qWait(50);
        QCOMPARE(sheet().model().rowCount(), 4);
        press("sheetClose");
        QTRY_VERIFY(stage()->isShowingPreview());  // back to the one that runs
    }

    void itIsThereAfterARestart() {
        const auto plan = ui::planSheet(wish(), model(), 4, 5);
        for (int i = 0; i < 4; ++i) {
            store::JobRecord job = record(
                JobId(10 + i), i < 2 ? store::JobState::kFinished : store::JobState::kInterrupted, "a lighthouse");
            job.draft.request = plan.tries[std::size_t(i)].to_json();
            (i < 2 ? script_->ended : script_->waiting).push_back(job);
        }
        script_->is_paused = true;
        open();
        auto* list = find<QListView>("historyList");
        QTRY_COMPARE(list->model()->rowCount(), 2);
        list->setCurrentIndex(list->model()->index(0, 0));
        Q_EMIT list->customContextMenuRequested(list->visualRect(list->model()->index(0, 0)).center());
        for (QMenu* menu : window_->findChildren<QMenu*>())
            for (QAction* item : menu->isVisible() ? menu->actions() : QList<QAction*>())
                if (item->text() == "Show its contact sheet") {
                    item->trigger();
                    menu->close();
                }
        QTRY_COMPARE(sheet().model().rowCount(), 4);
        QTRY_VERIFY(sheet().model().hasFinal(10));
        QCOMPARE(detail(3), QString("Interrupted"));
        grid()->setCurrentIndex(grid()->model()->index(1, 0));
        press("sheetFinish");
        QTRY_COMPARE(script_->submitCount(), std::size_t(1));
        GenerationRequest expected = wish();
        expected.seed = plan.tries[1].seed;
        QVERIFY(script_->lastRequest() == expected);
    }

    void anEmptyPromptIsRefusedBeforeAnythingIsQueued() {
        open();
        type("");
        window_->actions().find("create.sheet")->trigger();
        QTest::qWait(50);
        QCOMPARE(script_->submitCount(), std::size_t(0));
        QVERIFY(stage()->isEmpty());
    }
};

STUDIO_GUI_TEST(SheetTest)
#include "sheet_test.moc"
