#include "ui/dialogs/export_form.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QStandardItemModel>

#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {

struct FormatWords {
    ExportFormat format;
    const char* name;
    const char* help;
};
constexpr FormatWords kFormats[] = {
    {ExportFormat::kH264, QT_TRANSLATE_NOOP("studio::ui::ExportForm", "MP4 with H.264 - plays everywhere"),
     QT_TRANSLATE_NOOP("studio::ui::ExportForm", "For players, phones, browsers and chats of any age.")},
    {ExportFormat::kHevc, QT_TRANSLATE_NOOP("studio::ui::ExportForm", "MP4 with HEVC - smaller, newer devices"),
     QT_TRANSLATE_NOOP("studio::ui::ExportForm",
                       "Plays on phones and computers of the last years; not in every browser.")},
    {ExportFormat::kWebm, QT_TRANSLATE_NOOP("studio::ui::ExportForm", "WebM with VP9 - for web pages"),
     QT_TRANSLATE_NOOP("studio::ui::ExportForm", "Free of licence fees; plays in every browser of today.")},
    {ExportFormat::kAv1, QT_TRANSLATE_NOOP("studio::ui::ExportForm", "WebM with AV1 - smallest, slow to make"),
     QT_TRANSLATE_NOOP("studio::ui::ExportForm", "Needs a recent browser or player.")},
    {ExportFormat::kGif, QT_TRANSLATE_NOOP("studio::ui::ExportForm", "GIF - moves in every chat and document"),
     QT_TRANSLATE_NOOP("studio::ui::ExportForm",
                       "At most 256 colours, and large: choose a small size and few frames.")},
    {ExportFormat::kPng, QT_TRANSLATE_NOOP("studio::ui::ExportForm", "PNG pictures - every frame without loss"),
     QT_TRANSLATE_NOOP("studio::ui::ExportForm", "A folder with numbered pictures, for an editor.")},
    {ExportFormat::kCopy, QT_TRANSLATE_NOOP("studio::ui::ExportForm", "MP4 as it is - only what it tells changes"),
     QT_TRANSLATE_NOOP("studio::ui::ExportForm",
                       "The same video data, not encoded again: to strip a file before sharing it.")},
};

void disable(QComboBox& box, int row, const QString& reason) {
    auto* model = qobject_cast<QStandardItemModel*>(box.model());
    if (!model || !model->item(row)) return;
    model->item(row)->setEnabled(false);
    box.setItemData(row, reason, Qt::ToolTipRole);
}

void choose(QComboBox& box, const QVariant& data) {
    const int at = box.findData(data);
    if (at >= 0 && (box.model()->flags(box.model()->index(at, 0)) & Qt::ItemIsEnabled)) box.setCurrentIndex(at);
}

QSpinBox* sideBox(const char* name, const QString& says) {
    auto* box = new QSpinBox;
    box->setObjectName(QLatin1String(name));
    box->setAccessibleName(says);
    box->setRange(2, 8192);
    box->setSingleStep(2);
    box->setValue(512);
    return box;
}

}  // namespace

ExportForm::ExportForm(const ExportCalls& calls, QWidget* parent) : QWidget(parent) {
    rows_ = new QFormLayout(this);
    rows_->setContentsMargins(0, 0, 0, 0);
    rows_->setSpacing(kGrid);
    addFormats(calls.formats ? calls.formats() : std::vector<ExportFormatInfo>());
    if (calls.can_interpolate)
        if (const auto state = calls.can_interpolate(); !state.ok())
            cannot_draw_ = fromUtf8(state.error().message + " " + state.error().fix);
    addRows();
    for (QComboBox* box : {format_, quality_, rate_, size_, metadata_})
        connect(box, &QComboBox::currentIndexChanged, this, &ExportForm::update);
    for (QSpinBox* box : {plays_, width_, height_})
        connect(box, &QSpinBox::valueChanged, this, &ExportForm::update);
    connect(draw_, &QCheckBox::toggled, this, &ExportForm::update);
    update();
}

void ExportForm::addFormats(const std::vector<ExportFormatInfo>& formats) {
    formats_ = formats;
    format_ = new QComboBox;
    format_->setObjectName(QStringLiteral("exportFormat"));
    format_->setAccessibleName(tr("Format"));
    for (const ExportFormatInfo& info : formats_)
        for (const FormatWords& words : kFormats)
            if (words.format == info.format) {
                format_->addItem(tr(words.name), int(info.format));
                format_->setItemData(format_->count() - 1, tr(words.help), Qt::ToolTipRole);
                if (!info.is_available) disable(*format_, format_->count() - 1, fromUtf8(info.reason));
            }
    rows_->addRow(tr("Format"), format_);
}

void ExportForm::addRows() {
    const auto box = [this](const char* name, const QString& label, const QString& help) {
        auto* made = new QComboBox;
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(label);
        made->setToolTip(help);
        rows_->addRow(label, made);
        return made;
    };
    quality_ = box("exportQuality", tr("Quality"), tr("Better quality makes a larger file."));
    quality_->addItem(tr("Small file"), int(ExportQuality::kSmall));
    quality_->addItem(tr("Good"), int(ExportQuality::kGood));
    quality_->addItem(tr("High"), int(ExportQuality::kHigh));
    quality_->addItem(tr("Best"), int(ExportQuality::kBest));
    quality_->setCurrentIndex(2);
    rate_ = box("exportRate", tr("Frames a second"), tr("Frames are shown twice or left out; the length stays."));
    rate_->addItem(tr("As the video"), 0.0);
    for (const int rate : {8, 10, 12, 15, 16, 24, 25, 30, 32, 48, 50, 60})
        rate_->addItem(QLocale().toString(rate), double(rate));
    draw_ = new QCheckBox(tr("Draw new frames in between, along the movement"));
    draw_->setObjectName(QStringLiteral("exportDraw"));
    rows_->addRow(QString(), draw_);
    plays_ = new QSpinBox;
    plays_->setObjectName(QStringLiteral("exportPlays"));
    plays_->setAccessibleName(tr("Plays"));
    plays_->setRange(1, 100);
    rows_->addRow(tr("Plays"), plays_);
    size_ = box("exportSize", tr("Size"), tr("Width and height of the picture."));
    size_->addItem(tr("As the video"), 0);
    size_->addItem(tr("Half"), 1);
    size_->addItem(tr("Own size"), 2);
    own_size_ = new QWidget;
    auto* sides = new QHBoxLayout(own_size_);
    sides->setContentsMargins(0, 0, 0, 0);
    sides->addWidget(width_ = sideBox("exportWidth", tr("Width")));
    sides->addWidget(new QLabel(QStringLiteral("×")));
    sides->addWidget(height_ = sideBox("exportHeight", tr("Height")));
    sides->addStretch(1);
    rows_->addRow(QString(), own_size_);
    metadata_ =
        box("exportMetadata", tr("The file tells"), tr("What somebody can read out of the file that you share."));
    metadata_->addItem(tr("Everything: prompt, model and settings, to make it again"), int(ExportMetadata::kKeep));
    metadata_->addItem(tr("Only that it was made by artificial intelligence"), int(ExportMetadata::kLabel));
    metadata_->addItem(tr("Nothing at all"), int(ExportMetadata::kNone));
}

const ExportFormatInfo& ExportForm::info() const {
    static const ExportFormatInfo none;
    for (const ExportFormatInfo& each : formats_)
        if (each.format == format()) return each;
    return none;
}

ExportFormat ExportForm::format() const {
    return ExportFormat(format_->currentData().toInt());
}

QString ExportForm::extension() const {
    return QString::fromLatin1(info().extension.data(), qsizetype(info().extension.size()));
}

void ExportForm::chooseFormat(ExportFormat format) {
    choose(*format_, int(format));
}

/// A row that means nothing for the format is not shown.
void ExportForm::update() {
    const ExportFormat now = format();
    const bool is_copy = now == ExportFormat::kCopy, is_gif = now == ExportFormat::kGif;
    const auto show = [this](QWidget* row, bool is_shown) {
        row->setVisible(is_shown);
        if (QWidget* label = rows_->labelForField(row)) label->setVisible(is_shown);
    };
    show(quality_, !is_copy && now != ExportFormat::kPng);
    show(rate_, !is_copy);
    show(draw_, !is_copy);
    show(plays_, !is_copy && now != ExportFormat::kPng);
    show(size_, !is_copy);
    show(own_size_, !is_copy && size_->currentData().toInt() == 2);
    const bool has_rate = rate_->currentData().toDouble() > 0;
    draw_->setEnabled(cannot_draw_.isEmpty() && has_rate);
    draw_->setToolTip(!cannot_draw_.isEmpty() ? cannot_draw_
                      : has_rate              ? tr("Movement looks smoother. Slow, and fast movement may tear.")
                                              : tr("Choose more frames a second first."));
    const bool was_blocked = plays_->blockSignals(true);
    plays_->setMinimum(is_gif ? 0 : 1);
    plays_->setSpecialValueText(is_gif ? tr("For ever") : QString());
    plays_->setToolTip(is_gif ? tr("How often the GIF plays before it stands still.")
                              : tr("How often the clip stands in the file, for players that do not loop."));
    plays_->blockSignals(was_blocked);
    Q_EMIT changed();
}

void ExportForm::fill(ExportRequest& request) const {
    request.format = format();
    request.metadata = ExportMetadata(metadata_->currentData().toInt());
    if (request.format == ExportFormat::kCopy) return;
    request.quality = ExportQuality(quality_->currentData().toInt());
    if (const double rate = rate_->currentData().toDouble(); rate > 0) request.fps = rate;
    if (draw_->isChecked() && draw_->isEnabled()) request.motion = ExportMotion::kInterpolate;
    if (request.format != ExportFormat::kPng) request.plays = plays_->value();
    request.is_half = size_->currentData().toInt() == 1;
    if (size_->currentData().toInt() == 2) {
        request.width = width_->value();
        request.height = height_->value();
    }
}

void ExportForm::save(QSettings& settings) const {
    settings.setValue(QStringLiteral("format"), int(format()));
    settings.setValue(QStringLiteral("quality"), quality_->currentData());
    settings.setValue(QStringLiteral("rate"), rate_->currentData());
    settings.setValue(QStringLiteral("draw"), draw_->isChecked());
    settings.setValue(QStringLiteral("plays"), plays_->value());
    settings.setValue(QStringLiteral("size"), size_->currentData());
    settings.setValue(QStringLiteral("width"), width_->value());
    settings.setValue(QStringLiteral("height"), height_->value());
    settings.setValue(QStringLiteral("metadata"), metadata_->currentData());
}

void ExportForm::restore(const QSettings& settings) {
    const auto number = [&](const char* key, int fallback) {
        bool is_number = false;
        const int value = settings.value(QLatin1String(key), fallback).toInt(&is_number);
        return is_number ? value : fallback;
    };
    choose(*format_, number("format", format_->currentData().toInt()));
    choose(*quality_, number("quality", int(ExportQuality::kHigh)));
    choose(*rate_, settings.value(QStringLiteral("rate"), 0.0).toDouble());
    choose(*size_, number("size", 0));
    choose(*metadata_, number("metadata", 0));
    draw_->setChecked(settings.value(QStringLiteral("draw"), false).toBool());
    plays_->setValue(number("plays", 1));
    width_->setValue(number("width", 512));
    height_->setValue(number("height", 512));
}

}  // namespace studio::ui
