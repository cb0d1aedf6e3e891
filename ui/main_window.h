// ui/main_window.h - the window: where the parts sit and how they hang together. Work is done by Session and the
// engine.
#pragma once
#include <QDialog>
#include <QElapsedTimer>
#include <QHash>
#include <QLabel>
#include <QMenu>
#include <QPointer>
#include <QSplitter>
#include <QTabWidget>
#include <QWidget>
#include <optional>

#include "ui/actions.h"
#include "ui/desktop/draft.h"
#include "ui/desktop/opening.h"
#include "ui/desktop/window_state.h"
#include "ui/housekeeping.h"
#include "ui/preferences_store.h"
#include "ui/create_controller.h"
#include "ui/session.h"
#include "ui/sheet_controller.h"
#include "ui/stage_controller.h"
#include "ui/widgets/error_panel.h"
#include "ui/widgets/history_panel.h"
#include "ui/widgets/progress_panel.h"
#include "ui/widgets/prompt_panel.h"
#include "ui/widgets/queue_panel.h"
#include "ui/widgets/stage_view.h"
#include "ui/widgets/top_bar.h"

namespace studio::ui {

class Presence;

struct WindowOptions {
    QString prompt;      // to begin with
    std::string model;   // --model; empty: the first one that is complete
    std::string output;  // folder or file for videos; empty: what the settings say
    std::string default_output;  // when they say nothing; empty: the engine's choice
    QStringList files;   // videos, recipes and pictures to open at the start
    bool generate_at_once = false;
    PreferencesStore* preferences = nullptr;  // must outlive the window; null: one in memory
    std::filesystem::path state_folder;       // for places, sizes and the draft; empty: nothing is kept
};

/// Closing stops the engine in the background and then emits `closed`; the window says so meanwhile and never freezes.
/// A second close while it stops hides the window at once. While a video is being made, closing asks first (see
/// QuitQuestion); what waits in the queue is kept anyway.
/// Threads   GUI thread.
class MainWindow : public QWidget {
    Q_OBJECT
  public:
    explicit MainWindow(Backend backend, WindowOptions options = {}, QWidget* parent = nullptr);

    /// Build the engine and look for models. Call after the window is shown, so that it is there first.
    void start();
    Session& session() { return session_; }
    Actions& actions() { return *actions_; }
    PreferencesStore& preferences() { return *preferences_; }
    Housekeeping& house() { return *house_; }

    /// What a start of the program asks for: show these files' settings, take this prompt.
    void open(const Opening& opening);
    /// Before all other windows, as far as the desktop allows it. `token`: its permission, may be empty.
    void bringToFront(const QString& token = {});
    /// Close without a question and without losing anything: the session of the computer ends.
    void endSession();
    /// All panels at their first places and sizes.
    void resetLayout();

    QSize sizeHint() const override { return {1280, 800}; }

  Q_SIGNALS:
    /// The end has begun: nothing more can be opened in this window.
    void closing();
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
    QWidget* makeCentre();
    QWidget* makeJobsPanel();
    QWidget* makeStatusLine();
    void makeCommands();
    void makeDialogCommands();
    void keepState();
    void connectDesktop();
    void connectSession();
    void connectStage();
    void connectResults();

    void connectJobs();
    QMenu* makeMenu();
    void openRecipe();
    void showAbout();
    void cancelRunning();
    void paste();
    bool take(const QMimeData& offered);
    void openFile(const QString& path);

    void askBeforeClosing();
    void finishInBackground();
    void stopEngine();
    QByteArray draft();
    void restoreDraft();
    void restoreDraftSettings();

    void generate(bool is_first = false);
    Result<GenerationRequest> wantedRequest();
    void makeSheet();
    void finishEditing();
    void showQueueCount();
    void onRecovered(const store::Recovery& recovery);
    void beginEditing(const store::JobRecord& job);
    void reuse(const GenerationRequest& request);
    void onState(Session::State state);
    void onModels(const std::vector<ModelInfo>& models);
    void onModel(const ModelInfo& model);
    void onFailed(const Error& error, const QString& latents_path);

    WindowOptions options_;
    Session session_;
    PreferencesStore* preferences_;
    Housekeeping* house_ = nullptr;  // models, downloads, settings, first start
    Actions* actions_;

    TopBar* top_bar_;
    PromptPanel* create_;
    CreateController* on_create_;
    StageView* stage_;
    StageController* on_stage_;
    SheetController* sheet_;
    ProgressPanel* progress_;
    ErrorPanel* error_;
    QTabWidget* jobs_;
    QueuePanel* queue_;
    HistoryPanel* history_;
    QLabel* engine_text_;
    QLabel* last_text_;
    std::optional<JobId> edited_;  // a waiting job whose settings are in the create panel
    QLabel* stopping_cover_;
    QSplitter* panels_;
    QHash<QString, QPointer<QDialog>> dialogs_;  // of commands, by id
    QElapsedTimer running_since_;                // of the running job; invalid: none
    bool ends_after_job_ = false;                // hidden; the program ends with the running job
    Presence* presence_;
    std::unique_ptr<WindowState> window_state_;
    std::unique_ptr<DraftKeeper> draft_keeper_;
    std::optional<Draft> draft_;  // of the last run, until models are listed
};

}  // namespace studio::ui
