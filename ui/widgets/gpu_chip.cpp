#include "ui/widgets/gpu_chip.h"

#include <QTextDocument>

#include "core/text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
QString textOf(const Json& object, const char* key) {
    const auto it = object.is_object() ? object.find(key) : object.end();
    return object.is_object() && it != object.end() && it->is_string() ? fromUtf8(it->get<std::string>()) : QString();
}

/// "NVIDIA GeForce RTX 4090" is "RTX 4090" to its owner.
QString shortName(QString name) {
    for (const char* word : {"NVIDIA ", "GeForce "})
        name.remove(QLatin1String(word));
    return name.trimmed();
}
}  // namespace

GpuChip::GpuChip(QWidget* parent) : QToolButton(parent) {
    setObjectName(QStringLiteral("gpuChip"));
    setProperty("role", "chip");
    setIcon(makeIcon(Glyph::kChip));
    setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    hide();
}

void GpuChip::look(const Backend& backend) {
    if (!backend.examine) return;
    DoctorOptions options;
    options.with_self_test = false;
    options.stop = stop_.get_token();
    background_.run([examine = backend.examine,
                     options] { return guarded([&]() -> Result<DoctorReport> { return examine(options); }); },
                    [this](Result<DoctorReport> report) {
                        if (report.ok()) show(*report);
                    });
}

void GpuChip::show(const DoctorReport& report) {
    for (const Finding& finding : report.findings) {
        if (finding.key != "gpu") continue;
        is_known_ = true;
        reason_ = textOf(finding.data, "reason");
        const auto devices = finding.data.is_object() ? finding.data.find("devices") : finding.data.end();
        if (finding.data.is_object() && devices != finding.data.end() && devices->is_array() && !devices->empty()) {
            const Json& first = devices->front();
            name_ = textOf(first, "name");
            const auto bytes = first.find("memory_bytes");
            if (bytes != first.end() && bytes->is_number_unsigned()) total_ = bytes->get<quint64>();
        }
    }
    updateText();
    Q_EMIT found();
}

void GpuChip::setFreeMemory(quint64 bytes) {
    if (bytes == free_) return;
    free_ = bytes;
    updateText();
}

void GpuChip::updateText() {
    if (!is_known_) return;
    const auto size = [](quint64 bytes) { return fromUtf8(format_bytes(bytes)); };
    QString text = tr("No GPU");
    QString help = tr("No GPU: works on the processor");
    if (hasGpu()) {
        text = shortName(name_);
        help = total_ > 0 ? tr("%1 with %2 of memory").arg(name_, size(total_)) : name_;
        if (free_ > 0 && total_ >= free_) help = tr("%1: %2 of %3 free").arg(name_, size(free_), size(total_));
        if (free_ > 0 && total_ >= free_) text = tr("%1  ·  %2 free").arg(text, size(free_));
    }
    setText(text);
    setAccessibleName(help);
    const QString why = hasGpu() || reason_.isEmpty() ? QString() : reason_ + QLatin1Char('\n');
    setToolTip(Qt::convertFromPlainText(help + QLatin1Char('\n') + why + tr("Click for the Doctor, which says more."),
                                        Qt::WhiteSpaceNormal));
    setVisible(true);
}

}  // namespace studio::ui
