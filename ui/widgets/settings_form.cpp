#include "ui/widgets/settings_form.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLocale>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/theme/theme.h"
#include "ui/widgets/calm.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kMaxFramesOffered = 81;  // five seconds at 16 frames a second; longer by command line

double numberOf(const Json& defaults, const char* key) {
    const auto it = defaults.is_object() ? defaults.find(key) : defaults.end();
    return defaults.is_object() && it != defaults.end() && it->is_number() ? it->get<double>() : 0;
}

QLabel* makeLabel(const QString& text, const char* role, QWidget* buddy = nullptr) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("role", role);
    label->setBuddy(buddy);
    return label;
}
}  // namespace

SettingsForm::SettingsForm(QWidget* parent) : QWidget(parent) {
    size_ = new SizeForm;
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2 * kGrid);
    layout->addWidget(size_);
    layout->addWidget(makeLengthRow());
    layout->addWidget(makeLastRow());
    setModel({});
    connect(size_, &SizeForm::changed, this, &SettingsForm::changed);
    connect(length_, &QSlider::valueChanged, this, &SettingsForm::changed);
}

QWidget* SettingsForm::makeLengthRow() {
    length_ = new Calm<QSlider>(Qt::Horizontal);
    length_->setObjectName(QStringLiteral("lengthSlider"));
    length_->setAccessibleName(tr("Length"));
    length_->setPageStep(1);
    length_->setMinimumHeight(3 * kGrid);
    length_->setToolTip(tr("How long the video plays. Longer videos take longer to make."));
    length_text_ = makeLabel({}, "value");
    length_text_->setObjectName(QStringLiteral("lengthText"));
    connect(length_, &QSlider::valueChanged, this, [this] {
        has_length_ = true;
        updateLengthText();
    });
    auto* row = new QWidget;
    auto* layout = new QVBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2 + 2);
    auto* top = new QHBoxLayout;
    top->addWidget(makeLabel(tr("&Length"), "label", length_));
    top->addStretch();
    top->addWidget(length_text_);
    layout->addLayout(top);
    layout->addWidget(length_);
    return row;
}

/// Seed and number of videos belong together: each video has a seed of its own.
QWidget* SettingsForm::makeLastRow() {
    seed_ = new SeedRow;
    variations_ = new Calm<QSpinBox>;
    variations_->setObjectName(QStringLiteral("variationsBox"));
    variations_->setRange(1, 8);
    variations_->setAccessibleName(tr("Variations"));
    variations_->setToolTip(tr("How many videos to make at once, each with a seed of its own."));
    auto* row = new QWidget;
    auto* grid = new QGridLayout(row);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(kGrid + 4);
    grid->setVerticalSpacing(kGrid / 2 + 2);
    grid->addWidget(makeLabel(tr("See&d"), "label", seed_->edit()), 0, 0);
    grid->addWidget(makeLabel(tr("&Variations"), "label", variations_), 0, 1);
    grid->addWidget(seed_, 1, 0);
    grid->addWidget(variations_, 1, 1);
    grid->setColumnStretch(0, 1);
    return row;
}

void SettingsForm::setModel(const ModelInfo& model) {
    own_fps_ = fps_ = numberOf(model.defaults, "fps");
    own_frames_ = int(numberOf(model.defaults, "num_frames"));
    const int most = int(numberOf(model.details, "max_frames"));
    most_frames_ = std::max(most > 4 ? most : kMaxFramesOffered, own_frames_);
    size_->setModel(model);
    showShape({});
}

void SettingsForm::setValues(const GenerationRequest& request) {
    seed_->setSeed(request.seed);
    showShape(request);
}

void SettingsForm::showShape(const GenerationRequest& request) {
    size_->setSize(request.width && request.height ? QSize(*request.width, *request.height) : QSize());
    int frames = request.num_frames.value_or(own_frames_);
    if (!request.num_frames && request.seconds && fps_ > 0)
        frames = 4 * int(std::lround(*request.seconds * fps_ / 4)) + 1;
    has_length_ = frames > 0;
    {
        const QSignalBlocker quiet(length_);
        length_->setRange(1, std::max(most_frames_, frames) / 4);
        length_->setValue(frames / 4);
    }
    length_->setEnabled(has_length_);
    updateLengthText();
    Q_EMIT changed();
}

Result<void> SettingsForm::fill(GenerationRequest& request) const {
    if (const QSize size = size_->size(); size.isValid() && !size.isEmpty()) {
        request.width = size.width();
        request.height = size.height();
    }
    if (has_length_) request.num_frames = 4 * length_->value() + 1;
    request.seed = -1;
    STUDIO_TRY(seed, seed_->seed());
    request.seed = seed;
    return {};
}

void SettingsForm::setFps(double fps) {
    const double now = fps > 0 ? fps : own_fps_;
    if (now == fps_) return;
    fps_ = now;
    updateLengthText();
}

void SettingsForm::updateLengthText() {
    const int frames = 4 * length_->value() + 1;
    QString text = tr("%n frame(s)", nullptr, frames);
    if (fps_ > 0)
        text = tr("%1, %n frame(s) at %2 fps", nullptr, frames)
                   .arg(Wording::clipLength(frames, fps_), QLocale().toString(fps_, 'g', 5));
    length_text_->setText(has_length_ ? text : tr("the model's own"));
    length_->setAccessibleDescription(length_text_->text());
}

}  // namespace studio::ui
