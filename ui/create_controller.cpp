#include "ui/create_controller.h"

#include "ui/actions.h"
#include "ui/preferences_store.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kPromptsKept = 200;                          // that Alt+Up walks through
constexpr const char* kOpenKey = "general.advanced_open";  // the create panel's Advanced part
}  // namespace

CreateController::CreateController(Session& session, TopBar& top_bar, PromptPanel& panel, Actions& actions,
                                   PreferencesStore& preferences, QObject* parent)
    : QObject(parent), session_(session), top_bar_(top_bar), panel_(panel), preferences_(preferences) {
    presets_ = new PresetButton(session.backend(), [this] { return panel_.settings(); });
    chip_ = new GpuChip;
    top_bar_.addChoice(presets_);
    top_bar_.addState(chip_);
    connectTopBar();
    connectPanel();
    addCommands(actions);
    panel_.advanced().setOpen(preferences_.isOn(kOpenKey));
    connect(&panel_.advanced(), &AdvancedForm::openChanged, this, [this](bool is_open) {
        static_cast<void>(
            preferences_.set(QString::fromLatin1(kOpenKey), is_open ? QStringLiteral("on") : QStringLiteral("off")));
    });
}

void CreateController::connectTopBar() {
    connect(&top_bar_, &TopBar::modelChanged, this, [this](const ModelInfo& model) {
        panel_.setModel(model, top_bar_.modelPath());
        panel_.setTakesImages(top_bar_.mode() == CreateMode::kImage || model.kind != "text-image-to-video");
        presets_->setModel(model);
    });
    connect(&top_bar_, &TopBar::modeChanged, this, [this](CreateMode mode) {
        const ModelInfo* model = top_bar_.model();
        panel_.setTakesImages(mode == CreateMode::kImage || !model || model->kind != "text-image-to-video");
    });
    connect(&top_bar_, &TopBar::refused, &panel_, &PromptPanel::setNotice);
}

void CreateController::connectPanel() {
    connect(&panel_, &PromptPanel::settingsChanged, presets_, &PresetButton::refresh);
    connect(presets_, &PresetButton::taken, this, [this](const GenerationRequest& request, const QString& left_out) {
        panel_.setSettings(request);
        panel_.setNotice(left_out);
    });
    connect(presets_, &PresetButton::noticed, &panel_, &PromptPanel::setNotice);
    connect(&panel_.promptBox(), &PromptBox::promptsWanted, this, &CreateController::readPrompts);
    connect(&session_, &Session::jobStarted, this,
            [this](const JobStarted& event) { panel_.seeds().setLast(event.resolved.request.seed); });
    connect(&panel_.fitLine(), &FitLine::answered, this,
            [this](const Fit& fit) { chip_->setFreeMemory(fit.memory.free_device); });
    connect(chip_, &GpuChip::found, this, [this] { panel_.advanced().setHasGpu(chip_->hasGpu()); });
}

void CreateController::addCommands(Actions& actions) {
    const auto add = [&](const char* id, const char* text, const QList<QKeySequence>& keys, std::function<void()> run) {
        actions.add(Command{id, text, "", keys, ActionPlace::kWindow}, std::move(run));
    };
    add("create.text_mode", QT_TRANSLATE_NOOP("Actions", "Text to video"), {Qt::CTRL | Qt::Key_1},
        [this] { top_bar_.chooseMode(CreateMode::kText); });
    add("create.image_mode", QT_TRANSLATE_NOOP("Actions", "Image to video"), {Qt::CTRL | Qt::Key_2},
        [this] { top_bar_.chooseMode(CreateMode::kImage); });
    add("create.older_prompt", QT_TRANSLATE_NOOP("Actions", "Earlier prompt"), {Qt::ALT | Qt::Key_Up},
        [this] { panel_.promptBox().showOlder(); });
    add("create.newer_prompt", QT_TRANSLATE_NOOP("Actions", "Later prompt"), {Qt::ALT | Qt::Key_Down},
        [this] { panel_.promptBox().showNewer(); });
    connect(chip_, &GpuChip::clicked, this, [&actions] {
        if (QAction* doctor = actions.find(QStringLiteral("view.doctor"))) doctor->trigger();
    });
}

void CreateController::start() {
    chip_->look(session_.backend());
    presets_->load();
}

/// Those that wait are newer than those that have ended.
void CreateController::readPrompts() {
    QStringList waiting;
    for (int row = session_.queue().rowCount() - 1; row >= 0; --row)
        waiting << fromUtf8(session_.queue().at(row)->draft.prompt);
    store::HistoryQuery query;
    query.limit = kPromptsKept;
    session_.findAll(query, [this, waiting](Result<std::vector<store::JobRecord>> records) {
        QStringList prompts = waiting;
        if (records.ok())
            for (const store::JobRecord& record : *records)
                prompts << fromUtf8(record.draft.prompt);
        panel_.promptBox().setPrompts(prompts);
    });
}

bool CreateController::takeImage(const QMimeData* offered) {
    if (panel_.takeImage(offered)) return true;
    return top_bar_.chooseMode(CreateMode::kImage) && panel_.takeImage(offered);
}

}  // namespace studio::ui
