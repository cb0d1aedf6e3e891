// Pictures of the window on a real X server (xvfb-run): the right size, not blank, and kept for people to look at.
#include <QDir>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <cmath>

#include "fake_engine.h"
#include "gui_test.h"
#include "ui/language.h"
#include "ui/main_window.h"

using namespace studio;
using namespace studio::test;

namespace {

/// A star on a night sky, so that the pictures look like the program at work.
Frame scene(int index, int count, int side, double noise) {
    QImage image(side, side, QImage::Format_RGB888);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    QLinearGradient sky(0, 0, 0, side);
    sky.setColorAt(0, QColor(8, 10, 38));
    sky.setColorAt(1, QColor(44, 46, 110));
    painter.fillRect(image.rect(), sky);
    painter.translate(side / 2.0, side / 2.0 + side * 0.06 * std::sin(6.283 * index / count));
    painter.rotate(72.0 * index / count);
    QPolygonF star;
    for (int i = 0; i < 10; ++i) {
        const double radius = side * (i % 2 ? 0.15 : 0.33), angle = 3.14159 * i / 5;
        star << QPointF(radius * std::sin(angle), -radius * std::cos(angle));
    }
    painter.setPen(QPen(QColor(140, 100, 10), side * 0.02, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(QColor(255, 222, 48));
    painter.drawPolygon(star);
    painter.end();
    Frame frame{side, side, index, {}};
    std::uint32_t state = 1;
    for (int y = 0; y < side; ++y)
        for (int x = 0; x < side * 3; ++x) {
            state = state * 1664525u + 1013904223u;
            const double value = image.constScanLine(y)[x] * (1 - noise) + double(state >> 24) * noise;
            frame.rgb.push_back(std::uint8_t(value));
        }
    return frame;
}

Preview scenePreview(JobId id, int step) {
    auto frames = std::make_shared<std::vector<Frame>>();
    for (int i = 0; i < 5; ++i)
        frames->push_back(scene(i, 5, 16, 0.7 - 0.2 * step));
    return {id, step, frames};
}

}  // namespace

class ScreenshotTest : public QObject {
    Q_OBJECT

    Script script_;
    std::unique_ptr<ui::MainWindow> window_;
    QDir folder_;

    void shoot(const QString& state) {
        QTest::qWait(60);
        const QImage shot = window_->grab().toImage();
        const qreal scale = shot.devicePixelRatio();
        QCOMPARE(QSizeF(shot.size()) / scale, QSizeF(1280, 800));
        QSet<QRgb> colours;
        for (int y = 0; y < shot.height(); y += 7)
            for (int x = 0; x < shot.width(); x += 7)
                colours.insert(shot.pixel(x, y));
        QVERIFY2(colours.size() > 20, "the window is blank");
        const QString file = folder_.filePath(QString("%1-%2.png").arg(QTest::currentDataTag(), state));
        QVERIFY(shot.save(file));
    }
    void generate(const QString& prompt) {
        const std::size_t before = script_->submitCount();
        window_->findChild<QPlainTextEdit*>("promptEdit")->setPlainText(prompt);
        window_->findChild<QPushButton*>("generateButton")->click();
        QTRY_COMPARE(script_->submitCount(), before + 1);
        QTRY_VERIFY(window_->session().currentJob());
        script_->events.push(started(before + 1, script_->lastRequest()));
    }

    void finish(JobId id) {
        std::unique_lock lock(script_->mutex);
        const JobFinished event = finished(id, script_->submitted.at(std::size_t(id) - 1));
        lock.unlock();
        script_->end(id, store::JobState::kFinished, event.result.resolved.request.to_json());
        script_->events.push(event);
        script_->events.push(QueueChanged{});
    }
    /// A contact sheet half-way, two videos compared, and the small pictures over the timeline.
    void shootTheRest() {
        window_->findChild<ui::ErrorPanel*>("errorPanel")->hide();
        window_->actions().find("create.sheet")->trigger();
        auto& sheet = window_->findChild<ui::SheetController*>()->model();
        QTRY_COMPARE(sheet.rowCount(), 4);
        finish(3);
        finish(4);
        QTRY_VERIFY(sheet.hasFinal(3) && sheet.hasFinal(4));
        auto* grid = window_->findChild<QListView*>("sheetGrid");
        grid->setCurrentIndex(grid->model()->index(0, 0));
        shoot("5-sheet");
        auto* stage = window_->findChild<ui::StageView*>("stage");
        const auto clip = [](double noise) {
            std::vector<Frame> frames;
            for (int i = 0; i < 17; ++i)
                frames.push_back(scene(i, 17, 256, noise));
            return ui::make_film_strip(std::move(frames), 8).value();
        };
        stage->showPair(clip(0), "seed 77", clip(0.3), "seed 78");
        stage->player().pause();
        shoot("6-compare");
        stage->showClip(clip(0), "seed 77");
        stage->player().pause();
        auto* timeline = window_->findChild<ui::Timeline*>("timeline");
        Q_EMIT timeline->hovered(9, timeline->xOf(9));  // a real pointer may lie there already and send nothing
        QTRY_VERIFY(stage->strip().isVisible());
        shoot("7-scrub");
    }

  private Q_SLOTS:
    void initTestCase() {
        const QString place = qEnvironmentVariable("STUDIO_SHOT_DIR", QDir::temp().filePath("turbo-studio-shots"));
        folder_ = QDir(place);
        QVERIFY(folder_.mkpath("."));
    }
    void init() { script_ = std::make_shared<EngineScript>(); }
    void cleanup() { window_.reset(); }

    void pictures_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<bool>("is_dark");
        QTest::newRow("en-dark") << "en" << true;
        QTest::newRow("en-light") << "en" << false;
        QTest::newRow("zh-dark") << "zh_CN" << true;
        QTest::newRow("zh-light") << "zh_CN" << false;
    }
    void pictures() {
        QFETCH(QString, language);
        QFETCH(bool, is_dark);
        ui::applyAppearance(*qApp, is_dark ? ui::Appearance::kDark : ui::Appearance::kLight);
        ui::installLanguage(*qApp, language);
        auto backend = makeBackend(script_);
        backend.read_clip = [](const std::filesystem::path&) -> Result<Clip> {
            Clip clip{8, {}};
            for (int i = 0; i < 17; ++i)
                clip.frames.push_back(scene(i, 17, 128, 0));
            return clip;
        };
        window_ = std::make_unique<ui::MainWindow>(backend);
        window_->resize(1280, 800);
        window_->show();
        window_->start();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        QTRY_VERIFY(window_->findChild<QPushButton*>("exampleChip"));
        shoot("1-empty");
        const QString prompt = language == "en" ? "a yellow star spins in the night sky" : "一颗黄色的星星在夜空中旋转";
        generate(prompt);
        script_->events.push(progress(1, Stage::kDenoise, 2, 4, 0.45, 6.0));
        script_->events.push(scenePreview(1, 2));
        QTRY_VERIFY(window_->findChild<ui::StageView*>("stage")->player().frameCount() == 5);
        shoot("2-running");
        QSignalSpy playing(window_.get(), &ui::MainWindow::resultPlaying);
        finish(1);
        QTRY_COMPARE(playing.size(), 1);
        QTest::qWait(500);
        shoot("3-playing");
        generate(prompt);
        script_->events.push(JobFailed{2,
                                       Error{ErrorCode::kOutOfMemory,
                                             "Decoding needs 6.2 GB, and 3.1 GB are free.",
                                             {},
                                             {},
                                             "Close other programs, or choose a smaller size or a shorter video.",
                                             {}},
                                       {}});
        QTRY_VERIFY(window_->findChild<ui::ErrorPanel*>("errorPanel")->isVisible());
        shoot("4-error");
        shootTheRest();
    }
};

STUDIO_GUI_TEST(ScreenshotTest)
#include "screenshot_test.moc"
