// Size, length, seed and the advanced settings of the create panel.
#include <QDoubleSpinBox>
#include <QSpinBox>
#include <QStandardItemModel>
#include <set>

#include "app/settings_table.h"
#include "ui/preferences_store.h"
#include "ui/widgets/image_well.h"
#include "ui/widgets/lora_list.h"
#include "ui/widgets/setting_words.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class CreateSettingsTest : public WindowFixture {
    Q_OBJECT

    static ModelInfo large(const std::string& kind = "text-to-video") {
        ModelInfo model = demoModel();
        model.kind = kind;
        model.defaults = {{"width", 832}, {"height", 480},   {"num_frames", 81},   {"fps", 16},      {"steps", 50},
                          {"shift", 5.0}, {"sigma_max", 80}, {"sampler", "unipc"}, {"guidance", 5.0}};
        model.details = {{"config", {{"dit", {{"dim", 5120}, {"has_linear_branch", true}}}}}};
        return model;
    }
    static ModelInfo turbo() {
        ModelInfo model = demoModel();
        model.defaults["guidance"] = 1.0;
        model.defaults["sigma_max"] = 80;
        model.defaults["shift"] = 5;
        return model;
    }
    void openModel(const ModelInfo& model, ui::WindowOptions options = {}) {
        backend_.list_models = [model] { return std::vector<ModelInfo>{model}; };
        open(std::move(options));
    }
    void choose(const char* box, const QString& data) {
        auto* combo = find<QComboBox>(box);
        const int at = combo->findData(data);
        if (at < 0) qFatal("%s has no %s", box, qPrintable(data));
        combo->setCurrentIndex(at);
    }
    bool acts(const char* control) { return find(control)->isEnabledTo(window_.get()); }
    GenerationRequest asked() {
        generate("x");
        return script_->lastRequest();
    }
    bool canChoose(const char* box, const QString& data) {
        auto* combo = find<QComboBox>(box);
        return qobject_cast<QStandardItemModel*>(combo->model())->item(combo->findData(data))->isEnabled();
    }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void resolutionTimesShape() {
        openModel(large());
        auto* sizes = find<QComboBox>("sizeBox");
        QCOMPARE(sizes->itemText(0), QString("480p, best"));
        QCOMPARE(sizes->itemText(1), QString("720p"));
        QCOMPARE(text("sizeText"), QString::fromUtf8("832 × 480 pixels"));
        sizes->setCurrentIndex(1);
        find<QComboBox>("aspectBox")->setCurrentIndex(1);
        QCOMPARE(text("sizeText"), QString::fromUtf8("720 × 1280 pixels"));
        const auto request = asked();
        QCOMPARE(request.width, std::optional<int>(720));
        QCOMPARE(request.height, std::optional<int>(1280));
    }

    void anyOtherSize() {
        openModel(large());
        QVERIFY(!find("widthBox")->isVisible());
        find<QComboBox>("sizeBox")->setCurrentIndex(2);
        auto* width = find<QSpinBox>("widthBox");
        QVERIFY(width->isVisible());
        QVERIFY(!find("aspectBox")->isEnabled());
        QVERIFY(find("aspectBox")->toolTip().contains("decide the shape"));
        width->setFocus();
        width->selectAll();
        QTest::keyClicks(width, "641");
        QTest::keyClick(width, Qt::Key_Tab);
        QCOMPARE(width->value(), 640);  // only multiples can be made
        QCOMPARE(asked().width, std::optional<int>(640));
    }

    void aSizeFromAnEarlierVideoIsShownAsItIs() {
        openModel(large());
        GenerationRequest old = requestFor("old");
        old.width = 480;
        old.height = 832;
        auto* panel = find<ui::PromptPanel>("createPanel");
        panel->setValues(old);
        QCOMPARE(find<QComboBox>("sizeBox")->currentIndex(), 0);
        QCOMPARE(text("sizeText"), QString::fromUtf8("480 × 832 pixels"));
        old.width = 448;
        old.height = 448;
        panel->setValues(old);
        QCOMPARE(find<QComboBox>("sizeBox")->currentIndex(), 2);
        QCOMPARE(find<QSpinBox>("widthBox")->value(), 448);
        panel->setValues(requestFor("open"));
        QCOMPARE(text("sizeText"), QString::fromUtf8("832 × 480 pixels"));
    }

    void aPictureThatIsFollowedDecidesTheShape() {
        openModel(large("image-to-video"));
        find<ui::ImageWell>("startWell")->setPath("/pictures/cat.png");
        QTRY_VERIFY(text("sizeText").contains("Shape of the picture"));
        QVERIFY(!find("aspectBox")->isEnabled());
        QVERIFY(find("aspectBox")->accessibleDescription().contains("follows the picture"));
        auto* fit = find<QComboBox>("fitBox");
        fit->setCurrentIndex(fit->findData("crop"));
        Q_EMIT fit->activated(fit->currentIndex());
        QVERIFY(find("aspectBox")->isEnabled());
    }

    void everyLengthCanBeMade() {
        openModel(large());
        auto* length = find<QSlider>("lengthSlider");
        QCOMPARE(text("lengthText"), QString("5.1 s, 81 frame(s) at 16 fps"));
        for (const int value : {1, 7, 20}) {
            length->setValue(value);
            QVERIFY(text("lengthText").contains(QString("%1 frame(s)").arg(4 * value + 1)));
        }
        find<QDoubleSpinBox>("setting.fps")->setValue(8);
        QVERIFY2(text("lengthText").contains("10.1 s, 81 frame(s) at 8 fps"), qPrintable(text("lengthText")));
        length->setValue(3);
        QCOMPARE(asked().num_frames, std::optional<int>(13));
    }

    void diceLockAndTheLastSeed() {
        open();
        auto* seed = find<QLineEdit>("seedEdit");
        QVERIFY(find<QToolButton>("diceButton")->isChecked());
        QVERIFY(!find("lastSeedButton")->isEnabled());
        QVERIFY(find("lastSeedButton")->toolTip().contains("no last seed"));
        press("lockButton");
        QVERIFY(!seed->text().isEmpty());  // what is kept is seen
        QVERIFY(find<QToolButton>("lockButton")->isChecked());
        const QString kept = seed->text();
        generate("a");
        QCOMPARE(script_->lastRequest().seed, kept.toLongLong());
        press("diceButton");
        QVERIFY(seed->text().isEmpty());
        QTRY_VERIFY(find("lastSeedButton")->isEnabled());
        press("lastSeedButton");
        QCOMPARE(seed->text(), kept);
        QVERIFY(find<QToolButton>("lockButton")->isChecked());
    }

    void advancedIsClosedAndStaysAsItWasLeft() {
        ui::PreferencesStore preferences;
        ui::WindowOptions options;
        options.preferences = &preferences;
        openModel(turbo(), options);
        QVERIFY(!find("advancedBody")->isVisible());
        press("advancedButton");
        QVERIFY(find("advancedBody")->isVisible());
        QVERIFY(preferences.isOn("general.advanced_open"));
        window_.reset();
        openModel(turbo(), options);
        QVERIFY(find("advancedBody")->isVisible());
        press("advancedButton");
        QVERIFY(!preferences.isOn("general.advanced_open"));
    }

    void everySettingHasItsPlace() {
        open();
        const std::set<std::string_view> elsewhere = {
            "model",  "prompt",     "negative_prompt", "image", "end_image", "image_fit",    "size",     "width",
            "height", "num_frames", "seconds",         "seed",  "output",    "name_pattern", "metadata", "loras"};
        for (const Setting& setting : settings_table()) {
            if (elsewhere.contains(setting.key)) continue;
            const QString row = QString("row.%1").arg(QString::fromStdString(std::string(setting.key)));
            QVERIFY2(window_->findChild<QWidget*>(row), qPrintable(row));
            QVERIFY2(!ui::SettingWords::help(setting.key).isEmpty(), qPrintable(row));
        }
        QVERIFY(find("loraList"));
    }

    void aChangedSettingCanBeReset() {
        openModel(turbo());
        press("advancedButton");
        QVERIFY(!find("reset.crf")->isVisible());
        find<QSpinBox>("setting.crf")->setValue(23);
        QVERIFY(find("reset.crf")->isVisible());
        QVERIFY(find<QToolButton>("advancedButton")->text().contains("1 changed"));
        QCOMPARE(asked().crf, 23);
        press("reset.crf");
        QCOMPARE(find<QSpinBox>("setting.crf")->value(), 17);
        QVERIFY(!find("reset.crf")->isVisible());
        QCOMPARE(find<QToolButton>("advancedButton")->text(), QString("Advanced"));
    }

    void whatDoesNothingIsDisabledWithTheReason() {
        openModel(turbo());
        press("advancedButton");
        for (const char* name : {"shift", "guidance", "guidance_2", "boundary", "sla_topk"}) {
            QVERIFY2(!acts(qPrintable(QString("setting.%1").arg(name))), name);
            QVERIFY2(!text(qPrintable(QString("reason.%1").arg(name))).isEmpty(), name);
        }
        QVERIFY(acts("setting.sigma_max") && acts("setting.sampler_mode"));
        QVERIFY(!find("negativeEdit")->isVisibleTo(window_.get()));
        find<QDoubleSpinBox>("setting.sigma_max")->setValue(120);
        choose("setting.sampler", "unipc");
        QVERIFY(acts("setting.shift") && acts("setting.guidance"));
        QVERIFY(!acts("setting.sigma_max") && !acts("setting.sampler_mode"));
        QVERIFY(text("reason.sigma_max").contains("rCM"));
        QCOMPARE(find<QSlider>("stepsSlider")->maximum(), 60);
        find<QDoubleSpinBox>("setting.guidance")->setValue(4);
        QVERIFY(find("negativeEdit")->isVisibleTo(window_.get()));
        const auto request = asked();
        QCOMPARE(request.sampler, std::optional<std::string>("unipc"));
        QCOMPARE(request.guidance, std::optional<double>(4));
        QVERIFY(!request.sigma_max);  // does nothing now and is not sent
    }

    void choicesThatCannotBeHad() {
        backend_.examine = [](const DoctorOptions&) {
            DoctorReport report;
            report.findings.push_back({"gpu", "GPU", Finding::Status::kNote, {}, {}, {{"devices", Json::array()}}});
            return report;
        };
        openModel(turbo());
        QVERIFY(!canChoose("setting.attention", "sla"));
        QVERIFY(canChoose("setting.attention", "dense"));
        QTRY_VERIFY(!canChoose("setting.device", "cuda"));
        QVERIFY(!acts("setting.vram_limit"));
        window_.reset();
        reset();
        openModel(large());
        QVERIFY(canChoose("setting.attention", "sagesla"));
        QVERIFY(acts("setting.sla_topk"));
        choose("setting.attention", "dense");
        QVERIFY(!acts("setting.sla_topk"));
    }

    void limitsAreGigabytes() {
        openModel(large());
        auto* ram = find<QDoubleSpinBox>("setting.ram_limit");
        QCOMPARE(ram->text(), QString("What is free"));
        ram->setValue(1.5);
        QCOMPARE(asked().ram_limit, std::int64_t(1'500'000'000));
    }

    void lorasAreAddedWeighedAndRemoved() {
        openModel(large());
        auto* list = find<ui::LoraList>("loraList");
        list->add("/loras/soft light.safetensors");
        list->add("/loras/zoom.safetensors");
        list->add("/loras/zoom.safetensors");
        QVERIFY(!window_->findChild<QComboBox*>("loraExpert.0"));  // one transformer
        find<QDoubleSpinBox>("loraStrength.1")->setValue(-0.5);
        auto request = asked();
        QCOMPARE(request.loras.size(), std::size_t(2));
        QCOMPARE(request.loras[1], (LoraSetting{"/loras/zoom.safetensors", -0.5, "both"}));
        press("loraRemove.0");
        request = asked();
        QCOMPARE(request.loras.size(), std::size_t(1));
        QCOMPARE(request.loras[0].path, std::string("/loras/zoom.safetensors"));
    }

    void theWheelScrollsAndChangesNothing() {
        openModel(large());
        auto* length = find<QSlider>("lengthSlider");
        const int before = length->value();
        QWheelEvent wheel(QPointF(5, 5), length->mapToGlobal(QPointF(5, 5)), {}, {0, -120}, Qt::NoButton,
                          Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(length, &wheel);
        QCOMPARE(length->value(), before);
    }

    void threeVerdictsOfTheFitLine() {
        backend_.fit = [](const GenerationRequest& request) -> Result<Fit> {
            Fit fit;
            fit.memory.free_host = 8'000'000'000;
            fit.memory.chosen.peak.host = 6'000'000'000;
            if (request.height == 720) fit.verdict = FitVerdict::kFitsSlower;
            if (request.width == 1280) {
                fit.verdict = FitVerdict::kDoesNotFit;
                fit.memory.chosen.peak.host = 20'000'000'000;
                fit.change = {"It would fit with 832x480.", {}, 832, 480};
            }
            return fit;
        };
        openModel(large());
        QTRY_VERIFY(text("fitText").startsWith("Fits: needs about"));
        find<QComboBox>("sizeBox")->setCurrentIndex(1);
        QTRY_VERIFY(text("fitText").startsWith("Does not fit"));
        QCOMPARE(find<QPushButton>("fitButton")->text(), QString::fromUtf8("Use 832 × 480"));
        find<QLineEdit>("seedEdit")->setText("5");
        press("fitButton");
        QCOMPARE(find<QComboBox>("sizeBox")->currentIndex(), 0);
        QCOMPARE(find<QLineEdit>("seedEdit")->text(), QString("5"));
        QTRY_VERIFY(text("fitText").startsWith("Fits: needs about"));
        find<QComboBox>("sizeBox")->setCurrentIndex(1);
        find<QComboBox>("aspectBox")->setCurrentIndex(3);  // 960 x 720
        QTRY_VERIFY(text("fitText").startsWith("Fits, but slower"));
    }
};

STUDIO_GUI_TEST(CreateSettingsTest)
#include "create_settings_test.moc"
