// The windows behind the menu: Doctor, Models, Log, About.
#include <QFile>
#include <QMenu>
#include <QMessageBox>
#include <QTemporaryDir>
#include <QTreeWidget>

#include "ui/dialogs/doctor_dialog.h"
#include "ui/dialogs/log_dialog.h"
#include "ui/dialogs/models_dialog.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class DialogsTest : public WindowFixture {
    Q_OBJECT

    template <class Dialog>
    Dialog* fromMenu(const QString& entry) {
        auto* menu = find<QMenu>("mainMenu");
        for (QAction* action : menu->actions())
            if (action->text() == entry) action->trigger();
        auto* dialog = window_->findChild<Dialog*>();
        if (!dialog || !dialog->isVisible()) qFatal("%s opened nothing", qPrintable(entry));
        return dialog;
    }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void doctorSaysWhatItFoundAndCopiesNoNames() {
        backend_.examine = [](const DoctorOptions& options) {
            DoctorReport report;
            report.findings.push_back({"memory", "Memory", Finding::Status::kOk, "16 GB", "", Json::object()});
            report.findings.push_back({"folder.outputs", "Videos", Finding::Status::kProblem,
                                       QDir::homePath().toStdString() + "/x cannot be written", "Choose another.",
                                       Json::object()});
            if (options.with_self_test)
                report.findings.push_back({"self_test", "Self-test", Finding::Status::kOk, "2 s", "", Json::object()});
            return report;
        };
        open();
        auto* doctor = fromMenu<ui::DoctorDialog>("Doctor…");
        auto* found = doctor->findChild<QTreeWidget*>("doctorFindings");
        QTRY_COMPARE(found->topLevelItemCount(), 2);
        QCOMPARE(found->topLevelItem(1)->text(0), QString("Problem"));
        QVERIFY(found->topLevelItem(1)->text(2).contains("Choose another."));
        QCOMPARE(doctor->findChild<QLabel*>("doctorSummary")->text(),
                 QString("Something that is needed does not work."));
        doctor->findChild<QPushButton*>("doctorCopy")->click();
        QVERIFY(QApplication::clipboard()->text().contains("~/x cannot be written"));
        QVERIFY(!QApplication::clipboard()->text().contains(QDir::homePath()));
    }

    void reportsHoldNoPrivatePathsAndNames() {
        const QStringList names{"annabelle", "anna-pc"};
        const auto clean = [&](const char* text) { return ui::DoctorDialog::withoutPrivatePaths(text, names); };
        QCOMPARE(clean("/srv/annabelle/Videos/secret project/a.mp4 cannot be written"),
                 QString("(folder)/a.mp4 cannot be written"));
        QCOMPARE(clean("folder: /mnt/Client Name/x (3.0 GB free)"), QString("folder: (folder)/x (3.0 GB free)"));
        QCOMPARE(clean("C:\\Users\\annabelle\\x.log: full"), QString("(folder)/x.log: full"));
        QCOMPARE(clean("Annabelle on ANNA-PC"), QString("(user) on (user)"));
        QCOMPARE(clean("see https://example.org/a/b, 7/8 free"), QString("see https://example.org/a/b, 7/8 free"));
        QCOMPARE(clean("kernels for sm_80; AVX2/FMA"), QString("kernels for sm_80; AVX2/FMA"));
        QCOMPARE(clean("/tmp"), QString("/tmp"));
    }

    void closingTheDoctorEndsTheExamination() {
        backend_.examine = [](const DoctorOptions& options) {
            while (!options.stop.stop_requested())
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            return DoctorReport{};
        };
        open();
        fromMenu<ui::DoctorDialog>("Doctor…")->close();
        QTRY_VERIFY(!window_->findChild<ui::DoctorDialog*>());
    }

    void modelsAreListedAddedAndForgotten() {
        std::vector<ModelInfo> models{demoModel()};
        std::mutex mutex;
        backend_.list_models = [&] {
            std::lock_guard lock(mutex);
            return models;
        };
        backend_.store.add = [&](const AddRequest& request, const std::stop_token&) -> Result<AddedModel> {
            std::lock_guard lock(mutex);
            ModelInfo model = demoModel();
            model.name = request.paths.front().filename().string();
            model.complete = false;
            model.missing = {"Wan2.1_VAE.pth from Wan-AI/Wan2.1-T2V-1.3B"};
            models.push_back(model);
            return AddedModel{model.name, request.paths.front(), model};
        };
        std::string removed;
        backend_.store.plan_removal = [](const std::string& name) -> Result<RemovalPlan> {
            RemovalPlan plan;
            plan.name = name;
            plan.bytes = 1'400'000'000;
            return plan;
        };
        backend_.store.run_removal = [&](const RemovalPlan& plan) -> Result<void> {
            std::lock_guard lock(mutex);
            removed = plan.name;
            models.pop_back();
            return {};
        };
        open();
        auto* dialog = fromMenu<ui::ModelsDialog>("Models…");
        auto* list = dialog->findChild<QTreeWidget*>("modelsList");
        QTRY_COMPARE(list->topLevelItemCount(), 1);
        QCOMPARE(list->topLevelItem(0)->text(1), QString("Ready"));
        dialog->add({"/disk/wan-1.3b"});
        QTRY_COMPARE(list->topLevelItemCount(), 2);
        list->setCurrentItem(list->topLevelItem(1));
        QVERIFY(dialog->findChild<QLabel*>("modelAbout")->text().contains("Wan2.1_VAE.pth"));
        QTRY_COMPARE(find<QComboBox>("modelPicker")->count(), 2);  // the window knows it too
        dialog->findChild<QPushButton*>("modelRemove")->click();
        QTRY_VERIFY(dialog->findChild<QMessageBox*>("removeQuestion"));
        auto* question = dialog->findChild<QMessageBox*>("removeQuestion");
        QVERIFY(question->text().contains("1.4 GB"));
        question->button(QMessageBox::Yes)->click();
        QTRY_COMPARE(list->topLevelItemCount(), 1);
        QCOMPARE(removed, std::string("wan-1.3b"));
    }

    void theLogFollowsAndFilters() {
        QTemporaryDir folder;
        QFile file(folder.filePath("studio.log"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("2026-01-01T00:00:00.000 info [1] started\n2026-01-01T00:00:01.000 error [1] no disk\n");
        file.flush();
        backend_.log_file = file.fileName().toStdString();
        open();
        auto* log = fromMenu<ui::LogDialog>("Log…");
        auto* text = log->findChild<QPlainTextEdit*>("logText");
        QCOMPARE(text->toPlainText().count('\n'), 1);
        file.write("2026-01-01T00:00:02.000 warning [1] slow ");
        file.flush();
        file.write("disk\n");
        file.flush();
        QTRY_VERIFY(text->toPlainText().endsWith("slow disk"));
        log->findChild<QComboBox*>("logLevel")->setCurrentIndex(2);
        QCOMPARE(text->toPlainText(), QString("2026-01-01T00:00:01.000 error [1] no disk"));
        log->findChild<QComboBox*>("logLevel")->setCurrentIndex(0);
        log->findChild<QLineEdit*>("logFilter")->setText("DISK");
        QCOMPARE(text->toPlainText().count('\n'), 1);
        log->findChild<QPushButton*>("logCopy")->click();
        QCOMPARE(QApplication::clipboard()->text().count('\n'), 1);
        QVERIFY(QApplication::clipboard()->text().contains("no disk"));
    }

    void aboutNamesTheVersion() {
        open();
        window_->actions().find("app.about")->trigger();
        auto* about = window_->findChild<QMessageBox*>("aboutBox");
        QVERIFY(about && about->isVisible());
        QVERIFY(about->text().startsWith("Turbo Studio"));
    }
};

STUDIO_GUI_TEST(DialogsTest)
#include "dialogs_test.moc"
