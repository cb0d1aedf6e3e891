#include "ui/widgets/prompt_panel.h"

#include <QScrollArea>
#include <QStyle>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kPanelWidth = 360;

void setRole(QWidget* widget, const char* role) {
    widget->setProperty("role", role);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}
}  // namespace

PromptPanel::PromptPanel(const Backend& backend, QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("createPanel"));
    setFixedWidth(kPanelWidth);
    auto* scroll = new QScrollArea;
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
    onTextChanged();
}

QWidget* PromptPanel::makeForm(const Backend& backend) {
    auto* form = new QWidget;
    form->setObjectName(QStringLiteral("createForm"));
    auto* layout = new QVBoxLayout(form);
    layout->setContentsMargins(2 * kGrid, kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);

    prompt_ = new PromptEdit;
    prompt_->setObjectName(QStringLiteral("promptEdit"));
    prompt_->setAccessibleName(tr("Prompt"));
    prompt_->setPlaceholderText(tr("What should happen in the video?"));
    prompt_->setToolTip(tr("Describe what is seen and how it moves. Ctrl+Enter begins."));
    prompt_->setFixedHeight(18 * kGrid);
    auto* title = new QLabel(tr("&Prompt"));
    title->setProperty("role", "heading");
    title->setBuddy(prompt_);
    spark_ = new QPushButton(tr("Idea"));
    spark_->setObjectName(QStringLiteral("ideaButton"));
    spark_->setIcon(makeIcon(Glyph::kSpark));
    spark_->setAccessibleName(tr("Fill in an idea"));
    spark_->setToolTip(tr("Fill in a prompt that this model is good at."));
    title->setFixedHeight(kHeadingHeight);
    auto* top = new QHBoxLayout;
    top->addWidget(title);
    top->addStretch();
    top->addWidget(spark_);

    hint_ = new QLabel;
    hint_->setObjectName(QStringLiteral("promptHint"));
    hint_->setTextFormat(Qt::PlainText);
    hint_->setWordWrap(true);
    hint_->hide();
    counter_ = new QLabel;
    counter_->setObjectName(QStringLiteral("promptCounter"));
    counter_->setProperty("role", "hint");
    counter_->setAlignment(Qt::AlignRight);
    images_ = new ImageForm(backend);
    settings_ = new SettingsForm(backend.settings);
    fit_ = new FitLine(backend);

    layout->addLayout(top);
    layout->addWidget(prompt_);
    layout->addWidget(counter_);
    layout->addWidget(hint_);
    layout->addWidget(images_);
    layout->addSpacing(kGrid);
    layout->addWidget(settings_);
    layout->addWidget(makeVariationsRow());
    makeNegativeRow(layout);
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

QWidget* PromptPanel::makeVariationsRow() {
    variations_ = new QSpinBox;
    variations_->setObjectName(QStringLiteral("variationsBox"));
    variations_->setRange(1, 8);
    variations_->setAccessibleName(tr("Variations"));
    variations_->setToolTip(tr("How many videos to make at once, each with a seed of its own."));
    auto* label = new QLabel(tr("&Variations"));
    label->setProperty("role", "label");
    label->setBuddy(variations_);
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(label);
    layout->addStretch();
    layout->addWidget(variations_);
    return row;
}

void PromptPanel::connectForm() {
    connect(spark_, &QPushButton::clicked, this, &PromptPanel::takeNextExample);
    connect(prompt_, &QPlainTextEdit::textChanged, this, &PromptPanel::onTextChanged);
    connect(prompt_, &PromptEdit::pasteRefused, this, [this](qsizetype bytes) {
        showProblem(invalid_argument("prompt", tr("The pasted text is too long: %1 bytes.").arg(bytes).toStdString(),
                                     tr("A prompt has room for %1.").arg(PromptEdit::kMaxBytes).toStdString()));
    });
    connect(images_, &ImageForm::changed, this, &PromptPanel::askFit);
    connect(settings_, &SettingsForm::changed, this, &PromptPanel::askFit);
    connect(fit_, &FitLine::changeWanted, settings_, &SettingsForm::setValues);
}

/// Whether it fits depends on everything but the words.
void PromptPanel::askFit() {
    GenerationRequest request;
    request.prompt.assign(1, 'x');
    request.model = model_path_;
    images_->fill(request);
    if (settings_->fill(request).ok()) fit_->ask(request);
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

void PromptPanel::setModel(const ModelInfo& model) {
    model_path_ = path_to_utf8(model.path);
    settings_->setModel(model);
    images_->setModel(model);
    const auto guidance = model.defaults.is_object() ? model.defaults.find("guidance") : model.defaults.end();
    const bool is_unguided = guidance != model.defaults.end() && guidance->is_number() && guidance->get<double>() == 1;
    negative_label_->setVisible(!is_unguided);
    negative_->setVisible(!is_unguided);
    negative_reason_->setVisible(is_unguided);
    askFit();
    examples_.clear();
    for (const std::string& example : model.example_prompts)
        examples_ << fromUtf8(example);
    next_example_ = 0;
    spark_->setVisible(!examples_.isEmpty());
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

void PromptPanel::updateButtons() {
    const bool is_busy = state_ != Session::State::kIdle;
    const bool is_cancelling = state_ == Session::State::kCancelling;
    generate_->setText(is_editing_ ? tr("Save changes") : is_busy ? tr("Add to queue") : tr("Generate"));
    generate_->setAccessibleName(generate_->text());
    generate_->setEnabled(state_ != Session::State::kSubmitting);  // a double click asks for one video
    generate_->setIcon(is_busy || is_editing_ ? QIcon() : makeIconOnAccent(Glyph::kSpark));
    generate_->setToolTip(is_busy ? tr("Make this video after those that wait (Ctrl+Enter)")
                                  : tr("Make the video (Ctrl+Enter)"));
    cancel_->setText(is_cancelling ? tr("Cancelling…") : tr("Cancel"));
    cancel_->setVisible(is_busy);
    cancel_->setEnabled(is_busy && !is_cancelling);
}

void PromptPanel::setPrompt(const QString& prompt) {
    prompt_->setPlainText(prompt);
    prompt_->moveCursor(QTextCursor::End);
}

void PromptPanel::setValues(const GenerationRequest& request) {
    setPrompt(fromUtf8(request.prompt));
    negative_->setPlainText(fromUtf8(request.negative_prompt));
    images_->setValues(request);
    settings_->setValues(request);
    askFit();
}

void PromptPanel::focusPrompt() {
    prompt_->setFocus();
}

void PromptPanel::takeNextExample() {
    if (examples_.isEmpty()) return;
    setPrompt(examples_[next_example_++ % examples_.size()]);
    focusPrompt();
}

void PromptPanel::onTextChanged() {
    const QString text = prompt_->toPlainText();
    counter_->setText(text.isEmpty() ? QString() : tr("%n character(s)", nullptr, int(text.size())));
    setNotice({});
}

void PromptPanel::setNotice(const QString& notice) {
    setRole(hint_, "hint");
    hint_->setText(notice);
    hint_->setVisible(!notice.isEmpty());
}

Result<GenerationRequest> PromptPanel::request() const {
    GenerationRequest request;
    const QString text = prompt_->toPlainText().trimmed();
    if (text.isEmpty() && !images_->takesImages())
        return invalid_argument("prompt", tr("The prompt is empty.").toStdString(),
                                tr("Type what should happen in the video.").toStdString());
    request.prompt = text.toStdString();
    if (qsizetype(request.prompt.size()) > PromptEdit::kMaxBytes)
        return invalid_argument("prompt",
                                tr("The prompt is too long: %1 bytes.").arg(request.prompt.size()).toStdString(),
                                tr("Shorten it to %1.").arg(PromptEdit::kMaxBytes).toStdString());
    images_->fill(request);
    if (negative_->isVisibleTo(this)) request.negative_prompt = negative_->toPlainText().trimmed().toStdString();
    STUDIO_TRY_VOID(settings_->fill(request));
    return request;
}

void PromptPanel::showProblem(const Error& error) {
    setRole(hint_, "problem");
    hint_->setText(tr("%1 %2").arg(fromUtf8(error.message), fromUtf8(error.fix)));
    hint_->setVisible(true);
    if (error.field == "prompt") focusPrompt();
}

}  // namespace studio::ui
