// The export window over the real export: every choice reaches the file, nothing blocks, nothing half-written stays.
#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTemporaryDir>

#include "core/text.h"
#include "media/marks.h"
#include "media/video_reader.h"
#include "media/video_writer.h"
#include "ui/dialogs/export_dialog.h"
#include "ui/dialogs/missing_box.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class ExportTest : public WindowFixture {
    Q_OBJECT

    QTemporaryDir folder_;
    std::unique_ptr<ui::ExportDialog> dialog_;
    ui::ExportCalls real_{export_formats, can_interpolate, plan_export, export_video};

    QString makeVideo(const QString& name, int frames = 9, int side = 64) {
        const QString path = folder_.filePath(name);
        QFile::remove(path);
        media::VideoSettings settings;
        settings.width = settings.height = side;
        settings.fps = 8;
        settings.metadata =
            media::standard_marks({"Turbo Studio", "0.1.0", "tiny", "", "1", R"({"prompt":"a secret"})"});
        auto writer = media::VideoWriter::open(path.toStdString(), settings).value();
        for (int i = 0; i < frames; ++i)
            if (!writer->push(numberedFrame(side, side, i)).ok()) qFatal("no video");
        if (!writer->finish().ok()) qFatal("no video");
        return path;
    }
    template <class W>
    W* part(const char* name) {
        auto* widget = dialog_->findChild<W*>(QLatin1String(name));
        if (!widget) qFatal("no widget is named %s", name);
        return widget;
    }
    void openDialog(const QStringList& videos, const QString& memory = {}) {
        dialog_ = std::make_unique<ui::ExportDialog>(real_, videos, memory);
        dialog_->show();
    }
    void choose(const char* box, int data) {
        auto* combo = part<QComboBox>(box);
        const int at = combo->findData(data);
        QVERIFY2(at >= 0, box);
        combo->setCurrentIndex(at);
    }
    bool isReady() { return part<QPushButton>("exportStart")->isEnabled() && !estimate().isEmpty(); }
    QString estimate() { return part<QLabel>("exportEstimate")->text(); }
    QStringList files() { return QDir(folder_.path()).entryList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot); }

  private Q_SLOTS:
    void cleanup() {
        dialog_.reset();
        window_.reset();
        for (const QString& name : files())
            QDir(folder_.filePath(name)).removeRecursively(), QFile::remove(folder_.filePath(name));
    }

    void oneVideoBecomesAnMp4AndSaysWhatCameOfIt() {
        openDialog({makeVideo("clip.mp4")});
        QTRY_VERIFY(isReady());
        QVERIFY(estimate().contains("64 × 64, 9 frames at 8 a second, 1.1 s"));
        QVERIFY(estimate().contains("no sound"));
        QCOMPARE(part<QLineEdit>("exportTarget")->text(), folder_.filePath("clip export.mp4"));
        QVERIFY(!part<QPushButton>("exportFolder")->isEnabled());
        QSignalSpy told(dialog_.get(), &ui::ExportDialog::told);
        part<QPushButton>("exportStart")->click();
        QVERIFY(!part<QPushButton>("exportStart")->isEnabled());
        QTRY_COMPARE(told.count(), 1);
        QVERIFY(told[0][0].toString().contains("clip export.mp4"));
        QVERIFY(part<QPushButton>("exportFolder")->isEnabled());
        const auto info = media::probe_video(folder_.filePath("clip export.mp4").toStdString()).value();
        QCOMPARE(info.num_frames, 9);
        QVERIFY(info.metadata.contains("recipe"));
    }

    void everyChoiceReachesTheFile() {
        openDialog({makeVideo("clip.mp4")});
        choose("exportQuality", int(ExportQuality::kSmall));
        part<QComboBox>("exportRate")->setCurrentIndex(part<QComboBox>("exportRate")->findData(16.0));
        choose("exportSize", 1);
        choose("exportMetadata", int(ExportMetadata::kNone));
        part<QSpinBox>("exportPlays")->setValue(2);
        QTRY_VERIFY(estimate().contains("32 × 32, 36 frames at 16 a second"));
        QTRY_COMPARE(part<QLineEdit>("exportTarget")->text(), folder_.filePath("video.mp4"));
        part<QPushButton>("exportStart")->click();
        QTRY_VERIFY(part<QPushButton>("exportFolder")->isEnabled());
        const auto info = media::probe_video(folder_.filePath("video.mp4").toStdString()).value();
        QCOMPARE(info.width, 32);
        QCOMPARE(info.num_frames, 36);
        QCOMPARE(info.fps, 16.0);
        QVERIFY(!info.metadata.contains("recipe"));
    }

    void rowsThatMeanNothingAreAway() {
        openDialog({makeVideo("clip.mp4")});
        choose("exportFormat", int(ExportFormat::kCopy));
        for (const char* name : {"exportQuality", "exportRate", "exportSize", "exportDraw", "exportPlays"})
            QVERIFY2(!part<QWidget>(name)->isVisible(), name);
        QVERIFY(part<QWidget>("exportMetadata")->isVisible());
        choose("exportFormat", int(ExportFormat::kPng));
        QVERIFY(!part<QWidget>("exportQuality")->isVisible());
        QVERIFY(part<QWidget>("exportSize")->isVisible());
        QVERIFY(!part<QWidget>("exportWidth")->isVisible());
        choose("exportSize", 2);
        QVERIFY(part<QWidget>("exportWidth")->isVisible());
    }

    void aGifPlaysForEverUnlessToldOtherwise() {
        if (!part_available(ExportFormat::kGif)) QSKIP("this build cannot write a GIF");
        openDialog({makeVideo("clip.mp4")});
        choose("exportFormat", int(ExportFormat::kGif));
        part<QSpinBox>("exportPlays")->setValue(0);
        QCOMPARE(part<QSpinBox>("exportPlays")->text(), QString("For ever"));
        QTRY_COMPARE(part<QLineEdit>("exportTarget")->text(), folder_.filePath("clip.gif"));
        choose("exportFormat", int(ExportFormat::kH264));
        QCOMPARE(part<QSpinBox>("exportPlays")->value(), 1);  // a video cannot
    }

    void drawingNeedsAHigherRate() {
        openDialog({makeVideo("clip.mp4")});
        QVERIFY(!part<QCheckBox>("exportDraw")->isEnabled());
        QVERIFY(!part<QCheckBox>("exportDraw")->toolTip().isEmpty());
        if (!can_interpolate().ok()) QSKIP("this build draws no frames");
        part<QComboBox>("exportRate")->setCurrentIndex(part<QComboBox>("exportRate")->findData(8.0));
        part<QCheckBox>("exportDraw")->setChecked(true);
        QTRY_VERIFY(part<QLabel>("exportProblem")->isVisible());
        QVERIFY(!part<QPushButton>("exportStart")->isEnabled());
        part<QComboBox>("exportRate")->setCurrentIndex(part<QComboBox>("exportRate")->findData(16.0));
        QTRY_VERIFY(isReady());
        QVERIFY(!part<QLabel>("exportProblem")->isVisible());
    }

    void aFormatThatIsMissingSaysWhy() {
        real_.formats = [] {
            auto formats = export_formats();
            formats[1].is_available = false;
            formats[1].reason = "libx265 is missing. Install it.";
            return formats;
        };
        openDialog({makeVideo("clip.mp4")});
        real_.formats = export_formats;
        auto* box = part<QComboBox>("exportFormat");
        const int at = box->findData(int(ExportFormat::kHevc));
        QVERIFY(!(box->model()->flags(box->model()->index(at, 0)) & Qt::ItemIsEnabled));
        QCOMPARE(box->itemData(at, Qt::ToolTipRole).toString(), QString("libx265 is missing. Install it."));
    }

    void anOwnNameFollowsTheFormatAndReplacesNothing() {
        openDialog({makeVideo("clip.mp4")});
        QTRY_VERIFY(isReady());
        auto* target = part<QLineEdit>("exportTarget");
        target->clear();
        QTest::keyClicks(target, folder_.filePath("clip.mp4"));
        QTRY_VERIFY(part<QLabel>("exportProblem")->text().contains("its own source"));
        target->clear();
        QFile taken(folder_.filePath("mine.mp4"));
        QVERIFY(taken.open(QIODevice::WriteOnly));
        taken.close();
        QTest::keyClicks(target, folder_.filePath("mine.mp4"));
        QTRY_VERIFY(estimate().contains("mine (2).mp4"));
        if (!part_available(ExportFormat::kGif)) return;
        choose("exportFormat", int(ExportFormat::kGif));
        QCOMPARE(target->text(), folder_.filePath("mine.gif"));
    }

    void stopLeavesNothing() {
        openDialog({makeVideo("long.mp4", 40, 256)});
        part<QSpinBox>("exportPlays")->setValue(100);
        QTRY_VERIFY(isReady());
        part<QPushButton>("exportStart")->click();
        QTRY_VERIFY(part<QProgressBar>("exportProgress")->value() > 0);
        QCOMPARE(part<QPushButton>("exportClose")->text(), QString("Stop"));
        part<QPushButton>("exportClose")->click();
        QTRY_VERIFY(estimate().startsWith("Stopped."));
        QCOMPARE(files(), QStringList{"long.mp4"});
        QVERIFY(dialog_->isVisible());
    }

    void theLoopNeverWaitsAndTwoMayRun() {
        openDialog({makeVideo("long.mp4", 40, 256)});
        ui::ExportDialog other(real_, {makeVideo("other.mp4", 40, 256)}, {});
        other.show();
        QTRY_VERIFY(isReady() && other.findChild<QPushButton*>("exportStart")->isEnabled());
        QSignalSpy told(dialog_.get(), &ui::ExportDialog::told), also(&other, &ui::ExportDialog::told);
        LoopWatchdog watchdog;
        part<QSpinBox>("exportPlays")->setValue(3);
        part<QPushButton>("exportStart")->click();
        other.findChild<QPushButton*>("exportStart")->click();
        QTRY_VERIFY_WITH_TIMEOUT(told.count() == 1 && also.count() == 1, 60000);
        QVERIFY2(watchdog.worstMs() < 500, qPrintable(QString::number(watchdog.worstMs())));  // a busy machine's bound
    }

    void closedWhileItWorksItGoesOn() {
        auto* alone = new ui::ExportDialog(real_, {makeVideo("long.mp4", 40, 256)}, {});
        alone->show();
        auto* start = alone->findChild<QPushButton*>("exportStart");
        QTRY_VERIFY(start->isEnabled() && !alone->findChild<QLabel*>("exportEstimate")->text().isEmpty());
        QSignalSpy told(alone, &ui::ExportDialog::told), gone(alone, &QObject::destroyed);
        start->click();
        alone->close();
        QTRY_COMPARE_WITH_TIMEOUT(told.count(), 1, 30000);
        QTRY_COMPARE(gone.count(), 1);
        QVERIFY(files().contains("long export.mp4"));
    }

    void theWindowsEndEndsTheWork() {
        openDialog({makeVideo("long.mp4", 40, 256)});
        part<QSpinBox>("exportPlays")->setValue(100);
        QTRY_VERIFY(isReady());
        part<QPushButton>("exportStart")->click();
        QTRY_VERIFY(part<QProgressBar>("exportProgress")->value() > 0);
        dialog_.reset();
        QCOMPARE(files(), QStringList{"long.mp4"});
    }

    void severalVideosGoIntoOneFolder() {
        const QStringList videos{makeVideo("a.mp4"), makeVideo("b.mp4"), makeVideo("c.mp4")};
        QDir(folder_.path()).mkdir("out");
        openDialog(videos);
        QCOMPARE(part<QLineEdit>("exportTarget")->accessibleName(), QString("Folder"));
        QTest::keyClicks(part<QLineEdit>("exportTarget"), folder_.filePath("out"));
        QTRY_VERIFY(isReady());
        part<QPushButton>("exportStart")->click();
        QTRY_VERIFY(part<QPushButton>("exportFolder")->isEnabled());
        QCOMPARE(QDir(folder_.filePath("out")).entryList(QDir::Files),
                 (QStringList{"a export.mp4", "b export.mp4", "c export.mp4"}));
    }

    void aVideoThatIsGoneIsToldAndTheOthersStay() {
        const QStringList videos{makeVideo("a.mp4"), folder_.filePath("gone.mp4")};
        openDialog(videos);
        QTRY_VERIFY(isReady());
        part<QPushButton>("exportStart")->click();
        QTRY_VERIFY(part<QLabel>("exportProblem")->isVisible());
        QVERIFY(!part<QLabel>("exportProblem")->text().isEmpty());
        QVERIFY(files().contains("a export.mp4"));
    }

    void choicesAreRemembered() {
        const QString memory = folder_.filePath("export.ini");
        openDialog({makeVideo("clip.mp4")}, memory);
        choose("exportFormat", int(ExportFormat::kPng));
        choose("exportSize", 1);
        QTRY_VERIFY(isReady());
        part<QPushButton>("exportStart")->click();
        QTRY_VERIFY(part<QPushButton>("exportFolder")->isEnabled());
        openDialog({makeVideo("clip.mp4")}, memory);
        QCOMPARE(part<QComboBox>("exportFormat")->currentData().toInt(), int(ExportFormat::kPng));
        QCOMPARE(part<QComboBox>("exportSize")->currentData().toInt(), 1);
        QFile broken(memory);
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("[General]\nformat=elephant\nsize=99\nrate=@Invalid()\nplays=-4\n");
        broken.close();
        openDialog({makeVideo("clip.mp4")}, memory);
        QTRY_VERIFY(isReady());
        QCOMPARE(part<QComboBox>("exportFormat")->currentData().toInt(), int(ExportFormat::kH264));
    }

    void everythingHasANameForAScreenReader() {
        openDialog({makeVideo("clip.mp4")});
        for (QWidget* widget : dialog_->findChildren<QWidget*>()) {
            const bool is_used = qobject_cast<QComboBox*>(widget) || qobject_cast<QAbstractSpinBox*>(widget) ||
                                 qobject_cast<QProgressBar*>(widget) ||
                                 (qobject_cast<QLineEdit*>(widget) && widget->objectName() != "qt_spinbox_lineedit");
            if (!is_used) continue;
            QVERIFY(!widget->accessibleName().isEmpty());
            QVERIFY(!widget->objectName().isEmpty());
        }
    }

    void theHistoryOpensIt() {
        reset();
        open();
        finish(generate());
        QTRY_COMPARE(historyCount(), 1);
        auto* on_stage = window_->findChild<ui::StageController*>();
        QVERIFY(on_stage);
        Q_EMIT on_stage->actions().exportWanted({"/videos/1.mp4"});
        auto* dialog = window_->findChild<ui::ExportDialog*>();
        QVERIFY(dialog && dialog->isVisible());
    }

    void aRecipeNamesWhatIsMissingAndTheWayToIt() {
        reset();
        backend_.read_recipe = [](const std::filesystem::path&) -> Result<Recipe> {
            Recipe recipe;
            recipe.request = requestFor("from afar");
            recipe.missing = {{"model", "far-model", "turbo-1", false}, {"image", "cat.png", {}, true}};
            return recipe;
        };
        open();
        window_->session().readRecipe(QStringLiteral("/videos/afar.mp4"));
        QTRY_VERIFY(window_->findChild<ui::MissingBox*>());
        auto* box = window_->findChild<ui::MissingBox*>();
        QVERIFY(box->text().contains("afar.mp4"));
        QVERIFY(box->informativeText().contains("far-model"));
        QVERIFY(box->informativeText().contains("turbo-1"));
        QVERIFY(box->informativeText().contains("cat.png: the file is there, but it is another picture now."));
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("from afar"));
        box->findChild<QPushButton*>("missingModels")->click();
        QTRY_VERIFY(window_->findChild<QDialog*>("modelsDialog"));
        backend_.read_recipe = [](const std::filesystem::path&) -> Result<Recipe> { return Recipe{}; };
    }

    void withNothingMissingNothingAsks() {
        reset();
        open();
        window_->session().readRecipe(QStringLiteral("/videos/here.mp4"));
        QTRY_COMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("from a recipe"));
        QVERIFY(!window_->findChild<ui::MissingBox*>());
    }

  private:
    static bool part_available(ExportFormat format) {
        for (const ExportFormatInfo& info : export_formats())
            if (info.format == format) return info.is_available;
        return false;
    }
};

STUDIO_GUI_TEST(ExportTest)
#include "export_test.moc"
