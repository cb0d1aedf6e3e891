#include "ui/widgets/prompt_panel.h"

#include <QScrollArea>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kPanelWidth = 360, kMinWidth = 320, kMaxWidth = 560;
}

PromptPanel::PromptPanel(const Backend& backend, QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("createPanel"));
    setMinimumWidth(kMinWidth);
    setMaximumWidth(kMaxWidth);
    resize(kPanelWidth, height());
    auto* scroll = new QScrollArea;
    scroll->setObjectName(QStringLiteral("createScroll"));
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(makeForm(backend));
    scroll->viewport()->setAutoFillBackground(false);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll, 1);
    layout->addWidget(makeFooter());
    setState(Session::State::kIdle);
}

QWidget* PromptPanel::makeForm(const Backend& backend) {
    auto* form = new QWidget;
    form->setObjectName(QStringLiteral("createForm"));
    auto* layout = new QVBoxLayout(form);
    layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    prompt_ = new PromptBox(backend);
    images_ = new ImageForm(backend);
    settings_ = new SettingsForm;
    advanced_ = new AdvancedForm(backend.settings);
    fit_ = new FitLine(backend);
    layout->addWidget(prompt_);
    layout->addWidget(images_);
    layout->addSpacing(kGrid);
    layout->addWidget(settings_);
    makeNegativeRow(layout);
    layout->addSpacing(kGrid);
    layout->addWidget(advanced_);
    layout->addStretch();
    connectForm();
    return form;
}

/// Two prompts of which models distilled to work without guidance use one only; then one line says why.
void PromptPanel::makeNegativeRow(QVBoxLayout* layout) {
    negative_ = new PromptEdit;
    negative_->setObjectName(QStringLiteral("negativeEdit"));
    negative_->setAccessibleName(tr("Negative prompt"));
    negative_->setPlaceholderText(tr("The model's own"));
    negative_->setToolTip(tr("What should not be seen. Empty: what the model's makers recommend."));
    negative_->setFixedHeight(7 * kGrid);
    negative_label_ = new QLabel(tr("&Negative prompt"));
    negative_label_->setProperty("role", "label");
    negative_label_->setBuddy(negative_);
    negative_reason_ = new QLabel(tr("This model needs no guidance; a negative prompt would have no effect."));
    negative_reason_->setObjectName(QStringLiteral("negativeReason"));
    negative_reason_->setProperty("role", "hint");
    negative_reason_->setWordWrap(true);
    layout->addWidget(negative_label_);
    layout->addWidget(negative_);
    layout->addWidget(negative_reason_);
}

void PromptPanel::connectForm() {
    connect(images_, &ImageForm::changed, this, &PromptPanel::onChanged);
    connect(settings_, &SettingsForm::changed, this, &PromptPanel::onChanged);
    connect(advanced_, &AdvancedForm::changed, this, &PromptPanel::onChanged);
    connect(fit_, &FitLine::changeWanted, this, &PromptPanel::setSettings);
}

void PromptPanel::onChanged() {
    updateParts();
    askFit();
    Q_EMIT settingsChanged();
}

/// Parts of the panel that depend on each other.
void PromptPanel::updateParts() {
    GenerationRequest chosen;
    advanced_->fill(chosen);
    settings_->setFps(chosen.fps.value_or(0));
    settings_->sizes().setFollowed(images_->followedSize());
    const bool is_guided = advanced_->isGuided();
    negative_label_->setVisible(is_guided);
    negative_->setVisible(is_guided);
    negative_reason_->setVisible(!is_guided);
}

/// Whether it fits depends on everything but the words.
void PromptPanel::askFit() {
    auto wanted = settings();
    if (!wanted) return;
    wanted->prompt.assign(1, 'x');
    wanted->model = model_path_;
    fit_->ask(*wanted);
}

std::optional<GenerationRequest> PromptPanel::settings() const {
    GenerationRequest wanted;
    images_->fill(wanted);
    advanced_->fill(wanted);
    if (!settings_->fill(wanted).ok()) return std::nullopt;
    return wanted;
}

QWidget* PromptPanel::makeFooter() {
    auto* footer = new QWidget;
    auto* column = new QVBoxLayout(footer);
    column->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 2 * kGrid);
    column->setSpacing(kGrid);
    column->addWidget(fit_);
    auto* layout = new QHBoxLayout;
    layout->setSpacing(kGrid);
    column->addLayout(layout);
    generate_ = new QPushButton;
    generate_->setObjectName(QStringLiteral("generateButton"));
    generate_->setProperty("role", "primary");
    generate_->setIcon(makeIconOnAccent(Glyph::kSpark));
    generate_->setToolTip(tr("Make the video (Ctrl+Enter)"));
    cancel_ = new QPushButton(tr("Cancel"));
    cancel_->setObjectName(QStringLiteral("cancelButton"));
    cancel_->setProperty("role", "tall");
    cancel_->setAccessibleName(tr("Cancel the video that is being made"));
    cancel_->setToolTip(tr("Stop making this video (Esc)"));
    layout->addWidget(generate_, 1);
    layout->addWidget(cancel_);
    connect(generate_, &QPushButton::clicked, this, &PromptPanel::generateRequested);
    connect(cancel_, &QPushButton::clicked, this, &PromptPanel::cancelRequested);
    return footer;
}

void PromptPanel::setModel(const ModelInfo& model, const std::string& path) {
    model_path_ = model.path.empty() ? path : path_to_utf8(model.path);
    prompt_->setModel(model, model_path_);
    images_->setModel(model);
    advanced_->setModel(model);
    settings_->setModel(model);  // tells that everything has changed
}

void PromptPanel::setTakesImages(bool takes_images) {
    images_->setWanted(takes_images);
    onChanged();
}

void PromptPanel::setState(Session::State state) {
    const bool had_focus = cancel_->hasFocus();
    state_ = state;
    updateButtons();
    if (had_focus && !cancel_->isEnabled()) generate_->setFocus();  // keyboard users stay where they pressed
}

void PromptPanel::setEditing(bool is_editing) {
    is_editing_ = is_editing;
    updateButtons();
}

void PromptPanel::setModelMissing(bool is_missing) {
    is_model_missing_ = is_missing;
    updateButtons();
}

void PromptPanel::updateButtons() {
    const bool is_busy = state_ != Session::State::kIdle;
    const bool is_cancelling = state_ == Session::State::kCancelling;
    generate_->setText(is_editing_ ? tr("Save changes") : is_busy             ? tr("Add to queue")
                       : is_model_missing_ ? tr("Download model and generate")
                                           : tr("Generate"));
    generate_->setAccessibleName(generate_->text());
    generate_->setEnabled(state_ != Session::State::kSubmitting);  // a double click asks for one video
    generate_->setIcon(is_busy || is_editing_ ? QIcon() : makeIconOnAccent(Glyph::kSpark));
    generate_->setToolTip(is_busy ? tr("Make this video after those that wait (Ctrl+Enter)")
                                  : tr("Make the video (Ctrl+Enter)"));
    cancel_->setText(is_cancelling ? tr("Cancelling…") : tr("Cancel"));
    cancel_->setVisible(is_busy);
    cancel_->setEnabled(is_busy && !is_cancelling);
}

void PromptPanel::setValues(const GenerationRequest& request) {
    setPrompt(fromUtf8(request.prompt));
    negative_->setPlainText(fromUtf8(request.negative_prompt));
    images_->setValues(request);
    advanced_->setValues(request);
    settings_->setValues(request);
}

void PromptPanel::setSettings(const GenerationRequest& request) {
    GenerationRequest wanted = request;
    if (const auto now = settings()) wanted.seed = now->seed;
    images_->setFit(fromUtf8(request.image_fit));
    advanced_->setValues(wanted);
    settings_->setValues(wanted);
}

Result<GenerationRequest> PromptPanel::request() const {
    GenerationRequest request;
    const QString text = promptText().trimmed();
    if (text.isEmpty() && !images_->takesImages())
        return invalid_argument("prompt", tr("The prompt is empty.").toStdString(),
                                tr("Type what should happen in the video.").toStdString());
    request.prompt = text.toStdString();
    if (qsizetype(request.prompt.size()) > PromptEdit::kMaxBytes)
        return invalid_argument("prompt",
                                tr("The prompt is too long: %1 bytes.").arg(request.prompt.size()).toStdString(),
                                tr("Shorten it to %1.").arg(PromptEdit::kMaxBytes).toStdString());
    images_->fill(request);
    advanced_->fill(request);
    if (negative_->isVisibleTo(this)) request.negative_prompt = negative_->toPlainText().trimmed().toStdString();
    STUDIO_TRY_VOID(settings_->fill(request));
    return request;
}

void PromptPanel::showProblem(const Error& error) {
    prompt_->setProblem(tr("%1 %2").arg(fromUtf8(error.message), fromUtf8(error.fix)));
    if (error.field == "prompt") focusPrompt();
    if (error.field == "seed") seeds().edit()->setFocus();
}

}  // namespace studio::ui
