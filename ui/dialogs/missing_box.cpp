#include "ui/dialogs/missing_box.h"

#include <QPushButton>

#include "ui/wording.h"

namespace studio::ui {

MissingBox::MissingBox(const std::vector<MissingPart>& parts, const QString& source, QWidget* parent)
    : QMessageBox(parent) {
    setObjectName(QStringLiteral("missingBox"));
    setAttribute(Qt::WA_DeleteOnClose);
    setTextFormat(Qt::PlainText);
    setWindowTitle(tr("Something is missing"));
    setText(tr("The settings of %1 are back. To make the same video, this is missing on this computer:").arg(source));
    QStringList lines;
    bool needs_model = false;
    for (const MissingPart& part : parts) {
        lines << words(part);
        needs_model = needs_model || part.key == "model";
    }
    setInformativeText(lines.join(QLatin1Char('\n')));
    QPushButton* close = addButton(tr("Close"), QMessageBox::RejectRole);
    close->setObjectName(QStringLiteral("missingClose"));
    setEscapeButton(close);
    if (!needs_model) return;
    QPushButton* models = addButton(tr("Models…"), QMessageBox::AcceptRole);
    models->setObjectName(QStringLiteral("missingModels"));
    models->setToolTip(tr("Download the model there, or show where you have it."));
    setDefaultButton(models);
    connect(models, &QPushButton::clicked, this, &MissingBox::modelsWanted);
}

QString MissingBox::words(const MissingPart& part) {
    const QString name = fromUtf8(part.name);
    if (part.key == "model")
        return part.catalog_id.empty()
                   ? tr("The model %1. It is not a published one: ask for it where the video came from.").arg(name)
                   : tr("The model %1. It can be downloaded as %2.").arg(name, fromUtf8(part.catalog_id));
    if (part.key == "image")
        return part.is_changed ? tr("The start image %1: the file is there, but it is another picture now.").arg(name)
                               : tr("The start image %1.").arg(name);
    if (part.key == "end_image")
        return part.is_changed ? tr("The end image %1: the file is there, but it is another picture now.").arg(name)
                               : tr("The end image %1.").arg(name);
    if (part.key == "loras") return tr("The LoRA %1.").arg(name);
    return tr("The model file %1.").arg(name);
}

}  // namespace studio::ui
