// Closing the window, the end of the computer's session, and what is there again at the next start.
#include <QMessageBox>
#include <QSplitter>
#include <QTabWidget>
#include <QTemporaryDir>
#include <fstream>

#include "ui/desktop/quit_question.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class ClosingTest : public WindowFixture {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;

    ui::WindowOptions kept() {
        ui::WindowOptions options;
        options.state_folder = std::filesystem::path(dir_->filePath("state").toStdString());
        return options;
    }
    ui::QuitQuestion* question() { return window_->findChild<ui::QuitQuestion*>(); }
    void answer(const char* button) {
        QTRY_VERIFY(question());
        question()->findChild<QPushButton*>(QLatin1String(button))->click();
    }
    void endWindow() {
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->endSession();
        QTRY_COMPARE(closed.size(), 1);
        window_.reset();
        script_ = std::make_shared<EngineScript>();
        backend_ = makeBackend(script_);
    }
    QString prompt() { return find<QPlainTextEdit>("promptEdit")->toPlainText(); }

  private Q_SLOTS:
    void init() {
        reset();
        dir_ = std::make_unique<QTemporaryDir>();
    }
    void cleanup() { window_.reset(); }

    void nothingRunsNothingIsAsked() {
        open();
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        type("not yet asked for");
        window_->close();
        QVERIFY(!question());
        QTRY_COMPARE(closed.size(), 1);
    }

    void aWaitingQueueIsKeptWithoutAQuestion() {
        script_->is_paused = true;
        script_->waiting = {record(1, store::JobState::kQueued, "one"), record(2, store::JobState::kQueued, "two")};
        open();
        QTRY_COMPARE(window_->session().queue().waitingCount(), 2);
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->close();
        QVERIFY(!question());
        QTRY_COMPARE(closed.size(), 1);
        QCOMPARE(script_->cancelled.size(), std::size_t(0));
    }

    void aRunningVideoIsAskedAbout() {
        open();
        generate();
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->close();
        QVERIFY(question() && question()->isVisible());
        QVERIFY(question()->text().contains("Finish it in the background?"));
        window_->close();  // asked again: still one question
        QCOMPARE(window_->findChildren<ui::QuitQuestion*>().size(), 1);
        answer("quitNot");
        QTRY_VERIFY(!question());
        QVERIFY(window_->isVisible() && window_->session().isBusy());
        QCOMPARE(closed.size(), 0);
    }

    void escapeMeansStay() {
        open();
        generate();
        window_->close();
        QTest::keyClick(question(), Qt::Key_Escape);
        QTRY_VERIFY(!question());
        QVERIFY(window_->session().isBusy());
        QCOMPARE(script_->cancelled.size(), std::size_t(0));
    }

    void cancelAndQuit() {
        open();
        generate();
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->close();
        answer("quitNow");
        QTRY_COMPARE(closed.size(), 1);
        const auto calls = script_->callsSoFar();
        QVERIFY(std::find(calls.begin(), calls.end(), "shutdown") != calls.end());
    }

    void keepRunningEndsAfterTheVideo() {
        open();
        const JobId id = generate();
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->close();
        answer("quitBackground");
        QTRY_VERIFY(!window_->isVisible());
        QTest::qWait(100);
        QCOMPARE(closed.size(), 0);
        QVERIFY(window_->session().isBusy());
        finish(id);
        QTRY_COMPARE(closed.size(), 1);
        QCOMPARE(script_->cancelled.size(), std::size_t(0));
    }

    void aSecondStartBringsTheHiddenWindowBack() {
        open();
        const JobId id = generate();
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->close();
        answer("quitBackground");
        QTRY_VERIFY(!window_->isVisible());
        window_->bringToFront("token");
        QVERIFY(window_->isVisible());
        QVERIFY(qEnvironmentVariableIsEmpty("XDG_ACTIVATION_TOKEN"));
        finish(id);
        QTRY_VERIFY(!window_->session().isBusy());
        QTest::qWait(100);
        QCOMPARE(closed.size(), 0);
    }

    void theQuestionGoesWhenTheVideoIsReady() {
        open();
        const JobId id = generate();
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->close();
        QTRY_VERIFY(question());
        finish(id);
        QTRY_COMPARE(closed.size(), 1);
    }

    void theEndOfTheSessionAsksNothing() {
        open();
        generate();
        QSignalSpy closed(window_.get(), &ui::MainWindow::closed);
        window_->close();  // a question is open just then
        window_->endSession();
        window_->endSession();
        QTRY_VERIFY(!question());
        QTRY_COMPARE(closed.size(), 1);
    }

    void aLongJobIsNotCancelledByASlip() {
        open();
        generate();
        QTest::keyClick(window_.get(), Qt::Key_Return, Qt::ControlModifier | Qt::AltModifier);
        QTRY_VERIFY(!window_->session().isBusy());  // young: at once
        QVERIFY(!window_->findChild<QMessageBox*>("cancelQuestion"));
    }

    void theDraftComesBack() {
        open(kept());
        type("  一只猫, \"half\" a sentence\nand more");
        find<QLineEdit>("seedEdit")->setText("77");
        endWindow();
        open(kept());
        QTRY_COMPARE(find<QLineEdit>("seedEdit")->text(), QString("77"));
        QCOMPARE(prompt(), QString("  一只猫, \"half\" a sentence\nand more"));
    }

    void theDraftIsOnTheDiskSecondsAfterTyping() {
        open(kept());
        type("typed just before the crash");
        const auto file = kept().state_folder / "draft.json";
        QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(file), 15'000);
        std::ifstream in(file);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        QVERIFY(text.find("typed just before the crash") != std::string::npos);
        QVERIFY((QFile::permissions(QString::fromStdString(file.string())) & QFile::ReadOther) == 0);
        // No flush, no close: the process is gone.
        window_.reset();
        open(kept());
        QTRY_COMPARE(prompt(), QString("typed just before the crash"));
    }

    void aStartThatAsksForSomethingElseWins() {
        open(kept());
        type("old");
        endWindow();
        ui::WindowOptions options = kept();
        options.prompt = "new";
        open(options);
        QCOMPARE(prompt(), QString("new"));
    }

    void wordsTypedBeforeModelsAreListedStay() {
        open(kept());
        type("old");
        find<QLineEdit>("seedEdit")->setText("5");
        endWindow();
        std::atomic<bool> may_list{false};
        backend_.list_models = [&] {
            while (!may_list)
                QThread::msleep(5);
            return std::vector<ModelInfo>{demoModel()};
        };
        window_ = std::make_unique<ui::MainWindow>(backend_, kept());
        window_->show();
        window_->start();
        QTest::qWait(50);
        type("typed at once");
        may_list = true;
        QTRY_VERIFY(find<QComboBox>("modelPicker")->count() > 0);
        QTest::qWait(50);
        QCOMPARE(prompt(), QString("typed at once"));
    }

    void aBrokenDraftIsNoProblem_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("half") << QByteArray("{\"version\":1,\"prompt\":\"a");
        QTest::newRow("types") << QByteArray("{\"version\":1,\"prompt\":5,\"model\":\"\",\"image_mode\":false}");
        QTest::newRow("newer") << QByteArray("{\"version\":9,\"prompt\":\"a\",\"model\":\"\",\"image_mode\":false}");
        QTest::newRow("binary") << QByteArray("\0\xff\xfe", 3);
        QTest::newRow("huge") << QByteArray(3 << 20, ' ');
    }
    void aBrokenDraftIsNoProblem() {
        QFETCH(QByteArray, text);
        std::filesystem::create_directories(kept().state_folder);
        for (const char* name : {"draft.json", "window.ini"})
            std::ofstream(kept().state_folder / name, std::ios::binary).write(text.constData(), text.size());
        open(kept());
        QCOMPARE(prompt(), QString());
        QVERIFY(window_->width() >= 1024);
    }

    void placesAndSizesComeBack() {
        open(kept());
        window_->setGeometry(30, 40, 1200, 760);
        auto* panels = find<QSplitter>("panels");
        const QList<int> before = panels->sizes();
        panels->setSizes({before[0], before[1] - 120, before[2] + 120});
        const QList<int> wanted = panels->sizes();
        QVERIFY(wanted != before);
        auto* tabs = find<QTabWidget>("jobTabs");
        tabs->setCurrentIndex(1);
        endWindow();
        open(kept());
        QTRY_COMPARE(find<QTabWidget>("jobTabs")->currentIndex(), 1);
        window_.reset();
        // Without start(): the size before anything else changes it.
        window_ = std::make_unique<ui::MainWindow>(backend_, kept());
        window_->show();
        QCOMPARE(window_->size(), QSize(1200, 760));
        QCOMPARE(find<QSplitter>("panels")->sizes(), wanted);
        window_->actions().find("view.reset")->trigger();
        QVERIFY(find<QSplitter>("panels")->sizes() != wanted);
        QCOMPARE(find<QTabWidget>("jobTabs")->currentIndex(), 0);
    }

    void usableAtItsSmallestSize() {
        open();
        window_->resize(1024, 700);
        QTest::qWait(20);
        QCOMPARE(window_->size(), QSize(1024, 700));
        for (const char* name : {"promptEdit", "generateButton", "stage", "jobTabs", "menuButton", "modelPicker"}) {
            QWidget* widget = find(name);
            const QRect place(widget->mapTo(window_.get(), QPoint()), widget->size());
            QVERIFY2(window_->rect().contains(place), name);
        }
    }
};

STUDIO_GUI_TEST(ClosingTest)
#include "closing_test.moc"
