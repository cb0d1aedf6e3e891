#include "ui/widgets/prompt_counter.h"

#include "ui/widgets/prompt_edit.h"

namespace studio::ui {

namespace {
constexpr int kPauseMs = 150;
}

PromptCounter::PromptCounter(const Backend& backend, PromptEdit& editor, QWidget* parent)
    : QLabel(parent), count_prompt_(backend.count_prompt), editor_(editor) {
    setObjectName(QStringLiteral("promptCounter"));
    setProperty("role", "hint");
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setAlignment(Qt::AlignRight);
    pause_.setSingleShot(true);
    pause_.setInterval(kPauseMs);
    connect(&pause_, &QTimer::timeout, this, &PromptCounter::run);
}

void PromptCounter::setModel(const std::string& path) {
    model_ = path;
    is_counted_ = false;
    count();
}

void PromptCounter::count() {
    if (!is_counted_) showCharacters();
    if (editor_.document()->isEmpty()) {
        limit_.reset();
        clear();
    }
    if (count_prompt_) pause_.start();
}

void PromptCounter::showCharacters() {
    const QString text = editor_.toPlainText();
    setText(text.isEmpty() ? QString() : tr("%n character(s)", nullptr, int(text.size())));
}

void PromptCounter::run() {
    if (is_asking_) {
        is_stale_ = true;
        return;
    }
    const QString text = editor_.toPlainText();
    if (text.trimmed().isEmpty() || text.size() > PromptEdit::kMaxBytes) {
        limit_.reset();
        editor_.setReadLimit({});
        return showCharacters();
    }
    is_asking_ = true;
    background_.run([ask = count_prompt_, model = model_,
                     words = text.toStdString()] { return guarded([&] { return ask(model, words); }); },
                    [this, text, model = model_](Result<PromptCount> answer) {
                        is_asking_ = false;
                        if (is_stale_ || model != model_) {
                            is_stale_ = false;
                            return run();
                        }
                        if (text == editor_.toPlainText()) showAnswer(text, answer);
                    });
}

void PromptCounter::showAnswer(const QString& text, const Result<PromptCount>& answer) {
    is_counted_ = answer.ok();
    limit_.reset();
    if (!answer.ok()) {
        editor_.setReadLimit({});
        return showCharacters();
    }
    const int tokens = int(answer->tokens), most = int(answer->limit);
    if (answer->read_bytes < std::size_t(text.toUtf8().size())) {
        const QByteArray read = text.toUtf8().left(qsizetype(answer->read_bytes));
        limit_ = int(QString::fromUtf8(read).size());
        setText(tr("%1 of %2 tokens: the dimmed end is not read by the model").arg(tokens).arg(most));
    } else {
        setText(tr("%1 of %2 tokens").arg(tokens).arg(most));
    }
    editor_.setReadLimit(limit_);
    editor_.setAccessibleDescription(this->text());
}

}  // namespace studio::ui
