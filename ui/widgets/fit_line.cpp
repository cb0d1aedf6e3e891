#include "ui/widgets/fit_line.h"

#include <QHBoxLayout>

#include "core/text.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kPauseMs = 250;

QString sizeText(std::uint64_t bytes) {
    return fromUtf8(format_bytes(bytes));
}
}  // namespace

FitLine::FitLine(const Backend& backend, QWidget* parent) : QFrame(parent), fit_(backend.fit) {
    setObjectName(QStringLiteral("fitLine"));
    text_ = new QLabel;
    text_->setObjectName(QStringLiteral("fitText"));
    text_->setProperty("role", "hint");
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    change_ = new QPushButton;
    change_->setObjectName(QStringLiteral("fitButton"));
    change_->hide();
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(text_, 1);
    layout->addWidget(change_);
    pause_.setSingleShot(true);
    pause_.setInterval(kPauseMs);
    connect(&pause_, &QTimer::timeout, this, &FitLine::run);
    connect(change_, &QPushButton::clicked, this, [this] { Q_EMIT changeWanted(smaller_); });
    hide();
}

void FitLine::ask(const GenerationRequest& request) {
    if (!fit_) return;
    wanted_ = request;
    pause_.start();
}

void FitLine::run() {
    if (is_asking_ || !wanted_) return;
    is_asking_ = true;
    smaller_ = *wanted_;
    wanted_.reset();
    background_.run([fit = fit_, request = smaller_] { return guarded([&] { return fit(request); }); },
                    [this](Result<Fit> answer) {
                        is_asking_ = false;
                        if (wanted_) return run();  // the settings changed meanwhile
                        showAnswer(answer);
                    });
}

void FitLine::showAnswer(const Result<Fit>& answer) {
    change_->hide();
    if (!answer.ok()) {  // said where it belongs when Generate is pressed
        hide();
        return;
    }
    Q_EMIT answered(*answer);
    const MemoryPrediction& memory = answer->memory;
    const bool is_device = memory.free_device > 0;
    const QString needed = sizeText(is_device ? memory.chosen.peak.device : memory.chosen.peak.host);
    const QString free = sizeText(is_device ? memory.free_device : memory.free_host);
    switch (answer->verdict) {
        case FitVerdict::kFits:
            text_->setText(tr("Fits: needs about %1 of %2").arg(needed, free));
            break;
        case FitVerdict::kFitsSlower:
            text_->setText(tr("Fits, but slower: needs about %1 of %2").arg(needed, free));
            break;
        case FitVerdict::kDoesNotFit:
            text_->setText(tr("Does not fit: needs about %1, %2 are free").arg(needed, free));
            offer(answer->change);
            break;
    }
    text_->setToolTip(fromUtf8(memory.chosen.plan).toHtmlEscaped());
    show();
}

void FitLine::offer(const FittingChange& change) {
    if (change.num_frames) {
        smaller_.num_frames = change.num_frames;
        change_->setText(tr("Use %n frame(s)", nullptr, *change.num_frames));
    } else if (change.width && change.height) {
        smaller_.width = change.width;
        smaller_.height = change.height;
        change_->setText(tr("Use %1 × %2").arg(*change.width).arg(*change.height));
    } else {
        text_->setText(tr("%1. %2").arg(text_->text(), fromUtf8(change.text)));
        return;
    }
    change_->setAccessibleName(change_->text());
    change_->show();
}

}  // namespace studio::ui
