#include "ui/widgets/prompt_box.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kShortWords = 12;  // fewer say too little to a model trained on paragraphs

bool isMostlyLatin(const QString& text) {
    const auto is_letter = [](QChar c) { return c.isLetter(); };
    const auto is_latin = [](QChar c) { return c.isLetter() && c.script() == QChar::Script_Latin; };
    const auto letters = std::count_if(text.begin(), text.end(), is_letter);
    return letters == 0 || 2 * std::count_if(text.begin(), text.end(), is_latin) >= letters;
}
}  // namespace

PromptBox::PromptBox(const Backend& backend, QWidget* parent) : QWidget(parent) {
    edit_ = new PromptEdit;
    edit_->setObjectName(QStringLiteral("promptEdit"));
    edit_->setAccessibleName(tr("Prompt"));
    edit_->setPlaceholderText(tr("What should happen in the video?"));
    edit_->setToolTip(tr("Describe what is seen and how it moves. Ctrl+Enter begins."));
    edit_->setFixedHeight(18 * kGrid);
    counter_ = new PromptCounter(backend, *edit_);
    hint_ = new QLabel;
    hint_->setObjectName(QStringLiteral("promptHint"));
    hint_->setTextFormat(Qt::PlainText);
    hint_->setWordWrap(true);
    hint_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(makeHeader());
    layout->addWidget(edit_);
    layout->addWidget(counter_);
    layout->addWidget(hint_);
    connect(edit_, &QPlainTextEdit::textChanged, this, &PromptBox::onTextChanged);
    connect(edit_, &PromptEdit::pasteRefused, this, [this](qsizetype bytes) {
        setProblem(tr("The pasted text is too long: %1 bytes. A prompt has room for %2.")
                       .arg(bytes)
                       .arg(PromptEdit::kMaxBytes));
    });
    onTextChanged();
}

QWidget* PromptBox::makeHeader() {
    auto* title = new QLabel(tr("&Prompt"));
    title->setProperty("role", "heading");
    title->setBuddy(edit_);
    title->setFixedHeight(kHeadingHeight);
    const auto flat = [](const char* object_name, Glyph glyph, const QString& name, const QString& help) {
        auto* button = new QToolButton;
        button->setObjectName(QLatin1String(object_name));
        button->setProperty("role", "flat");
        button->setIcon(makeIcon(glyph));
        button->setAccessibleName(name);
        button->setToolTip(help);
        return button;
    };
    older_ = flat("olderPrompt", Glyph::kOlder, tr("Earlier prompt"), tr("Earlier prompt (Alt+Up)"));
    newer_ = flat("newerPrompt", Glyph::kNewer, tr("Later prompt"), tr("Later prompt (Alt+Down)"));
    connect(older_, &QToolButton::clicked, this, &PromptBox::showOlder);
    connect(newer_, &QToolButton::clicked, this, &PromptBox::showNewer);
    spark_ = new QPushButton(tr("Idea"));
    spark_->setObjectName(QStringLiteral("ideaButton"));
    spark_->setIcon(makeIcon(Glyph::kSpark));
    spark_->setAccessibleName(tr("Fill in an idea"));
    spark_->setToolTip(tr("Fill in a prompt that this model is good at."));
    connect(spark_, &QPushButton::clicked, this, &PromptBox::takeNextExample);
    auto* header = new QWidget;
    auto* top = new QHBoxLayout(header);
    top->setContentsMargins(0, 0, 0, 0);
    top->setSpacing(kGrid / 2);
    top->addWidget(title);
    top->addStretch();
    top->addWidget(older_);
    top->addWidget(newer_);
    top->addWidget(spark_);
    return header;
}

void PromptBox::setModel(const ModelInfo& model, const std::string& path) {
    examples_.clear();
    for (const std::string& example : model.example_prompts)
        examples_ << fromUtf8(example);
    next_example_ = 0;
    spark_->setVisible(!examples_.isEmpty());
    is_trained_on_short_ = !model.example_prompts.empty() || model.kind.empty();  // its card says what it reads
    counter_->setModel(path);
    updateHint();
}

void PromptBox::setText(const QString& text) {
    edit_->replaceText(text);
}

void PromptBox::takeNextExample() {
    if (examples_.isEmpty()) return;
    setText(examples_[next_example_++ % examples_.size()]);
    edit_->setFocus();
}

void PromptBox::setPrompts(const QStringList& newest_first) {
    const bool is_walking = history_.position() > 0;
    if (is_walking) return;  // the list stays the same under a walk
    history_.setPrompts(newest_first);
    if (wants_older_) walk(true);
    wants_older_ = false;
}

void PromptBox::showOlder() {
    if (history_.position() > 0) return walk(true);
    wants_older_ = true;
    Q_EMIT promptsWanted();  // fresh ones; the answer takes the step
}

void PromptBox::showNewer() {
    walk(false);
}

void PromptBox::walk(bool is_older) {
    const auto prompt = is_older ? history_.older(text()) : history_.newer(text());
    if (!prompt) {
        if (history_.isEmpty())
            setNotice(tr("There are no earlier prompts yet."));
        else if (is_older)
            setNotice(tr("This is the oldest prompt."));
        return;
    }
    setText(*prompt);
    const auto at = history_.position();
    setNotice(at > 0 ? tr("Earlier prompt %1 of %2; Alt+Down goes back.").arg(at).arg(history_.size()) : QString());
}

void PromptBox::onTextChanged() {
    setNotice({});
    counter_->count();
    Q_EMIT textChanged();
}

void PromptBox::say(const QString& text, const char* role) {
    hint_->setProperty("role", role);
    hint_->style()->unpolish(hint_);
    hint_->style()->polish(hint_);
    hint_->setText(text);
    hint_->setVisible(!text.isEmpty());
}

void PromptBox::setNotice(const QString& notice) {
    notice_ = notice;
    updateHint();
}

void PromptBox::setProblem(const QString& problem) {
    say(problem, "problem");
}

/// What is to be said wins over advice.
void PromptBox::updateHint() {
    if (!notice_.isEmpty() || is_trained_on_short_) return say(notice_, "hint");
    const QString words = text().simplified();
    if (words.isEmpty()) return say({}, "hint");
    if (!isMostlyLatin(words))
        return say(tr("This model was trained on long English descriptions; English may give better results."), "hint");
    if (words.count(QLatin1Char(' ')) + 1 < kShortWords)
        return say(tr("This model was trained on long descriptions: say what is seen, how it moves, the light and the "
                      "camera."),
                   "hint");
    say({}, "hint");
}

}  // namespace studio::ui
