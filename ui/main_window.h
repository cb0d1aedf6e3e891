// ui/main_window.h - the window: where the parts sit and how they hang together. Work is done by Session and the
// engine.
#pragma once
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QShortcut>
#include <QTabWidget>
#include <QWidget>
#include <optional>

#include "ui/session.h"
#include "ui/stage_controller.h"
#include "ui/widgets/error_panel.h"
#include "ui/widgets/history_panel.h"
#include "ui/widgets/progress_panel.h"
#include "ui/widgets/prompt_panel.h"
#include "ui/widgets/queue_panel.h"
#include "ui/widgets/stage_view.h"

namespace studio::ui {

struct WindowOptions {
    QString prompt;      // to begin with
    std::string model;   // --model; empty: the first one that is complete
    std::string output;  // folder or file for videos; empty: the engine's choice
    QString recipe;      // a video or recipe whose settings are shown at the start
    bool generate_at_once = false;
};

/// Closing stops the engine in the background and then emits `closed`; the window says so meanwhile and never freezes.
/// A second close while it stops hides the window at once.
/// Threads   GUI thread.
class MainWindow : public QWidget {
    Q_OBJECT
  public:
    explicit MainWindow(Backend backend, WindowOptions options = {}, QWidget* parent = nullptr);

    /// Build the engine and look for models. Call after the window is shown, so that it is there first.
    void start();
    Session& session() { return session_; }

    QSize sizeHint() const override { return {1280, 800}; }

  Q_SIGNALS:
    /// The engine is gone and the window hidden: the program may end.
    void closed();
    /// A finished video has begun to play.
    void resultPlaying();
    void failed(const studio::Error& error);

  protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

  private:
    QWidget* makeTopBar();
    QWidget* makeCentre();
    QWidget* makeJobsPanel();
    QWidget* makeStatusLine();
    void makeShortcuts();
    void connectSession();
    void connectStage();

    void connectJobs();
    QMenu* makeMenu();
    void openRecipe();
    void showAbout();

    void generate(bool is_first = false);
    Result<GenerationRequest> wantedRequest();
    void finishEditing();
    void showQueueCount();
    void onRecovered(const store::Recovery& recovery);
    void beginEditing(const store::JobRecord& job);
    void reuse(const GenerationRequest& request);
    void onState(Session::State state);
    void onModels(const std::vector<ModelInfo>& models);
    void onModelPicked(int index);
    void onFailed(const Error& error, const QString& latents_path);

    WindowOptions options_;
    Session session_;
    std::vector<ModelInfo> models_;

    QComboBox* model_picker_;
    PromptPanel* create_;
    StageView* stage_;
    StageController* on_stage_;
    ProgressPanel* progress_;
    ErrorPanel* error_;
    QTabWidget* jobs_;
    QueuePanel* queue_;
    HistoryPanel* history_;
    QLabel* engine_text_;
    QLabel* last_text_;
    std::optional<JobId> edited_;  // a waiting job whose settings are in the create panel
    QLabel* stopping_cover_;
    QShortcut* cancel_key_;
};

}  // namespace studio::ui
