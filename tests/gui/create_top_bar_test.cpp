// The top bar: modes and models, presets, what computes here.
#include <QDropEvent>
#include <QMenu>

#include "ui/dialogs/preset_dialog.h"
#include "ui/widgets/gpu_chip.h"
#include "ui/widgets/image_well.h"
#include "ui/widgets/preset_button.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class CreateTopBarTest : public WindowFixture {
    Q_OBJECT

    static ModelInfo named(const std::string& name, const std::string& kind) {
        ModelInfo model = demoModel();
        model.name = name;
        model.path = "/models/" + name;
        model.kind = kind;
        model.details = Json::object();
        return model;
    }
    void openModels(const std::vector<ModelInfo>& models) {
        backend_.list_models = [models] { return models; };
        open();
    }
    QStringList offered() {
        QStringList names;
        auto* picker = find<QComboBox>("modelPicker");
        for (int i = 0; i < picker->count(); ++i)
            names << picker->itemText(i).section(QString::fromUtf8("  ·"), 0, 0);
        return names;
    }
    bool isChecked(const char* button) { return find<QAbstractButton>(button)->isChecked(); }
    QAction* entry(const char* name) {
        auto* menu = find<QMenu>("presetMenu");
        Q_EMIT menu->aboutToShow();
        auto* action = menu->findChild<QAction*>(QString::fromUtf8(name));
        if (!action) qFatal("no entry %s", name);
        return action;
    }
    QString preset() { return find<ui::PresetButton>("presetButton")->current(); }
    ui::PresetDialog* nameDialog() {
        entry("presetSave")->trigger();
        return find<ui::PresetDialog>("presetDialog");
    }
    void keepAs(const QString& name) {
        auto* dialog = nameDialog();
        dialog->findChild<QLineEdit*>("presetName")->setText(name);
        QTest::mouseClick(dialog->findChild<QPushButton*>("presetKeep"), Qt::LeftButton);
        QTRY_COMPARE(preset(), name);
        QTRY_VERIFY(!window_->findChild<ui::PresetDialog*>("presetDialog"));
    }
    static DoctorReport gpuReport(const Json& devices, const std::string& reason) {
        DoctorReport report;
        report.findings.push_back(
            {"gpu", "GPU", Finding::Status::kOk, {}, {}, {{"devices", devices}, {"reason", reason}}});
        return report;
    }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void theModeDecidesWhichModelsAreOffered() {
        openModels({named("words", "text-to-video"), named("photo", "image-to-video"),
                    named("both", "text-image-to-video"), named("ends", "first-last-frame-to-video")});
        QCOMPARE(offered(), (QStringList{"words", "both"}));
        QVERIFY(isChecked("textMode"));
        QVERIFY(!find("startWell")->isVisible());
        press("imageMode");
        QCOMPARE(offered(), (QStringList{"photo", "both", "ends"}));
        QVERIFY(isChecked("imageMode") && !isChecked("textMode"));
        QVERIFY(find("startWell")->isVisible());
        QTest::keyClick(window_.get(), Qt::Key_1, Qt::ControlModifier);
        QCOMPARE(offered(), (QStringList{"words", "both"}));
        QVERIFY(!find("startWell")->isVisible());
        find<QComboBox>("modelPicker")->setCurrentIndex(1);
        Q_EMIT find<QComboBox>("modelPicker")->activated(1);
        QVERIFY(!find("startWell")->isVisible());  // text is wanted, of a model that can do both
        QTest::keyClick(window_.get(), Qt::Key_2, Qt::ControlModifier);
        QCOMPARE(find<QComboBox>("modelPicker")->currentText().left(4), QString("both"));  // it can do that too
        QVERIFY(find("startWell")->isVisible());
        type("x");
        generate("x");
        QCOMPARE(script_->lastRequest().model, std::string("/models/both"));
    }

    void aModeThatNoModelOffersSaysWhy() {
        open();
        auto* button = find<QAbstractButton>("imageMode");
        QVERIFY(button->isVisible() && button->isEnabled());
        QVERIFY(button->toolTip().contains("None of the models"));
        QVERIFY(button->accessibleDescription().contains("None of the models"));
        press("imageMode");
        QVERIFY(isChecked("textMode") && !isChecked("imageMode"));
        QVERIFY(find("promptHint")->isVisible());
        QVERIFY(text("promptHint").contains("None of the models here makes videos from pictures"));
    }

    void aDroppedPictureChangesTheMode() {
        openModels({named("words", "text-to-video"), named("photo", "image-to-video")});
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile("/pictures/cat.png")});
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &enter);
        QDropEvent event(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(window_.get(), &event);
        QVERIFY(isChecked("imageMode"));
        QCOMPARE(find<ui::ImageWell>("startWell")->path(), QString("/pictures/cat.png"));
    }

    void onlyImageModelsBeginInImageMode() {
        openModels({named("photo", "image-to-video")});
        QVERIFY(isChecked("imageMode"));
        QVERIFY(find("startWell")->isVisible());
        press("textMode");
        QVERIFY(isChecked("imageMode"));
        QVERIFY(text("promptHint").contains("from text alone"));
    }

    void anIncompleteModelSaysWhatIsMissing() {
        ModelInfo half = named("half", "text-to-video");
        half.complete = false;
        half.missing = {"vae: Wan2.1_VAE.pth"};
        ModelInfo lone = named("lone", "VAE");
        lone.role = "vae";
        openModels({half, demoModel(), lone});
        auto* picker = find<QComboBox>("modelPicker");
        QCOMPARE(picker->count(), 2);  // a part alone is no model
        QVERIFY(picker->itemText(0).contains("(incomplete)"));
        QVERIFY(picker->itemData(0, Qt::ToolTipRole).toString().contains("Wan2.1_VAE.pth"));
        QVERIFY(picker->itemData(0, Qt::AccessibleDescriptionRole).toString().contains("Wan2.1_VAE.pth"));
        QCOMPARE(picker->currentIndex(), 1);  // the first that can be used
    }

    void readingTheListAgainChangesNothing() {
        openModels({named("one", "text-to-video"), named("two", "text-to-video")});
        auto* picker = find<QComboBox>("modelPicker");
        picker->setCurrentIndex(1);
        Q_EMIT picker->activated(1);
        find<QSlider>("stepsSlider")->setValue(2);
        QSignalSpy listed(&window_->session(), &ui::Session::modelsListed);
        window_->session().listModels();
        QTRY_COMPARE(listed.size(), 1);
        QCOMPARE(picker->currentIndex(), 1);
        QCOMPARE(find<QSlider>("stepsSlider")->value(), 2);
    }

    void draftBalancedBest() {
        open();
        QCOMPARE(preset(), QString("Balanced"));
        QCOMPARE(find<QToolButton>("presetButton")->text(), QString("Balanced"));
        entry("preset.draft")->trigger();
        QCOMPARE(preset(), QString("Draft"));
        QVERIFY(entry("preset.draft")->isChecked());
        find<QLineEdit>("seedEdit")->setText("7");
        generate("a star");
        QCOMPARE(script_->lastRequest().steps, std::optional<int>(2));
        QCOMPARE(script_->lastRequest().num_frames, std::optional<int>(9));
        entry("preset.best")->trigger();
        QCOMPARE(find<QSlider>("stepsSlider")->value(), 4);
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("a star"));
        QCOMPARE(find<QLineEdit>("seedEdit")->text(), QString("7"));
        find<QSlider>("stepsSlider")->setValue(3);
        QCOMPARE(preset(), QString());
        QCOMPARE(find<QToolButton>("presetButton")->text(), QString("Own settings"));
        entry("preset.balanced")->trigger();
        QCOMPARE(preset(), QString("Balanced"));
        QCOMPARE(find<QSlider>("lengthSlider")->value(), 4);
    }

    void ownPresets() {
        open();
        find<QSlider>("stepsSlider")->setValue(3);
        keepAs(QString::fromUtf8("Soft & 慢"));
        entry("preset.draft")->trigger();
        entry("preset.Soft & 慢")->trigger();
        QCOMPARE(find<QSlider>("stepsSlider")->value(), 3);
        QCOMPARE(find<QSlider>("lengthSlider")->value(), 4);
        find<QSlider>("stepsSlider")->setValue(1);
        auto* dialog = nameDialog();
        auto* keep = dialog->findChild<QPushButton*>("presetKeep");
        QVERIFY(!keep->isEnabled());
        dialog->findChild<QLineEdit*>("presetName")->setText("best");
        QVERIFY(!keep->isEnabled());
        QVERIFY(!dialog->findChild<QLabel*>("presetNote")->text().isEmpty());
        dialog->findChild<QLineEdit*>("presetName")->setText(QString::fromUtf8("Soft & 慢"));
        QVERIFY(keep->isEnabled());
        QCOMPARE(keep->text(), QString("Replace"));
        QVERIFY(dialog->findChild<QLabel*>("presetNote")->text().contains("replaced"));
        QTest::mouseClick(keep, Qt::LeftButton);
        QTRY_COMPARE(preset(), QString::fromUtf8("Soft & 慢"));
        entry("presetDelete.Soft & 慢")->trigger();
        auto* yes = window_->findChild<QPushButton*>("presetDeleteYes");
        QVERIFY(yes);
        QTest::mouseClick(yes, Qt::LeftButton);
        QTRY_COMPARE(preset(), QString());
        Q_EMIT find<QMenu>("presetMenu")->aboutToShow();
        QVERIFY(!window_->findChild<QAction*>(QString::fromUtf8("preset.Soft & 慢")));
    }

    void aDamagedPresetFileIsSaid() {
        backend_.presets.list = []() -> Result<StoredPresets> {
            return StoredPresets{{}, {"It is kept as x.damaged."}};
        };
        open();
        QTRY_VERIFY(find("promptHint")->isVisible());
        QVERIFY(text("promptHint").contains("x.damaged"));
    }

    void aPresetThatCannotBeKeptIsSaid() {
        backend_.presets.keep = [](const Preset&, bool) -> Result<void> {
            return Error{ErrorCode::kIo, "The disk is full.", {}, {}, "Make room.", {}};
        };
        open();
        auto* dialog = nameDialog();
        dialog->findChild<QLineEdit*>("presetName")->setText("mine");
        QTest::mouseClick(dialog->findChild<QPushButton*>("presetKeep"), Qt::LeftButton);
        QTRY_VERIFY(text("promptHint").contains("The disk is full. Make room."));
    }

    void theChipTellsWhatComputes() {
        backend_.examine = [](const DoctorOptions& options) {
            if (options.with_self_test) qFatal("the self-test must not run at every start");
            return gpuReport(Json::array(), "no driver");
        };
        open();
        auto* chip = find<ui::GpuChip>("gpuChip");
        QTRY_VERIFY(chip->isVisible());
        QCOMPARE(chip->text(), QString("No GPU"));
        QCOMPARE(chip->accessibleName(), QString("No GPU: works on the processor"));
        QVERIFY(chip->toolTip().contains("no driver"));
        press("gpuChip");
        QTRY_VERIFY(window_->findChild<QDialog*>("doctorDialog"));
    }

    void theChipNamesTheGpu() {
        backend_.examine = [](const DoctorOptions&) {
            return gpuReport({{{"name", "NVIDIA GeForce RTX 4090"}, {"memory_bytes", 24'000'000'000u}}}, "");
        };
        backend_.fit = [](const GenerationRequest&) -> Result<Fit> {
            Fit fit;
            fit.memory.free_device = 17'200'000'000;
            return fit;
        };
        open();
        auto* chip = find<ui::GpuChip>("gpuChip");
        QTRY_COMPARE(chip->text(), QString::fromUtf8("RTX 4090  ·  17.2 GB free"));
        QCOMPARE(chip->accessibleName(), QString("NVIDIA GeForce RTX 4090: 17.2 GB of 24.0 GB free"));
    }
};

STUDIO_GUI_TEST(CreateTopBarTest)
#include "create_top_bar_test.moc"
