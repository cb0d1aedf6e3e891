// The create panel beyond the prompt: pictures, the fit line, variations, the negative prompt, dropped recipes.
#include <QDropEvent>
#include <QMimeData>
#include <QSpinBox>
#include <QTemporaryDir>
#include <set>

#include "ui/widgets/image_well.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;
using ui::ImageWell;

class CreateTest : public WindowFixture {
    Q_OBJECT

    void openImageModel(const std::string& kind = "image-to-video") {
        backend_.list_models = [kind] {
            ModelInfo model = demoModel();
            model.kind = kind;
            return std::vector<ModelInfo>{model};
        };
        open();
    }
    void drop(QWidget* widget, const QList<QUrl>& urls) {
        QMimeData data;
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(widget, &enter);  // Qt drops only where a drag has entered
        QDropEvent event(QPointF(5, 5), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QApplication::sendEvent(widget, &event);
    }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void aTextModelShowsNoWells() {
        open();
        QVERIFY(!find("startWell")->isVisible());
        drop(window_.get(), {QUrl::fromLocalFile("/pictures/cat.png")});
        QVERIFY(text("promptHint").contains("text alone"));
    }

    void aDroppedPictureReachesTheEngine() {
        openImageModel();
        QVERIFY(find("startWell")->isVisible());
        QVERIFY(!find("endWell")->isVisible());
        drop(window_.get(), {QUrl::fromLocalFile("/pictures/cat 猫.png"), QUrl::fromLocalFile("/pictures/dog.png")});
        QTRY_COMPARE(find<ImageWell>("startWell")->imageSize(), QSize(640, 320));
        QVERIFY(find("fitBox")->isVisible());
        find<QComboBox>("fitBox")->setCurrentIndex(1);
        generate("");  // a picture alone is enough
        QCOMPARE(QString::fromStdString(script_->lastRequest().image), QString("/pictures/cat 猫.png"));
        QCOMPARE(script_->lastRequest().image_fit, std::string("crop"));
    }

    void firstAndLastPicture() {
        openImageModel("first-last-frame-to-video");
        drop(window_.get(), {QUrl::fromLocalFile("/a.png")});
        drop(window_.get(), {QUrl::fromLocalFile("/b.png")});
        generate("x");
        QCOMPARE(script_->lastRequest().image, std::string("/a.png"));
        QCOMPARE(script_->lastRequest().end_image, std::string("/b.png"));
    }

    void aBrokenPictureIsSaidInTheWell() {
        openImageModel();
        auto* well = find<ImageWell>("startWell");
        drop(well, {QUrl::fromLocalFile("/pictures/broken.png")});
        QTRY_VERIFY(well->hasProblem());
        QVERIFY(well->accessibleDescription().contains("damaged"));
        QTest::keyClick(well, Qt::Key_Delete);
        QVERIFY(well->path().isEmpty());
        QVERIFY(!well->hasProblem());
    }

    void nothingIsFetched() {
        openImageModel();
        auto* well = find<ImageWell>("startWell");
        drop(well, {QUrl("https://example.com/cat.png")});
        QVERIFY(well->path().isEmpty());
        drop(well, {QUrl("file://server/share/cat.png")});
        QVERIFY(well->path().isEmpty());
        QMimeData pasted;
        pasted.setUrls({QUrl("https://example.com/cat.png")});
        well->take(&pasted);
        QVERIFY(well->path().isEmpty());
        QVERIFY(well->hasProblem());
    }

    void aPastedBitmapBecomesAFileOnce() {
        QTemporaryDir home;
        qputenv("STUDIO_HOME", home.path().toUtf8());
        openImageModel();
        auto* well = find<ImageWell>("startWell");
        QImage bitmap(8, 8, QImage::Format_RGB32);
        bitmap.fill(Qt::red);
        QMimeData data;
        data.setImageData(bitmap);
        well->take(&data);
        const QString first = well->path();
        QVERIFY(QFileInfo(first).size() > 0);
        well->take(&data);
        QCOMPARE(well->path(), first);
        qunsetenv("STUDIO_HOME");
    }

    void theFitLineOffersWhatFits() {
        open();
        QTRY_VERIFY(find("fitLine")->isVisible());
        QVERIFY2(text("fitText").startsWith("Fits: needs about 5.1 GB of 8.0 GB"), qPrintable(text("fitText")));
        QVERIFY(!find("fitButton")->isVisible());
        find<QSlider>("lengthSlider")->setValue(10);  // 41 frames
        QTRY_VERIFY(text("fitText").startsWith("Does not fit"));
        QCOMPARE(find<QPushButton>("fitButton")->text(), QString("Use 25 frame(s)"));
        press("fitButton");
        QCOMPARE(find<QSlider>("lengthSlider")->value(), 6);
        QTRY_VERIFY(text("fitText").startsWith("Fits"));
    }

    void variationsAreSeparateJobsWithTheirOwnSeeds() {
        open();
        find<QSpinBox>("variationsBox")->setValue(3);
        find<QLineEdit>("seedEdit")->setText("40");
        type("a star");
        press("generateButton");
        QTRY_COMPARE(script_->submitCount(), std::size_t(3));
        std::set<std::int64_t> seeds;
        for (const auto& request : script_->submitted)
            seeds.insert(request.seed);
        QCOMPARE(seeds, (std::set<std::int64_t>{40, 41, 42}));
    }

    void theNegativePromptIsThereWhereItActs() {
        open();
        QVERIFY(find("negativeEdit")->isVisibleTo(window_.get()));
        find<QPlainTextEdit>("negativeEdit")->setPlainText("blurry");
        generate();
        QCOMPARE(script_->lastRequest().negative_prompt, std::string("blurry"));
        window_.reset();
        reset();
        backend_.list_models = [] {
            ModelInfo model = demoModel();
            model.defaults["guidance"] = 1.0;
            return std::vector<ModelInfo>{model};
        };
        open();
        QVERIFY(!find("negativeEdit")->isVisibleTo(window_.get()));
        QVERIFY(find("negativeReason")->isVisibleTo(window_.get()));
        generate();
        QCOMPARE(script_->lastRequest().negative_prompt, std::string());
    }

    void aDroppedVideoBringsItsSettingsBack() {
        open();
        drop(window_.get(), {QUrl::fromLocalFile("/videos/old.mp4")});
        QTRY_COMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("from a recipe"));
        QCOMPARE(find<QLineEdit>("seedEdit")->text(), QString("99"));
        QVERIFY(text("promptHint").contains("old.mp4"));
    }

    void aVideoWithoutARecipeIsSaid() {
        backend_.read_recipe = [](const std::filesystem::path& path) -> Result<Recipe> {
            return Error{ErrorCode::kUnsupported, "No recipe is inside.", path.string(), {}, "Type the prompt.", {}};
        };
        open();
        drop(window_.get(), {QUrl::fromLocalFile("/videos/other.mp4")});
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QVERIFY(text("errorMessage").contains("No recipe is inside."));
    }
};

STUDIO_GUI_TEST(CreateTest)
#include "create_test.moc"
