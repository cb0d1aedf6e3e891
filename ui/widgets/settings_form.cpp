#include "ui/widgets/settings_form.h"

#include <QRegularExpressionValidator>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "core/text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kSizeMultiple = 16;      // VAE stride 8, patch 2
constexpr int kMaxFramesOffered = 81;  // five seconds at 16 frames a second; longer by command line

int numberOf(const Json& defaults, const char* key) {
    const auto it = defaults.is_object() ? defaults.find(key) : defaults.end();
    return it != defaults.end() && it->is_number() ? it->get<int>() : 0;
}

QLabel* makeLabel(const QString& text, const char* role, QWidget* buddy = nullptr) {
    auto* label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setProperty("role", role);
    label->setBuddy(buddy);
    return label;
}

/// A name, the value at the right, the control below.
QWidget* makeRow(QLabel* name, QLabel* value, QWidget* control) {
    auto* row = new QWidget;
    auto* layout = new QVBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2 + 2);
    auto* top = new QHBoxLayout;
    top->addWidget(name);
    top->addStretch();
    if (value) top->addWidget(value);
    layout->addLayout(top);
    layout->addWidget(control);
    return row;
}

QSlider* makeSlider(const char* object_name, const QString& accessible_name) {
    auto* slider = new QSlider(Qt::Horizontal);
    slider->setObjectName(QLatin1String(object_name));
    slider->setAccessibleName(accessible_name);
    slider->setPageStep(1);
    slider->setMinimumHeight(3 * kGrid);
    return slider;
}
}  // namespace

SettingsForm::SettingsForm(std::span<const Setting> settings, QWidget* parent) : QWidget(parent), settings_(settings) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2 * kGrid);
    layout->addWidget(makeSizeRow());
    layout->addWidget(makeLengthRow());
    layout->addWidget(makeStepsRow());
    layout->addWidget(makeSeedRow());
    setModel({});
    connect(size_, &QComboBox::currentIndexChanged, this, &SettingsForm::changed);
    connect(length_, &QSlider::valueChanged, this, &SettingsForm::changed);
    connect(steps_, &QSlider::valueChanged, this, &SettingsForm::changed);
}

QWidget* SettingsForm::makeSizeRow() {
    size_ = new QComboBox;
    size_->setObjectName(QStringLiteral("sizeBox"));
    size_->setAccessibleName(tr("Size"));
    size_->setToolTip(
        tr("Width and height of the video in pixels. The marked size is the one that the model knows best."));
    return makeRow(makeLabel(tr("Si&ze"), "label", size_), nullptr, size_);
}

QWidget* SettingsForm::makeLengthRow() {
    length_ = makeSlider("lengthSlider", tr("Length"));
    length_->setToolTip(tr("How long the video plays. Longer videos take longer to make."));
    length_text_ = makeLabel({}, "value");
    length_text_->setObjectName(QStringLiteral("lengthText"));
    connect(length_, &QSlider::valueChanged, this, [this] { updateLengthText(); });
    connect(length_, &QSlider::sliderMoved, this, [this] { has_length_ = true; });
    return makeRow(makeLabel(tr("&Length"), "label", length_), length_text_, length_);
}

QWidget* SettingsForm::makeStepsRow() {
    steps_ = makeSlider("stepsSlider", tr("Steps"));
    steps_->setToolTip(
        tr("How often the model goes over the pictures. More steps give cleaner pictures and take longer."));
    steps_text_ = makeLabel({}, "value");
    steps_text_->setObjectName(QStringLiteral("stepsText"));
    connect(steps_, &QSlider::valueChanged, this, [this] { updateStepsText(); });
    return makeRow(makeLabel(tr("&Steps"), "label", steps_), steps_text_, steps_);
}

QWidget* SettingsForm::makeSeedRow() {
    seed_ = new QLineEdit;
    seed_->setObjectName(QStringLiteral("seedEdit"));
    seed_->setAccessibleName(tr("Seed"));
    seed_->setToolTip(tr("The number that the noise is drawn from. The same seed and settings give the same video."));
    seed_->setValidator(new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{0,19}")), seed_));
    dice_ = new QToolButton;
    dice_->setObjectName(QStringLiteral("diceButton"));
    dice_->setIcon(makeIcon(Glyph::kDice));
    dice_->setCheckable(true);
    dice_->setAccessibleName(tr("Random seed"));
    dice_->setToolTip(tr("Draw a new seed for every video."));
    connect(dice_, &QToolButton::clicked, this, [this](bool is_random) {
        if (is_random) seed_->clear();
        if (!is_random && seed_->text().isEmpty()) seed_->setText(QStringLiteral("0"));
        updateSeedState();
    });
    connect(seed_, &QLineEdit::textChanged, this, [this] { updateSeedState(); });
    auto* control = new QWidget;
    auto* layout = new QHBoxLayout(control);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(seed_);
    layout->addWidget(dice_);
    updateSeedState();
    return makeRow(makeLabel(tr("See&d"), "label", seed_), nullptr, control);
}

void SettingsForm::updateSeedState() {
    dice_->setChecked(seed_->text().isEmpty());
    seed_->setPlaceholderText(tr("Random, new each time"));
}

void SettingsForm::setRange(QSlider* slider, std::string_view key, int low, int high) {
    for (const Setting& setting : settings_)
        if (setting.key == key && setting.max > setting.min) {
            low = std::max(low, int(setting.min));
            high = std::min(high, int(std::min(setting.max, 1e6)));
        }
    slider->setRange(low, std::max(low, high));
}

void SettingsForm::setModel(const ModelInfo& model) {
    fps_ = numberOf(model.defaults, "fps");
    offerSizes(model);
    const int frames = numberOf(model.defaults, "num_frames");
    const int most_frames = numberOf(model.details, "max_frames");
    length_->setRange(1, std::max(most_frames > 4 ? most_frames : kMaxFramesOffered, frames) / 4);
    has_length_ = frames > 0;
    length_->setValue(frames / 4);
    const int steps = numberOf(model.defaults, "steps");
    const bool is_few_step = steps > 0 && steps <= 4;
    setRange(steps_, "steps", 1, is_few_step ? 4 : 60);
    has_steps_ = steps > 0;
    steps_->setValue(steps);
    for (QWidget* widget : {static_cast<QWidget*>(length_), static_cast<QWidget*>(steps_)})
        widget->setEnabled(widget == length_ ? has_length_ : has_steps_);
    updateLengthText();
    updateStepsText();
}

void SettingsForm::offerSizes(const ModelInfo& model) {
    size_->clear();
    const int width = numberOf(model.defaults, "width"), height = numberOf(model.defaults, "height");
    if (width <= 0 || height <= 0) {
        size_->addItem(tr("The model's own"));
        return;
    }
    addSize(width, height, true);
    const auto sizes = model.details.is_object() ? model.details.find("sizes") : model.details.end();
    if (sizes == model.details.end() || !sizes->is_array()) return offerShapesOfArea(width, height);
    for (const Json& size : *sizes)  // from a file: only what has the right form
        if (size.is_array() && size.size() == 2 && size[0].is_number_integer() && size[1].is_number_integer() &&
            size[0].get<int>() > 0 && size[1].get<int>() > 0)
            addSize(size[0].get<int>(), size[1].get<int>(), false);
}

/// The usual shapes with about as many pixels as the model's own size.
void SettingsForm::offerShapesOfArea(int width, int height) {
    const double area = double(width) * height;
    for (const double aspect : {1.0, 4.0 / 3, 16.0 / 9, 3.0 / 4, 9.0 / 16}) {
        const auto snap = [](double pixels) {
            return std::max(1, int(std::lround(pixels / kSizeMultiple))) * kSizeMultiple;
        };
        addSize(snap(std::sqrt(area * aspect)), snap(std::sqrt(area / aspect)), false);
    }
}

void SettingsForm::addSize(int width, int height, bool is_default) {
    const QSize size(width, height);
    if (size_->findData(size) >= 0) return;
    const QString shape = width == height ? tr("square") : width > height ? tr("wide") : tr("tall");
    QString text = tr("%1 × %2  ·  %3").arg(width).arg(height).arg(shape);
    if (is_default) text = tr("%1 × %2  ·  %3, best for this model").arg(width).arg(height).arg(shape);
    size_->addItem(text, size);
}

void SettingsForm::setValues(const GenerationRequest& request) {
    if (request.width && request.height) {
        addSize(*request.width, *request.height, false);
        size_->setCurrentIndex(size_->findData(QSize(*request.width, *request.height)));
    }
    if (request.num_frames) {
        has_length_ = true;
        length_->setEnabled(true);
        length_->setMaximum(std::max(length_->maximum(), *request.num_frames / 4));
        length_->setValue(*request.num_frames / 4);
    }
    if (request.steps) {
        has_steps_ = true;
        steps_->setEnabled(true);
        steps_->setMaximum(std::max(steps_->maximum(), *request.steps));
        steps_->setValue(*request.steps);
    }
    seed_->setText(request.seed >= 0 ? QString::number(request.seed) : QString());
}

Result<void> SettingsForm::fill(GenerationRequest& request) const {
    if (const QSize size = size_->currentData().toSize(); size.isValid() && !size.isEmpty()) {
        request.width = size.width();
        request.height = size.height();
    }
    if (has_length_) request.num_frames = 4 * length_->value() + 1;
    if (has_steps_) request.steps = steps_->value();
    request.seed = -1;
    if (seed_->text().isEmpty()) return {};
    const auto seed = parse_int64(seed_->text().toStdString());
    if (!seed || *seed < 0)
        return invalid_argument("seed", tr("The seed %1 is too large.").arg(seed_->text()).toStdString(),
                                tr("Use a number up to 9223372036854775807, or the dice.").toStdString());
    request.seed = *seed;
    return {};
}

void SettingsForm::updateLengthText() {
    const int frames = 4 * length_->value() + 1;
    QString text = tr("%n frame(s)", nullptr, frames);
    if (fps_ > 0) text = tr("%1, %n frame(s)", nullptr, frames).arg(Wording::clipLength(frames, fps_));
    length_text_->setText(has_length_ ? text : tr("the model's own"));
    length_->setAccessibleDescription(length_text_->text());
}

void SettingsForm::updateStepsText() {
    steps_text_->setText(has_steps_ ? QString::number(steps_->value()) : tr("the model's own"));
    steps_->setAccessibleDescription(steps_text_->text());
}

}  // namespace studio::ui
