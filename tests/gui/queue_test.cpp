// The queue and the history in the real window: what is added, ordered, paused, changed, found and kept.
#include <QListView>
#include <QMenu>
#include <QMessageBox>
#include <QMimeData>
#include <QTabWidget>

#include "ui/models/job_roles.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class QueueTest : public WindowFixture {
    Q_OBJECT

    QListView* queue() { return find<QListView>("queueList"); }
    QListView* history() { return find<QListView>("historyList"); }
    QString textAt(QListView* list, int row, int role = Qt::DisplayRole) {
        return list->model()->index(row, 0).data(role).toString();
    }
    bool was(const std::string& call) {
        const auto calls = script_->callsSoFar();
        return std::find(calls.begin(), calls.end(), call) != calls.end();
    }
    void addWhileBusy(const QString& prompt, std::size_t count) {
        type(prompt);
        press("generateButton");
        QTRY_COMPARE(script_->submitCount(), count);
        QTRY_COMPARE(queue()->model()->rowCount(), int(count));
    }
    /// The action of the context menu over a row.
    void choose(QListView* list, int row, const QString& action) {
        list->setCurrentIndex(list->model()->index(row, 0));
        Q_EMIT list->customContextMenuRequested(list->visualRect(list->model()->index(row, 0)).center());
        for (QMenu* menu : window_->findChildren<QMenu*>())
            for (QAction* item : menu->isVisible() ? menu->actions() : QList<QAction*>())
                if (item->text() == action) {
                    item->trigger();
                    menu->close();
                    return;
                }
        QFAIL(qPrintable("no action " + action));
    }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void whileOneRunsOthersAreAdded() {
        open();
        generate("first");
        addWhileBusy("second", 2);
        addWhileBusy("third", 3);
        QCOMPARE(find<QTabWidget>("jobTabs")->tabText(1), QString("Queue (2)"));
        QCOMPARE(text("queueSummary"), QString("2 waiting"));
        QCOMPARE(textAt(queue(), 0), QString("first"));
        QVERIFY(queue()->model()->index(0, 0).data(ui::kIsRunningRole).toBool());
        QCOMPARE(textAt(queue(), 2), QString("third"));
        QVERIFY(window_->session().isBusy());
    }

    void theNextJobTakesTheStage() {
        open();
        const JobId first = generate("first");
        addWhileBusy("second", 2);
        finish(first);
        {
            std::lock_guard lock(script_->mutex);
            script_->waiting[0].state = store::JobState::kRunning;
        }
        script_->events.push(started(2, requestFor("second")));
        script_->events.push(QueueChanged{});
        QTRY_COMPARE(window_->session().currentJob(), std::optional<JobId>(2));
        script_->events.push(preview(2, 1));
        QTRY_COMPARE(textAt(history(), 0), QString("first"));
        QVERIFY(find("progressPanel")->isVisible());
    }

    void aPausedQueueTakesJobsAndBeginsNone() {
        open();
        press("pauseButton");
        QTRY_VERIFY(window_->session().isPaused());
        QCOMPARE(find<QPushButton>("pauseButton")->text(), QString("Go on"));
        type("later");
        press("generateButton");
        QTRY_COMPARE(queue()->model()->rowCount(), 1);
        QVERIFY(!window_->session().isBusy());
        QCOMPARE(text("queueSummary"), QString("1 waiting  ·  paused"));
        QCOMPARE(find<QTabWidget>("jobTabs")->currentIndex(), 1);  // it shows where the job went
        QVERIFY(stage()->isEmpty());
    }

    void orderIsChangedByKeyAndByDragging() {
        open();
        generate("first");
        addWhileBusy("second", 2);
        addWhileBusy("third", 3);
        find<QTabWidget>("jobTabs")->setCurrentIndex(1);
        queue()->setFocus();
        queue()->setCurrentIndex(queue()->model()->index(2, 0));
        QTest::keyClick(queue(), Qt::Key_Up, Qt::AltModifier);
        QTRY_VERIFY(was("move 3 2"));
        queue()->setCurrentIndex(queue()->model()->index(1, 0));
        QTest::keyClick(queue(), Qt::Key_Up, Qt::AltModifier);  // nothing goes before the running one
        QTest::qWait(30);
        QVERIFY(!was("move 2 1"));
        auto* model = queue()->model();
        std::unique_ptr<QMimeData> dragged(model->mimeData({model->index(1, 0)}));
        QVERIFY(!model->dropMimeData(dragged.get(), Qt::MoveAction, 3, 0, {}));
        QTRY_VERIFY(was("move 2 0"));
        QVERIFY(!(model->flags(model->index(0, 0)) & Qt::ItemIsDragEnabled));
    }

    void settingsOfAWaitingJobAreChanged() {
        open();
        generate("first");
        addWhileBusy("second", 2);
        choose(queue(), 1, "Change settings");
        QTRY_COMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("second"));
        QCOMPARE(find<QPushButton>("generateButton")->text(), QString("Save changes"));
        type("second, but blue");
        press("generateButton");
        QTRY_VERIFY(was("change 2"));
        QCOMPARE(script_->submitCount(), std::size_t(2));
        QCOMPARE(find<QPushButton>("generateButton")->text(), QString("Add to queue"));
    }

    void deleteRemovesAndDuplicateDoubles() {
        open();
        generate("first");
        addWhileBusy("second", 2);
        choose(queue(), 1, "Duplicate");
        QTRY_VERIFY(was("duplicate 2"));
        queue()->setFocus();
        QTest::keyClick(queue(), Qt::Key_Delete);
        QTRY_VERIFY(was("remove 2"));
    }

    void afterACrashTheInterruptedJobIsExplained() {
        script_->waiting = {record(7, store::JobState::kInterrupted, "was running")};
        script_->recovery.interrupted = script_->waiting;
        script_->is_paused = true;
        open();
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QVERIFY(text("errorMessage").contains("waits first in the queue"));
        QTRY_VERIFY(find("resumeButton")->isVisible());
        QCOMPARE(find<QTabWidget>("jobTabs")->currentIndex(), 1);
        press("resumeButton");
        QTRY_VERIFY(was("resume 7"));
        QTRY_VERIFY(!window_->session().isPaused());
    }

    void historyOfEarlierSittingsIsThere() {
        for (JobId id = 450; id >= 1; --id)
            script_->ended.push_back(record(id, store::JobState::kFinished, "video " + std::to_string(id)));
        open();
        QTRY_COMPARE(history()->model()->rowCount(), 200);
        history()->scrollToBottom();
        QTRY_COMPARE(history()->model()->rowCount(), 400);
        QTRY_VERIFY(!history()->model()->index(0, 0).data(Qt::DecorationRole).value<QImage>().isNull());
        QSignalSpy playing(window_.get(), &ui::MainWindow::resultPlaying);
        history()->setCurrentIndex(history()->model()->index(3, 0));
        QTest::keyClick(history(), Qt::Key_Return);
        QTRY_COMPARE(playing.size(), 1);
    }

    void searchFindsLiterally() {
        script_->ended = {record(3, store::JobState::kFinished, "a 100% cat"),
                          record(2, store::JobState::kFinished, "一只猫"),
                          record(1, store::JobState::kFailed, "a cat")};
        open();
        QTRY_COMPARE(history()->model()->rowCount(), 3);
        find<QLineEdit>("historySearch")->setText("0%");
        QTRY_COMPARE(history()->model()->rowCount(), 1);
        find<QLineEdit>("historySearch")->setText("猫");
        QTRY_COMPARE(textAt(history(), 0), QString("一只猫"));
        find<QLineEdit>("historySearch")->clear();
        QTRY_COMPARE(history()->model()->rowCount(), 3);
        QVERIFY(textAt(history(), 2, ui::kDetailRole).startsWith("Failed"));
        choose(history(), 2, "Try again");
        QTRY_VERIFY(was("resume 1"));
        choose(history(), 0, "Star");
        QTRY_VERIFY(was("star 3"));
    }

    void aVideoThatIsGoneIsSaid() {
        backend_.read_poster = [](const std::filesystem::path& path) -> Result<Clip> {
            return Error{ErrorCode::kNotFound, "gone", path.string(), {}, "look for it", {}};
        };
        script_->ended = {record(1, store::JobState::kFinished, "gone")};
        open();
        QTRY_VERIFY(history()->model()->rowCount() == 1);
        QTRY_COMPARE(textAt(history(), 0, ui::kDetailRole), QString("The video is not there any more"));
    }

    void trashAsksFirst() {
        script_->ended = {record(1, store::JobState::kFinished, "a")};
        open();
        QTRY_COMPARE(history()->model()->rowCount(), 1);
        history()->setFocus();
        history()->setCurrentIndex(history()->model()->index(0, 0));
        QTest::keyClick(history(), Qt::Key_Delete);
        auto* question = window_->findChild<QMessageBox*>("trashQuestion");
        QVERIFY(question && question->isVisible());
        question->button(QMessageBox::No)->click();
        QTest::qWait(30);
        QVERIFY(!was("remove 1"));
        choose(history(), 0, "Remove from the history");
        QTRY_VERIFY(was("remove 1"));
    }
};

STUDIO_GUI_TEST(QueueTest)
#include "queue_test.moc"
