// The first start, the folders of the program and their move.
#include <QCheckBox>
#include <QMessageBox>
#include <QTemporaryDir>
#include <QTreeWidget>

#include "ui/dialogs/first_run.h"
#include "ui/dialogs/folders_page.h"
#include "ui/dialogs/move_dialog.h"
#include "ui/language.h"
#include "ui/preferences_effects.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class FirstRunTest : public WindowFixture {
    Q_OBJECT
    std::unique_ptr<ui::PreferencesStore> store_;
    std::shared_ptr<std::vector<std::string>> done_;
    std::shared_ptr<std::atomic<int>> fetches_;
    MachineAdvice advice_;

    ui::FirstRun* welcome() {
        ui::WindowOptions options;
        options.preferences = store_.get();
        open(std::move(options));
        window_->house().begin();
        return window_->findChild<ui::FirstRun*>();
    }
    static QString label(QWidget* in, const char* name) { return in->findChild<QLabel*>(name)->text(); }
    static QPushButton* button(QWidget* in, const char* name) { return in->findChild<QPushButton*>(name); }
    bool looked(QWidget* pages) {
        return QTest::qWaitFor([&] { return label(pages, "firstRunMachine").contains("CPU"); });
    }

  private Q_SLOTS:
    void init() {
        reset();
        store_ = std::make_unique<ui::PreferencesStore>();
        done_ = std::make_shared<std::vector<std::string>>();
        fetches_ = std::make_shared<std::atomic<int>>(0);
        advice_ = {};
        advice_.gpu = "Test GPU";
        advice_.gpu_bytes = 24'000'000'000;
        advice_.processor = "Test CPU";
        advice_.cores = 8;
        advice_.memory_bytes = 64'000'000'000;
        advice_.model = "small";
        advice_.seconds = 20;
        backend_.downloads.offers = [] {
            ModelOffer offer;
            offer.id = "small";
            offer.title = "The small model";
            offer.bytes = offer.missing = 12'000'000'000;
            offer.licences = {"Apache-2.0"};
            return Result<std::vector<ModelOffer>>(std::vector<ModelOffer>{offer});
        };
        backend_.downloads.advise = [this] { return advice_; };
        backend_.downloads.fetch = [count = fetches_](const std::string&, const DownloadPreferences&,
                                                      const StoreReport&,
                                                      const std::stop_token& stop) -> Result<DownloadResult> {
            ++*count;
            while (!stop.stop_requested())
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
            return cancelled();
        };
        backend_.folders.check = [](const std::filesystem::path& folder) -> Result<RootCheck> {
            if (folder == "/read-only")
                return Error{ErrorCode::kIo,
                             "Nothing can be written into /read-only.",
                             "/read-only",
                             "folder",
                             "Choose another folder.",
                             {}};
            return RootCheck{5'000'000'000, 90'000'000'000};
        };
        backend_.folders.choose = [done = done_](const std::filesystem::path& folder) -> Result<void> {
            done->push_back("choose " + folder.string());
            return {};
        };
        backend_.folders.schedule_move = [done = done_](const std::filesystem::path& folder) -> Result<void> {
            done->push_back("move to " + folder.string());
            return {};
        };
        backend_.folders.uses = [](const std::stop_token&) {
            return std::vector<FolderUse>{{"models", "/data/models", 4'200'000'000, 90'000'000'000},
                                          {"queue", "/data/queue", 1'000'000, 90'000'000'000}};
        };
    }
    void cleanup() {
        window_.reset();
        store_.reset();
        ui::installLanguage(*qApp, "en");
    }

    void threePagesLeadToTheDownload() {
        auto* pages = welcome();
        QVERIFY(pages && pages->isVisible());
        QVERIFY(label(pages, "firstRunFolder").contains("free"));
        button(pages, "firstRunNext")->click();
        QVERIFY(looked(pages));
        QVERIFY(label(pages, "firstRunMachine").contains("Test GPU"));
        QVERIFY(label(pages, "firstRunAdvice").contains("The small model"));
        QVERIFY(label(pages, "firstRunAdvice").contains("12.0 GB"));
        QVERIFY(label(pages, "firstRunAdvice").contains("20 s"));
        QVERIFY(label(pages, "firstRunLicence").contains("Apache-2.0"));
        QCOMPARE(button(pages, "firstRunNext")->text(), QString("Download"));
        button(pages, "firstRunNext")->click();
        QTRY_COMPARE(fetches_->load(), 1);
        QCOMPARE(button(pages, "firstRunNext")->text(), QString("Open the window"));
        button(pages, "firstRunNext")->click();
        QVERIFY(store_->isOn("general.is_welcomed"));
        QVERIFY(window_->house().downloads().running());  // it goes on
    }

    void itIsShownOnceHoweverItEnds() {
        auto* pages = welcome();
        button(pages, "firstRunSkip")->click();
        QVERIFY(store_->isOn("general.is_welcomed"));
        QTRY_VERIFY(!window_->findChild<ui::FirstRun*>());
        window_->house().begin();
        QVERIFY(!window_->findChild<ui::FirstRun*>());
        QCOMPARE(fetches_->load(), 0);
    }

    void withoutAGraphicsCardTheDemoModelIsFirst() {
        advice_.gpu.clear();
        advice_.gpu_problem = "no NVIDIA driver is installed";
        auto* pages = welcome();
        button(pages, "firstRunNext")->click();
        QVERIFY(looked(pages));
        QVERIFY(label(pages, "firstRunMachine").contains("no NVIDIA driver is installed"));
        QCOMPARE(button(pages, "firstRunNext")->text(), QString("Try the demo model"));
        button(pages, "firstRunNext")->click();
        QCOMPARE(fetches_->load(), 0);
        QVERIFY(store_->isOn("general.is_welcomed"));
    }

    void aSmallComputerIsToldSo() {
        advice_.model.clear();
        auto* pages = welcome();
        button(pages, "firstRunNext")->click();
        QVERIFY(looked(pages));
        QVERIFY(pages->findChild<QCheckBox*>("firstRunWantsModel")->isHidden());
        QVERIFY(label(pages, "firstRunAdvice").contains("demo model"));
    }

    void theLanguageChangesAtOnce() {
        ui::PreferencesEffects effects(*qApp, *store_, {"en", ui::Appearance::kDark});
        auto* pages = welcome();
        auto* box = pages->findChild<QComboBox*>("firstRunLanguage");
        box->setCurrentIndex(box->findData("zh_CN"));
        Q_EMIT box->activated(box->currentIndex());
        QCOMPARE(store_->text("general.language"), QString("zh_CN"));
        QCOMPARE(button(pages, "firstRunSkip")->text(), QString("跳过"));
        QCOMPARE(box->itemText(box->findData("en")), QString("English"));
    }

    void aFolderIsCheckedAndChosen() {
        auto* pages = welcome();
        pages->setFolder("/read-only");
        QVERIFY(label(pages, "firstRunFolderProblem").contains("Nothing can be written"));
        pages->setFolder("/second/disk");
        QVERIFY(label(pages, "firstRunFolderProblem").isEmpty());
        QVERIFY(label(pages, "firstRunFolder").contains("/second/disk"));
        QSignalSpy restart(&window_->house(), &ui::Housekeeping::restartWanted);
        button(pages, "firstRunNext")->click();
        QCOMPARE(restart.size(), 1);
        QCOMPARE(*done_, std::vector<std::string>{"choose /second/disk"});
        QVERIFY(!store_->isOn("general.is_welcomed"));  // the pages go on after the restart
    }

    void foldersAreListedWithTheirSizes() {
        open();
        window_->house().showSettings("folders");
        auto* list = window_->findChild<QTreeWidget*>("foldersList");
        QTRY_COMPARE(list->topLevelItemCount(), 2);
        QCOMPARE(list->topLevelItem(0)->text(0), QString("Models"));
        QCOMPARE(list->topLevelItem(0)->text(1), QString("4.2 GB"));
        QCOMPARE(list->topLevelItem(0)->text(3), QString("/data/models"));
    }

    void aMoveSaysHowMuchAndNeedsAYes() {
        open();
        window_->house().showSettings("folders");
        auto* page = window_->findChild<ui::FoldersPage*>();
        QSignalSpy restart(&window_->house(), &ui::Housekeeping::restartWanted);
        page->moveTo("/read-only");
        QTRY_VERIFY(label(page, "foldersSaid").contains("Nothing can be written"));
        page->moveTo("/second/disk");
        QTRY_VERIFY(page->findChild<QMessageBox*>("moveQuestion"));
        auto* question = page->findChild<QMessageBox*>("moveQuestion");
        QVERIFY(question->text().contains("5.0 GB") && question->text().contains("90.0 GB"));
        QVERIFY(done_->empty());
        for (QAbstractButton* one : question->buttons())
            if (question->buttonRole(one) == QMessageBox::AcceptRole) one->click();
        QCOMPARE(*done_, std::vector<std::string>{"move to /second/disk"});
        QCOMPARE(restart.size(), 1);
    }

    void nothingIsMovedWhileAVideoIsMade() {
        open();
        window_->house().showSettings("folders");
        auto* page = window_->findChild<ui::FoldersPage*>();
        auto* move = button(page, "foldersMove");
        QVERIFY(move->isEnabled());
        const JobId id = generate();
        QTRY_VERIFY(!move->isEnabled());
        page->moveTo("/second/disk");
        QTest::qWait(50);
        QVERIFY(!page->findChild<QMessageBox*>("moveQuestion"));
        finish(id);
        QTRY_VERIFY(move->isEnabled());
    }

    void aFixedRootCannotBeMoved() {
        backend_.folders.root.source = DataRoot::Source::kPortable;
        backend_.folders.root.path = "/stick/turbo-studio-data";
        open();
        window_->house().showSettings("folders");
        auto* page = window_->findChild<ui::FoldersPage*>();
        QVERIFY(!button(page, "foldersMove")->isEnabled());
        QVERIFY(label(page, "foldersRoot").contains("/stick/turbo-studio-data"));
    }

    void theMoveShowsItsProgressAndCanBeCancelled() {
        ui::MoveDialog dialog(
            [](const StoreReport& report, const std::stop_token& stop) -> Result<void> {
                StoreProgress progress;
                progress.action = "copying";
                progress.bytes = 1'000'000'000;
                progress.total = 4'000'000'000;
                report(progress);
                while (!stop.stop_requested())
                    std::this_thread::sleep_for(std::chrono::milliseconds(2));
                return cancelled();
            },
            "/second/disk");
        dialog.show();
        QTRY_VERIFY(label(&dialog, "moveState").contains("1.0 GB of 4.0 GB"));
        QSignalSpy ended(&dialog, &QDialog::finished);
        button(&dialog, "moveCancel")->click();
        QTRY_COMPARE(ended.size(), 1);
        QCOMPARE(dialog.result(), int(QDialog::Rejected));
    }

    void aFailedMoveSaysWhy() {
        ui::MoveDialog dialog(
            [](const StoreReport&, const std::stop_token&) -> Result<void> {
                return Error{ErrorCode::kIo, "The disk is gone.", {}, "disk", "Plug it in.", {}};
            },
            "/second/disk");
        dialog.show();
        QTRY_VERIFY(label(&dialog, "moveState").contains("The disk is gone. Plug it in."));
        QCOMPARE(label(&dialog, "moveText"), QString("Nothing was moved."));
        QVERIFY(dialog.isVisible());  // until it is read
        button(&dialog, "moveCancel")->click();
        QVERIFY(!dialog.isVisible());
    }
};

STUDIO_GUI_TEST(FirstRunTest)
#include "first_run_test.moc"
