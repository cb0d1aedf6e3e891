#include "ui/widgets/size_form.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>
#include <cmath>
#include <numeric>

#include "ui/theme/theme.h"
#include "ui/widgets/calm.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kMaxSide = 16384;
constexpr double kSameShape = 0.04;

QSize qsize(VideoSize size) {
    return {size.width, size.height};
}

QLabel* makeLabel(const QString& text, QWidget* buddy) {
    auto* label = new QLabel(text);
    label->setProperty("role", "label");
    label->setBuddy(buddy);
    return label;
}

double ratioOf(AspectRatio aspect) {
    return double(aspect.width) / aspect.height;
}
}  // namespace

SizeForm::SizeForm(QWidget* parent) : QWidget(parent) {
    makeRows();
    setModel({});
    connect(resolution_, &QComboBox::currentIndexChanged, this, &SizeForm::onChosen);
    connect(aspect_, &QComboBox::currentIndexChanged, this, &SizeForm::onChosen);
    for (QSpinBox* side : {width_, height_}) {
        connect(side, &QSpinBox::valueChanged, this, &SizeForm::onChosen);
        connect(side, &QSpinBox::editingFinished, this, [this, side] {
            const int step = size_step(model_);  // other values cannot be made
            side->setValue(std::max(1, int(std::lround(double(side->value()) / step))) * step);
        });
    }
}

void SizeForm::makeRows() {
    resolution_ = new Calm<QComboBox>;
    resolution_->setObjectName(QStringLiteral("sizeBox"));
    resolution_->setAccessibleName(tr("Resolution"));
    resolution_->setToolTip(
        tr("How many pixels the video has. The marked resolution is the one that the model knows best."));
    aspect_ = new Calm<QComboBox>;
    aspect_->setObjectName(QStringLiteral("aspectBox"));
    aspect_->setAccessibleName(tr("Aspect ratio"));
    aspect_label_ = makeLabel(tr("&Aspect"), aspect_);
    text_ = new QLabel;
    text_->setObjectName(QStringLiteral("sizeText"));
    text_->setProperty("role", "hint");
    text_->setTextFormat(Qt::PlainText);
    text_->setWordWrap(true);
    auto* grid = new QGridLayout;
    grid->setHorizontalSpacing(kGrid);
    grid->setVerticalSpacing(kGrid / 2 + 2);
    grid->addWidget(makeLabel(tr("&Resolution"), resolution_), 0, 0);
    grid->addWidget(aspect_label_, 0, 1);
    grid->addWidget(resolution_, 1, 0);
    grid->addWidget(aspect_, 1, 1);
    grid->setColumnStretch(0, 3);
    grid->setColumnStretch(1, 2);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2 + 2);
    layout->addLayout(grid);
    layout->addWidget(makeCustomRow());
    layout->addWidget(text_);
}

QWidget* SizeForm::makeCustomRow() {
    const auto make = [](const char* object_name, const QString& name) {
        auto* side = new Calm<QSpinBox>;
        side->setObjectName(QLatin1String(object_name));
        side->setAccessibleName(name);
        side->setToolTip(name);
        side->setRange(16, kMaxSide);
        side->setKeyboardTracking(false);
        return side;
    };
    width_ = make("widthBox", tr("Width in pixels"));
    height_ = make("heightBox", tr("Height in pixels"));
    custom_ = new QWidget;
    auto* row = new QHBoxLayout(custom_);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(width_, 1);
    row->addWidget(new QLabel(QStringLiteral("×")));
    row->addWidget(height_, 1);
    return custom_;
}

void SizeForm::addResolution(const QString& text, QSize size) {
    resolution_->addItem(text, size);
}

void SizeForm::setModel(const ModelInfo& model) {
    model_ = model;
    classes_ = size_classes(model);
    const auto extra = card_sizes(model);
    has_fixed_sizes_ = !extra.empty();
    const QSignalBlocker quiet_resolution(resolution_), quiet_aspect(aspect_);
    resolution_->clear();
    own_ = {};
    for (const SizeClass& one : classes_) {
        if (one.is_default) own_ = qsize(one.size);
        const QString name = fromUtf8(one.name);
        addResolution(one.is_default ? tr("%1, best").arg(name) : name, qsize(one.size));
        if (one.is_default)
            resolution_->setItemData(resolution_->count() - 1, tr("The resolution that this model knows best"),
                                     Qt::ToolTipRole);
    }
    if (classes_.empty()) resolution_->addItem(tr("The model's own"));
    for (const VideoSize size : extra)
        if (resolution_->findData(qsize(size)) < 0)
            addResolution(tr("%1 × %2").arg(size.width).arg(size.height), qsize(size));
    resolution_->addItem(tr("Other…"), QSize(0, 0));
    const int step = size_step(model);
    for (QSpinBox* side : {width_, height_}) {
        const QSignalBlocker quiet(side);
        side->setRange(step, kMaxSide / step * step);
        side->setSingleStep(step);
        side->setValue(side == width_ ? own_.width() : own_.height());
    }
    fillAspects();
    setSize({});
}

/// The model's own shape first if it is none of the usual ones.
void SizeForm::fillAspects() {
    aspect_->clear();
    const auto add = [this](AspectRatio one, const QString& text) {
        aspect_->addItem(text, QSize(one.width, one.height));
    };
    bool is_usual = own_.isEmpty();
    for (const AspectRatio one : usual_aspects()) {
        const double ratio = own_.isEmpty() ? 0 : double(own_.width()) / own_.height();
        is_usual = is_usual || std::abs(ratio / ratioOf(one) - 1) < kSameShape;
    }
    if (!is_usual) {
        const int common = std::gcd(own_.width(), own_.height());
        const AspectRatio own{own_.width() / common, own_.height() / common};
        add(own, tr("%1:%2").arg(own.width).arg(own.height));
    }
    for (const AspectRatio one : usual_aspects()) {
        const QString text = tr("%1:%2").arg(one.width).arg(one.height);
        add(one, one.width == one.height  ? tr("%1 square").arg(text)
                 : one.width > one.height ? tr("%1 wide").arg(text)
                                          : tr("%1 tall").arg(text));
    }
}

bool SizeForm::isCustom() const {
    return resolution_->currentData().isValid() && resolution_->currentData().toSize() == QSize(0, 0);
}

AspectRatio SizeForm::aspect() const {
    const QSize chosen = aspect_->currentData().toSize();
    return chosen.isEmpty() ? AspectRatio{} : AspectRatio{chosen.width(), chosen.height()};
}

QSize SizeForm::size() const {
    if (isCustom()) return {width_->value(), height_->value()};
    const QSize base = resolution_->currentData().toSize();
    if (base.isEmpty()) return {};
    const int row = resolution_->currentIndex();
    if (has_fixed_sizes_ || row >= int(classes_.size())) return base;
    return qsize(size_for(classes_[std::size_t(row)], aspect(), model_));
}

void SizeForm::chooseAspectOf(QSize size) {
    const double ratio = double(size.width()) / size.height();
    for (int i = 0; i < aspect_->count(); ++i) {
        const QSize one = aspect_->itemData(i).toSize();
        if (std::abs(ratio / (double(one.width()) / one.height()) - 1) < kSameShape) return aspect_->setCurrentIndex(i);
    }
}

void SizeForm::setSize(QSize size) {
    {
        const QSignalBlocker quiet_resolution(resolution_), quiet_aspect(aspect_), quiet_width(width_),
            quiet_height(height_);
        if (size.isEmpty()) size = own_;
        if (const int exact = resolution_->findData(size); exact >= 0) {
            resolution_->setCurrentIndex(exact);
            if (!size.isEmpty()) chooseAspectOf(size);
        } else if (size.isEmpty()) {
            resolution_->setCurrentIndex(0);
        } else {
            bool is_found = false;
            for (std::size_t i = 0; i < classes_.size() && !is_found && !has_fixed_sizes_; ++i)
                for (int a = 0; a < aspect_->count() && !is_found; ++a) {
                    const QSize shape = aspect_->itemData(a).toSize();
                    is_found = qsize(size_for(classes_[i], {shape.width(), shape.height()}, model_)) == size;
                    if (!is_found) continue;
                    resolution_->setCurrentIndex(int(i));
                    aspect_->setCurrentIndex(a);
                }
            if (!is_found) resolution_->setCurrentIndex(resolution_->count() - 1);
            width_->setValue(size.width());
            height_->setValue(size.height());
        }
    }
    onChosen();
}

void SizeForm::setFollowed(QSize picture) {
    followed_ = picture;
    updateAspectState();
    updateText();
}

void SizeForm::onChosen() {
    custom_->setVisible(isCustom());
    updateAspectState();
    updateText();
    Q_EMIT changed();
}

/// The shape is no choice where something else decides it; then it says what.
void SizeForm::updateAspectState() {
    QString why;
    if (isCustom())
        why = tr("Width and height below decide the shape.");
    else if (followed_.isValid())
        why = tr("The video follows the picture's shape. Choose another fit to decide it here.");
    else if (has_fixed_sizes_)
        why = tr("This model was made for the sizes in the list. Other… takes any size.");
    else if (classes_.empty())
        why = tr("The sizes of this model are not known yet.");
    aspect_->setEnabled(why.isEmpty());
    aspect_->setToolTip(why.isEmpty() ? tr("Shape of the video: width to height") : why);
    aspect_->setAccessibleDescription(why);
}

void SizeForm::updateText() {
    const QSize now = size();
    if (now.isEmpty())
        text_->setText(tr("The model decides width and height."));
    else if (followed_.isValid())
        text_->setText(tr("Shape of the picture, about as many pixels as %1 × %2").arg(now.width()).arg(now.height()));
    else
        text_->setText(tr("%1 × %2 pixels").arg(now.width()).arg(now.height()));
    resolution_->setAccessibleDescription(text_->text());
}

}  // namespace studio::ui
