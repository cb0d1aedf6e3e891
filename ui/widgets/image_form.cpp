#include "ui/widgets/image_form.h"

#include <QVBoxLayout>

#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

ImageForm::ImageForm(const Backend& backend, QWidget* parent) : QWidget(parent) {
    start_ = new ImageWell(tr("Start picture"), backend);
    start_->setObjectName(QStringLiteral("startWell"));
    end_ = new ImageWell(tr("End picture (optional)"), backend);
    end_->setObjectName(QStringLiteral("endWell"));
    fit_ = new QComboBox;
    fit_->setObjectName(QStringLiteral("fitBox"));
    fit_->setAccessibleName(tr("How the picture is fitted"));
    fit_->setToolTip(tr("What happens when the picture has another shape than the video."));
    fit_->addItem(tr("The video follows the picture's shape"), QStringLiteral("follow"));
    fit_->addItem(tr("Cut off what stands out"), QStringLiteral("crop"));
    fit_->addItem(tr("Fill up with a border"), QStringLiteral("pad"));
    fit_->addItem(tr("Stretch"), QStringLiteral("stretch"));
    fit_label_ = new QLabel(tr("&Fit"));
    fit_label_->setProperty("role", "label");
    fit_label_->setBuddy(fit_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(start_);
    layout->addWidget(end_);
    layout->addWidget(fit_label_);
    layout->addWidget(fit_);
    for (ImageWell* well : {start_, end_})
        connect(well, &ImageWell::changed, this, [this] {
            updateParts();
            Q_EMIT changed();
        });
    connect(fit_, &QComboBox::activated, this, &ImageForm::changed);
    setModel({});
}

void ImageForm::setModel(const ModelInfo& model) {
    takes_start_ = model.kind.find("image") != std::string::npos || model.kind.find("frame") != std::string::npos;
    takes_end_ = model.kind == "first-last-frame-to-video";
    updateParts();
}

void ImageForm::updateParts() {
    const bool takes_images = takesImages();
    start_->setVisible(takes_images);
    end_->setVisible(takes_images && takes_end_);
    const bool has_image = takes_images && !start_->path().isEmpty();
    fit_->setVisible(has_image);
    fit_label_->setVisible(has_image);
    setVisible(takes_images);
}

void ImageForm::setValues(const GenerationRequest& request) {
    start_->setPath(fromUtf8(request.image));
    end_->setPath(fromUtf8(request.end_image));
    fit_->setCurrentIndex(std::max(0, fit_->findData(fromUtf8(request.image_fit))));
    updateParts();
}

void ImageForm::fill(GenerationRequest& request) const {
    if (!takesImages()) return;
    request.image = start_->path().toStdString();
    if (takes_end_) request.end_image = end_->path().toStdString();
    if (!request.image.empty()) request.image_fit = fit_->currentData().toString().toStdString();
}

void ImageForm::setWanted(bool is_wanted) {
    is_wanted_ = is_wanted;
    updateParts();
}

void ImageForm::setFit(const QString& fit) {
    fit_->setCurrentIndex(std::max(0, fit_->findData(fit)));
}

QSize ImageForm::followedSize() const {
    const bool follows = takesImages() && fit_->currentData().toString() == QLatin1String("follow");
    return follows ? start_->imageSize() : QSize();
}

bool ImageForm::take(const QMimeData* offered) {
    if (!takesImages()) return false;
    ImageWell* well = takes_end_ && !start_->path().isEmpty() && end_->path().isEmpty() ? end_ : start_;
    well->take(offered);
    return true;
}

}  // namespace studio::ui
