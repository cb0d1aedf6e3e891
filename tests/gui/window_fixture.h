// tests/gui/window_fixture.h - the real window over a scripted engine, its widgets found by object name.
#pragma once
#include <QAbstractButton>
#include <QAccessible>
#include <QClipboard>
#include <QDir>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSlider>
#include <QToolButton>
#include <thread>

#include "fake_engine.h"
#include "gui_test.h"
#include "ui/main_window.h"

namespace studio::test {

class WindowFixture : public QObject {
  protected:
    Script script_;
    ui::Backend backend_;
    std::unique_ptr<ui::MainWindow> window_;

    template <class W = QWidget>
    W* find(const char* name) {
        auto* widget = window_->findChild<W*>(QLatin1String(name));
        if (!widget) qFatal("no widget is named %s", name);
        return widget;
    }
    QString text(const char* label) { return find<QLabel>(label)->text(); }
    void open(ui::WindowOptions options = {}) {
        window_ = std::make_unique<ui::MainWindow>(backend_, std::move(options));
        window_->resize(1280, 800);
        window_->show();
        window_->start();
        QTRY_COMPARE(text("engineText"), QString("Ready"));
        QTRY_VERIFY(find<QComboBox>("modelPicker")->count() > 0);
    }
    static ui::WindowOptions withOutput(const std::string& output) {
        ui::WindowOptions options;
        options.output = output;
        return options;
    }
    void type(const QString& prompt) { find<QPlainTextEdit>("promptEdit")->setPlainText(prompt); }
    void press(const char* button) { QTest::mouseClick(find<QAbstractButton>(button), Qt::LeftButton); }
    /// Generate and wait until the engine has the job; its id.
    JobId generate(const QString& prompt = "a star") {
        const std::size_t before = script_->submitCount();
        type(prompt);
        press("generateButton");
        if (!QTest::qWaitFor([&] { return script_->submitCount() == before + 1 && window_->session().currentJob(); }))
            qFatal("the job did not reach the engine");
        script_->events.push(started(JobId(before + 1), script_->lastRequest()));
        return JobId(before + 1);
    }
    void finish(JobId id) {
        const JobFinished event = finished(id, script_->lastRequest());
        script_->end(id, store::JobState::kFinished, event.result.resolved.request.to_json());
        script_->events.push(event);
    }
    /// Videos and other ends that the history shows.
    int historyCount() { return window_->session().history().rowCount(); }
    ui::StageView* stage() { return find<ui::StageView>("stage"); }

    void reset() {
        script_ = std::make_shared<EngineScript>();
        backend_ = makeBackend(script_);
    }
};

}  // namespace studio::test
