// What can be done with a result, by button, menu and key: copies, start images, repeats, commands, the trash.
#include <QFileDialog>
#include <QListView>
#include <QMenu>
#include <QMessageBox>
#include <QTemporaryDir>

#include "core/platform.h"
#include "ui/models/job_roles.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;
using ui::ResultAction;

class StageActionsTest : public WindowFixture {
    Q_OBJECT

    QTemporaryDir home_;

    bool was(const std::string& call) {
        const auto calls = script_->callsSoFar();
        return std::any_of(calls.begin(), calls.end(),
                           [&](const std::string& each) { return each.find(call) != std::string::npos; });
    }
    ui::ResultActions& actions() { return window_->findChild<ui::StageController*>()->actions(); }
    void openWithResult(const QString& seed = "77") {
        open();
        find<QLineEdit>("seedEdit")->setText(seed);
        finish(generate("a star"));
        QTRY_COMPARE(stage()->player().frameCount(), 9);
    }
    void trigger(const char* id) {
        QAction* action = window_->actions().find(QLatin1String(id));
        QVERIFY(action);
        action->trigger();
    }
    void saveTo(const QString& file) {
        trigger("result.save_as");
        auto* dialog = window_->findChild<QFileDialog*>("saveAsDialog");
        QVERIFY(dialog && dialog->isVisible());
        Q_EMIT dialog->fileSelected(file);
        dialog->close();
    }

  private Q_SLOTS:
    void initTestCase() {
        QVERIFY(home_.isValid());
        qputenv("STUDIO_HOME", home_.path().toUtf8());
    }
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void everyActionHasWordsAndAKeyOfItsOwn() {
        open();
        QSet<QString> keys;
        for (const ui::ResultActionInfo& info : ui::resultActions()) {
            QCOMPARE(ui::infoOf(info.action).id, info.id);
            QVERIFY(!ui::textOf(info.action).isEmpty() && !ui::helpOf(info.action).isEmpty());
            const QAction* action = window_->actions().find(QLatin1String(info.id));
            QVERIFY2(action, info.id);
            QVERIFY2(!action->shortcut().isEmpty(), info.id);
            QVERIFY2(!keys.contains(action->shortcut().toString()), info.id);
            keys.insert(action->shortcut().toString());
        }
        QCOMPARE(ui::resultActions().size(), std::size_t(11));
    }

    void nothingCanBeDoneWithoutAResult() {
        open();
        for (const ui::ResultActionInfo& info : ui::resultActions())
            QVERIFY(!actions().whyNot(info.action, {}).isEmpty());
        trigger("result.variation");
        QTest::qWait(30);
        QCOMPARE(script_->submitCount(), std::size_t(0));
    }

    void aCopyIsSavedWithProgressAndAName() {
        openWithResult();
        saveTo("/elsewhere/mine.mp4");
        QTRY_VERIFY(was("copy /videos/1.mp4 to /elsewhere/mine.mp4"));
        QTRY_COMPARE(text("resultNote"), QString("Saved as /elsewhere/mine.mp4"));
        QVERIFY(!find("resultProgress")->isVisible());
    }
    void aCopyCanBeStopped() {
        script_->holds_copies = true;
        openWithResult();
        saveTo("/elsewhere/mine.mp4");
        QTRY_COMPARE(find<QProgressBar>("resultProgress")->value(), 500);
        QVERIFY(find("resultCancel")->isVisible());
        press("resultCancel");
        QTRY_COMPARE(text("resultNote"), QString("Nothing was saved."));
        QVERIFY(!find("errorPanel")->isVisible());  // what a person wanted is no error
    }

    void theLastFrameBecomesAStartImage() {
        openWithResult();
        QSignalSpy taken(&actions(), &ui::ResultActions::startImageWanted);
        press("lastFrameButton");
        QTRY_COMPARE(taken.size(), 1);
        const QImage picture(taken[0][0].toString());
        QCOMPARE(picture.size(), QSize(32, 32));
        QCOMPARE(picture.pixelColor(3, 3).red(), 80);  // frame 8 of 0..8
        // The demo model takes no picture: the window says why nothing else happens.
        QVERIFY(find<QLabel>("promptHint")->isVisible());
    }

    void aVariationHasTheSettingsAndANewSeed() {
        openWithResult();
        press("variationButton");
        QTRY_COMPARE(script_->submitCount(), std::size_t(2));
        QCOMPARE(script_->lastRequest().prompt, std::string("a star"));
        QCOMPARE(script_->lastRequest().seed, std::int64_t(-1));
        QVERIFY(script_->lastRequest().group.empty() && script_->lastRequest().job.empty());
    }

    void aRepeatIsComparedWhenItIsReady_data() {
        QTest::addColumn<bool>("is_same");
        QTest::newRow("identical") << true;
        QTest::newRow("differs") << false;
    }
    void aRepeatIsComparedWhenItIsReady() {
        QFETCH(bool, is_same);
        script_->comparison.frames_a = script_->comparison.frames_b = 17;
        if (!is_same) {
            script_->comparison.first_difference = 4;
            script_->differences = {{RecipeDifference::What::kProgramVersion, "0.9", "1.0"}};
        }
        openWithResult();
        trigger("result.reproduce");
        QTRY_COMPARE(script_->submitCount(), std::size_t(2));
        QCOMPARE(script_->lastRequest().seed, std::int64_t(77));
        QCOMPARE(script_->lastRequest().group, std::string("repeat-1"));
        QTRY_VERIFY(window_->session().currentJob());
        script_->events.push(started(2, script_->lastRequest()));
        QSignalSpy told(&actions(), &ui::ResultActions::told);
        finish(2);
        QTRY_VERIFY(was("compare /videos/1.mp4 with /videos/2.mp4"));
        QTRY_COMPARE(told.size(), 1);
        const QString words = told[0][0].toString();
        if (is_same)
            QCOMPARE(words, QString("Identical: all 17 frame(s) are the same."));
        else
            QCOMPARE(words,
                     QString("It differs from frame 5 of 17 on. It was made with version 0.9; this is version 1.0."));
        QTRY_COMPARE(text("resultNote").contains(is_same ? "Identical" : "It differs"), true);
    }
    void anotherModelOrVersionIsSaidBeforehand() {
        script_->differences = {{RecipeDifference::What::kModelFiles, "a", "b"}};
        openWithResult();
        QTRY_VERIFY(text("resultNote").contains("The model's files are others"));
        script_->differences.clear();
        finish(generate("second"));
        QTRY_VERIFY(!find<QLabel>("resultNote")->isVisible());  // a remark does not outlive its video
    }

    void theCommandIsCopied() {
        openWithResult();
        trigger("result.copy_command");
        QCOMPARE(QApplication::clipboard()->text(), QString("turbo-studio-cli generate --prompt 'a star' --seed 77"));
    }

    void onlyKeptLatentsAreDecodedAgain() {
        store::JobRecord failed = record(5, store::JobState::kFailed, "failed in decode");
        failed.latents_path = "/latents/5";
        script_->ended = {failed, record(4, store::JobState::kFinished, "fine")};
        open();
        QTRY_COMPARE(historyCount(), 2);
        const auto job = [&](int row) { return ui::ResultActions::Jobs{*window_->session().history().at(row)}; };
        QVERIFY(actions().whyNot(ResultAction::kDecodeAgain, job(0)).isEmpty());
        QVERIFY(!actions().whyNot(ResultAction::kDecodeAgain, job(1)).isEmpty());
        QVERIFY(!actions().whyNot(ResultAction::kSaveAs, job(0)).isEmpty());
        actions().run(ResultAction::kSaveAs, job(0));  // refused ones do nothing
        QVERIFY(!window_->findChild<QFileDialog*>("saveAsDialog"));
        actions().run(ResultAction::kDecodeAgain, job(0));
        QTRY_VERIFY(was("resume 5"));
    }

    void aMissingVideoOffersOnlyWhatNeedsNoFile() {
        backend_.read_poster = [](const std::filesystem::path& path) -> Result<Clip> {
            return Error{ErrorCode::kNotFound, "gone", path.string(), {}, "look for it", {}};
        };
        script_->ended = {record(1, store::JobState::kFinished, "gone")};
        open();
        QTRY_VERIFY(window_->session().history().isMissing(1));
        const ui::ResultActions::Jobs jobs{*window_->session().history().at(0)};
        for (const ResultAction action : {ResultAction::kSaveAs, ResultAction::kLastFrame, ResultAction::kExport,
                                          ResultAction::kFolder, ResultAction::kCompare})
            QVERIFY(actions().whyNot(action, jobs).contains("not there any more"));
        for (const ResultAction action : {ResultAction::kVariation, ResultAction::kReuse, ResultAction::kCommand})
            QVERIFY(actions().whyNot(action, jobs).isEmpty());
    }

    void severalVideosGoToTheTrashAfterAQuestion() {
        QTemporaryDir videos;
        for (int i = 1; i <= 3; ++i) {
            store::JobRecord job = record(JobId(i), store::JobState::kFinished, "video");
            job.output_path = videos.filePath(QString("%1.mp4").arg(i)).toStdString();
            QFile file(QString::fromStdString(job.output_path));
            QVERIFY(file.open(QIODevice::WriteOnly));
            script_->ended.insert(script_->ended.begin(), job);
        }
        open();
        auto* list = find<QListView>("historyList");
        QTRY_COMPARE(list->model()->rowCount(), 3);
        list->setFocus();
        list->setCurrentIndex(list->model()->index(0, 0));
        list->selectionModel()->select(list->model()->index(2, 0), QItemSelectionModel::Select);
        QTest::keyClick(list, Qt::Key_Delete);
        auto* question = window_->findChild<QMessageBox*>("trashQuestion");
        QVERIFY(question && question->isVisible());
        QVERIFY2(question->text().contains('2'), qPrintable(question->text()));
        question->button(QMessageBox::Yes)->click();
        QTRY_VERIFY(was("remove 3") && was("remove 1"));
        QVERIFY(!was("remove 2"));
        QTRY_VERIFY(!QFile::exists(videos.filePath("3.mp4")));
        QVERIFY(QFile::exists(videos.filePath("2.mp4")));
    }

    void theContextMenuSaysWhyNot() {
        store::JobRecord failed = record(5, store::JobState::kFailed, "failed");
        script_->ended = {failed};
        open();
        auto* list = find<QListView>("historyList");
        QTRY_COMPARE(list->model()->rowCount(), 1);
        list->setCurrentIndex(list->model()->index(0, 0));
        Q_EMIT list->customContextMenuRequested(list->visualRect(list->model()->index(0, 0)).center());
        QMenu* menu = nullptr;
        for (QMenu* each : window_->findChildren<QMenu*>())
            if (each->isVisible()) menu = each;
        QVERIFY(menu);
        bool has_reason = false;
        for (QAction* action : menu->actions())
            if (action->text() == "Save as…")
                has_reason = !action->isEnabled() && action->toolTip() == "This video was not finished.";
        QVERIFY(has_reason);
        menu->close();
    }
};

STUDIO_GUI_TEST(StageActionsTest)
#include "stage_actions_test.moc"
