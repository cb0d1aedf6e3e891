// Models: published ones, their downloads with pause, failure and cancel, the state without any, the first start.
#include <QCheckBox>
#include <QMessageBox>
#include <QProgressBar>
#include <QTemporaryDir>
#include <QTreeWidget>
#include <condition_variable>

#include "ui/dialogs/first_run.h"
#include "ui/dialogs/folders_page.h"
#include "ui/dialogs/move_dialog.h"
#include "ui/widgets/download_card.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

namespace {
/// A network that does what a test says.
struct Network {
    std::mutex mutex;
    std::condition_variable wake;
    std::vector<std::string> fetched;  // ids, in order
    std::vector<DownloadPreferences> wishes;
    std::vector<std::string> removed;
    int steps = 0;  // reports that a fetch may still make before it waits
    bool may_end = false;
    std::optional<Error> failure;

    void allow(int more, bool ends, std::optional<Error> error = {}) {
        std::lock_guard lock(mutex);
        steps += more;
        may_end = ends;
        failure = std::move(error);
        wake.notify_all();
    }
    Result<DownloadResult> fetch(const std::string& id, const DownloadPreferences& wish, const StoreReport& report,
                                 const std::stop_token& stop) {
        std::unique_lock lock(mutex);
        fetched.push_back(id);
        wishes.push_back(wish);
        StoreProgress progress;
        progress.action = "downloading";
        progress.total = 12'000'000'000;
        for (;;) {
            while (steps > 0) {
                --steps;
                progress.bytes += 3'000'000'000;
                progress.bytes_per_second = 8'000'000;
                progress.seconds_left = 600;
                report(progress);
            }
            if (stop.stop_requested()) return cancelled();
            if (failure) return *std::exchange(failure, {});
            if (std::exchange(may_end, false)) return DownloadResult{};
            wake.wait_for(lock, std::chrono::milliseconds(5));
        }
    }
};
}  // namespace

class ModelsDialogTest : public WindowFixture {
    Q_OBJECT
    std::shared_ptr<Network> network_;
    std::shared_ptr<std::atomic<bool>> has_model_;
    std::unique_ptr<ui::PreferencesStore> store_;
    QTemporaryDir folder_;

    static ModelOffer offer(const std::string& id, bool is_here = false) {
        ModelOffer one;
        one.id = id;
        one.title = "Model " + id;
        one.kind = "text-to-video";
        one.bytes = 12'000'000'000;
        one.missing = is_here ? 0 : 9'000'000'000;
        one.is_here = is_here;
        one.licences = {"Apache-2.0"};
        one.sources = {"Somebody/" + id};
        return one;
    }
    void openWindow() {
        ui::WindowOptions options;
        options.preferences = store_.get();
        window_ = std::make_unique<ui::MainWindow>(backend_, std::move(options));
        window_->resize(1280, 800);
        window_->show();
        window_->start();
        QTRY_COMPARE(text("engineText"), QString("Ready"));
    }
    ui::ModelsDialog* models() {
        window_->actions().find("view.models")->trigger();
        auto* dialog = window_->findChild<ui::ModelsDialog*>();
        if (!dialog) qFatal("no models");
        return dialog;
    }
    ui::ModelsDialog* offersOf(int count) {
        auto* dialog = models();
        dialog->showOffers();
        auto* list = dialog->findChild<QTreeWidget*>("offersList");
        if (!QTest::qWaitFor([&] { return list->topLevelItemCount() == count; })) qFatal("offers are missing");
        return dialog;
    }
    static QString label(QWidget* in, const char* name) { return in->findChild<QLabel*>(name)->text(); }
    static void click(QWidget* in, const char* name) { in->findChild<QPushButton*>(name)->click(); }
    void answer(QMessageBox* box, QMessageBox::ButtonRole role) {
        for (QAbstractButton* button : box->buttons())
            if (box->buttonRole(button) == role) return button->click();
        qFatal("no such answer");
    }

  private Q_SLOTS:
    void init() {
        reset();
        network_ = std::make_shared<Network>();
        has_model_ = std::make_shared<std::atomic<bool>>(true);
        store_ = std::make_unique<ui::PreferencesStore>();
        backend_.list_models = [has = has_model_] {
            return *has ? std::vector<ModelInfo>{demoModel()} : std::vector<ModelInfo>{};
        };
        backend_.downloads.offers = [] {
            return Result<std::vector<ModelOffer>>(
                std::vector<ModelOffer>{offer("small"), offer("large"), offer("here", true)});
        };
        backend_.downloads.fetch = [net = network_](const auto& id, const auto& wish, const auto& report,
                                                    const auto& stop) { return net->fetch(id, wish, report, stop); };
        backend_.downloads.advise = [] {
            MachineAdvice advice;
            advice.gpu = "Test GPU";
            advice.gpu_bytes = 24'000'000'000;
            advice.processor = "Test CPU";
            advice.cores = 8;
            advice.memory_bytes = 64'000'000'000;
            advice.model = "small";
            advice.seconds = 20;
            return advice;
        };
        backend_.store.plan_removal = [](const std::string& name) -> Result<RemovalPlan> {
            RemovalPlan plan;
            plan.name = name;
            return plan;
        };
        backend_.store.run_removal = [net = network_](const RemovalPlan& plan) -> Result<void> {
            std::lock_guard lock(net->mutex);
            net->removed.push_back(plan.name);
            return {};
        };
    }
    void cleanup() {
        window_.reset();
        store_.reset();
    }

    void offersSayStateSizeLicenceAndSource() {
        openWindow();
        auto* dialog = offersOf(3);
        auto* list = dialog->findChild<QTreeWidget*>("offersList");
        QCOMPARE(list->topLevelItem(0)->text(1), QString("Not here"));
        QCOMPARE(list->topLevelItem(2)->text(1), QString("Here"));
        QCOMPARE(list->topLevelItem(0)->text(3), QString("12.0 GB"));
        QCOMPARE(list->topLevelItem(0)->text(4), QString("Apache-2.0"));
        list->setCurrentItem(list->topLevelItem(0));
        QVERIFY(label(dialog, "offerAbout").contains("Somebody/small"));
        QVERIFY(label(dialog, "offerAbout").contains("9.0 GB"));  // part of it is here
        QVERIFY(dialog->findChild<QPushButton*>("modelDownload")->isEnabled());
        list->setCurrentItem(list->topLevelItem(2));
        QVERIFY(!dialog->findChild<QPushButton*>("modelDownload")->isEnabled());
    }

    void aDownloadTellsPausesAndGoesOn() {
        QVERIFY(store_->set("downloads.mirror", "https://mirror.example").ok());
        openWindow();
        auto* dialog = offersOf(3);
        auto* list = dialog->findChild<QTreeWidget*>("offersList");
        list->setCurrentItem(list->topLevelItem(0));
        click(dialog, "modelDownload");
        network_->allow(1, false);
        QTRY_COMPARE(label(dialog, "downloadState"),
                     QString("3.0 GB of 12.0 GB, 8.0 MB per second, about 10 min 00 s left"));
        QCOMPARE(dialog->findChild<QProgressBar*>("downloadBar")->value(), 250);
        click(dialog, "downloadPause");
        QTRY_COMPARE(label(dialog, "downloadState"), QString("Paused at 3.0 GB of 12.0 GB"));
        QTRY_VERIFY(!window_->house().downloads().running());
        click(dialog, "downloadPause");
        network_->allow(2, true);
        QTRY_COMPARE(list->topLevelItem(0)->text(1), QString("Ready"));
        std::lock_guard lock(network_->mutex);
        QCOMPARE(network_->fetched, (std::vector<std::string>{"small", "small"}));
        QCOMPARE(network_->wishes.front().mirror, std::string("https://mirror.example"));
        QVERIFY(network_->removed.empty());
    }

    void itGoesOnWhenTheWindowOfModelsIsClosed() {
        openWindow();
        QSignalSpy told(&window_->house(), &ui::Housekeeping::downloadsChanged);
        auto* dialog = offersOf(3);
        click(dialog, "modelDownload");
        network_->allow(1, false);
        QTRY_VERIFY(window_->house().downloads().running());
        QPointer<ui::ModelsDialog> gone(dialog);
        dialog->close();
        QTRY_VERIFY(!gone);
        QSignalSpy finished(&window_->house().downloads(), &ui::ModelDownloads::finished);
        network_->allow(3, true);
        QTRY_COMPARE(finished.size(), 1);
        QVERIFY(told.size() > 1);
        QCOMPARE(told.back().at(0).toInt(), 0);
    }

    void oneAfterTheOther() {
        openWindow();
        auto& downloads = window_->house().downloads();
        downloads.start("small", "Small");
        downloads.start("large", "Large");
        QTRY_VERIFY(downloads.running() && downloads.running()->id == "small");
        QCOMPARE(downloads.find("large")->state, ui::ModelDownload::State::kWaiting);
        QCOMPARE(downloads.activeCount(), 2);
        network_->allow(1, true);
        QTRY_VERIFY(downloads.running() && downloads.running()->id == "large");
        network_->allow(1, true);
        QTRY_COMPARE(downloads.activeCount(), 0);
    }

    void aFailureNamesTheHostAndOffersMirrorAndProxy() {
        openWindow();
        auto* dialog = offersOf(3);
        click(dialog, "modelDownload");
        network_->allow(
            1, false,
            Error{ErrorCode::kIo, "huggingface.co cannot be reached.", {}, "network", "Check the connection.", {}});
        QTRY_VERIFY(!dialog->findChild<QLabel*>("downloadProblem")->isHidden());
        const QString said = label(dialog, "downloadProblem");
        QVERIFY(said.contains("huggingface.co") && said.contains("mirror") && said.contains("proxy"));
        click(dialog, "downloadSettings");
        auto* settings = window_->findChild<ui::SettingsDialog*>();
        QVERIFY(settings && settings->isVisible());
        QCOMPARE(settings->findChild<QListWidget*>("settingsPages")->currentItem()->data(Qt::UserRole).toString(),
                 QString("downloads"));
        click(dialog, "downloadPause");  // "Try again"
        network_->allow(1, true);
        QTRY_COMPARE(window_->house().downloads().find("small")->state, ui::ModelDownload::State::kDone);
    }

    void aFullDiskIsNoMatterOfMirrors() {
        const Error full{ErrorCode::kIo, "There is not enough space.", {}, "disk", "Free some.", {}};
        QVERIFY(!ui::DownloadCard::problemText(full).contains("mirror"));
        QVERIFY(ui::DownloadCard::problemText(full).contains("Free some."));
    }

    void cancelGivesTheSpaceBack() {
        openWindow();
        auto* dialog = offersOf(3);
        click(dialog, "modelDownload");
        network_->allow(1, false);
        QTRY_VERIFY(window_->house().downloads().running());
        click(dialog, "downloadCancel");
        QTRY_VERIFY(window_->house().downloads().all().empty());
        QTRY_VERIFY((std::lock_guard(network_->mutex), network_->removed == std::vector<std::string>{"small"}));
        QTRY_VERIFY(dialog->findChild<QFrame*>("downloadCard")->isHidden());
    }

    void endingTheProgramStopsADownload() {
        openWindow();
        window_->house().downloads().start("small", "Small");
        QTRY_VERIFY(window_->house().downloads().running());
        QElapsedTimer clock;
        clock.start();
        window_.reset();
        QVERIFY(clock.elapsed() < 5000);
        QVERIFY(network_->removed.empty());  // what has arrived stays
    }

    void filesAreCheckedAndWhatIsBadIsNamed() {
        backend_.store.verify = [](const std::string&, const StoreReport&,
                                   const std::stop_token&) -> Result<VerifyResult> {
            VerifyResult result;
            result.files.resize(2);
            result.files[1].path = "/models/demo/vae.safetensors";
            result.files[1].verdict = FileVerdict::kBad;
            result.files[1].note = "another hash than the published file";
            return result;
        };
        openWindow();
        auto* dialog = models();
        auto* list = dialog->findChild<QTreeWidget*>("modelsList");
        QTRY_COMPARE(list->topLevelItemCount(), 1);
        click(dialog, "modelVerify");
        QTRY_VERIFY(label(dialog, "modelAbout").contains("vae.safetensors"));
        QVERIFY(label(dialog, "modelAbout").contains("Download it again"));
    }

    void withoutAModelGenerateFetchesTheRecommendedOneFirst() {
        *has_model_ = false;
        openWindow();
        auto* card = find<QFrame>("noModelCard");
        QTRY_VERIFY(card->isVisible());
        QTRY_VERIFY(label(card, "noModelText").contains("Model small"));
        auto* button = find<QPushButton>("generateButton");
        QTRY_COMPARE(button->text(), QString("Download model and generate"));
        type("a star");
        press("generateButton");
        QTRY_VERIFY(window_->house().downloads().running());
        QCOMPARE(script_->submitCount(), std::size_t(0));
        *has_model_ = true;
        network_->allow(4, true);
        QTRY_COMPARE(script_->submitCount(), std::size_t(1));
        QCOMPARE(script_->lastRequest().prompt, std::string("a star"));
        QTRY_VERIFY(card->isHidden());
        QVERIFY(!button->text().contains("Download"));
    }

    void withAModelTheCardIsNotThere() {
        openWindow();
        QTRY_VERIFY(find<QComboBox>("modelPicker")->count() > 0);
        QVERIFY(find<QFrame>("noModelCard")->isHidden());
        QCOMPARE(find<QPushButton>("generateButton")->text(), QString("Generate"));
    }
};

STUDIO_GUI_TEST(ModelsDialogTest)
#include "models_dialog_test.moc"
