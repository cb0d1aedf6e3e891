#include "ui/widgets/image_well.h"

#include <QClipboard>
#include <QCryptographicHash>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QGuiApplication>
#include <QKeyEvent>
#include <QMimeData>
#include <QPainter>
#include <QPainterPath>
#include <QUrl>
#include <QVBoxLayout>

#include "core/platform.h"
#include "core/text.h"
#include "ui/film_strip.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kThumbnailSide = 160;
constexpr int kRadius = 10;

QStringList localFiles(const QMimeData* data) {
    QStringList files;
    for (const QUrl& url : data->urls())
        if (url.isLocalFile() && url.host().isEmpty()) files << url.toLocalFile();  // no \\server\share, no http
    return files;
}

struct Small {
    QImage thumbnail;
    QSize size;
    QStringList notices;
};

Result<Small> readSmall(const std::function<Result<Picture>(const std::filesystem::path&)>& read, const QString& path) {
    STUDIO_TRY(picture, read(path_from_utf8(path.toStdString())));
    Small small;
    small.size = QSize(picture.width, picture.height);
    for (const std::string& notice : picture.notices)
        small.notices << fromUtf8(notice);
    std::vector<Frame> frames;
    frames.push_back(std::move(picture.pixels));
    STUDIO_TRY(strip, make_film_strip(std::move(frames), 1));
    small.thumbnail =
        strip->frames.front().scaled(kThumbnailSide, kThumbnailSide, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    return small;
}
}  // namespace

ImageWell::ImageWell(const QString& title, const Backend& backend, QWidget* parent)
    : QFrame(parent), title_(title), read_picture_(backend.read_picture) {
    setAcceptDrops(true);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(title);
    setToolTip(tr("Drop a picture here, paste one, or click to choose a file."));
    setMinimumHeight(12 * kGrid);
    clear_ = new QToolButton(this);
    clear_->setObjectName(QStringLiteral("clearImage"));
    clear_->setProperty("role", "flat");
    clear_->setIcon(makeIcon(Glyph::kClose));
    clear_->setAccessibleName(tr("Take the picture out"));
    clear_->setToolTip(tr("Take the picture out"));
    clear_->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4, 4, 4, 4);
    layout->addWidget(clear_, 0, Qt::AlignTop | Qt::AlignRight);
    layout->addStretch();
    connect(clear_, &QToolButton::clicked, this, &ImageWell::clear);
}

bool ImageWell::accepts(const QMimeData* offered) {
    return offered->hasImage() || !localFiles(offered).isEmpty();
}

void ImageWell::take(const QMimeData* offered) {
    const QStringList files = localFiles(offered);
    if (files.isEmpty()) {
        if (offered->hasImage()) return keepBitmap(qvariant_cast<QImage>(offered->imageData()));
        return say(tr("Only pictures on this computer can be used."), true);
    }
    setPath(files.first());
    if (files.size() > 1) text_ = tr("%n more picture(s) left out", nullptr, int(files.size()) - 1);
}

void ImageWell::setPath(const QString& path) {
    if (path.isEmpty()) return clear();
    path_ = path;
    read(path);
    Q_EMIT changed();
}

void ImageWell::clear() {
    ++reading_;
    path_.clear();
    size_ = {};
    thumbnail_ = {};
    clear_->hide();
    say({}, false);
    Q_EMIT changed();
}

void ImageWell::read(const QString& path) {
    const quint64 number = ++reading_;
    clear_->show();
    say(tr("Reading…"), false);
    background_.run([read = read_picture_, path] { return guarded([&] { return readSmall(read, path); }); },
                    [this, number](Result<Small> small) {
                        if (number != reading_) return;
                        if (!small.ok()) {
                            thumbnail_ = {};
                            size_ = {};
                            say(tr("%1 %2").arg(fromUtf8(small.error().message), fromUtf8(small.error().fix)), true);
                        } else {
                            thumbnail_ = small->thumbnail;
                            size_ = small->size;
                            say(small->notices.join(QLatin1Char(' ')), false);
                        }
                        Q_EMIT changed();
                    });
}

/// A job needs a file that stays: the same bitmap pasted twice is one file.
void ImageWell::keepBitmap(const QImage& bitmap) {
    const QImage picture = bitmap.convertToFormat(QImage::Format_RGBA8888);
    if (picture.isNull()) return say(tr("The clipboard holds no picture."), true);
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArrayView(reinterpret_cast<const char*>(picture.constBits()), picture.sizeInBytes()));
    const QString folder = fromUtf8(path_to_utf8(platform::user_state_dir() / "pasted"));
    const QString file = QDir(folder).filePath(QString::fromLatin1(hash.result().toHex().left(32)) + ".png");
    if (!QFileInfo::exists(file) && (!QDir().mkpath(folder) || !picture.save(file)))
        return say(tr("The pasted picture could not be kept in %1.").arg(folder), true);
    setPath(file);
}

void ImageWell::say(const QString& text, bool is_problem) {
    text_ = text;
    has_problem_ = is_problem;
    const QString shown = size_.isValid() ? tr("%1 × %2").arg(size_.width()).arg(size_.height()) : QString();
    setAccessibleDescription(QStringList{QFileInfo(path_).fileName(), shown, text}.join(QLatin1String(", ")));
    update();
}

void ImageWell::dragEnterEvent(QDragEnterEvent* event) {
    if (accepts(event->mimeData())) event->acceptProposedAction();
}

void ImageWell::dropEvent(QDropEvent* event) {
    take(event->mimeData());
    event->acceptProposedAction();
}

void ImageWell::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton) browse();
}

void ImageWell::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Paste)) return take(QGuiApplication::clipboard()->mimeData());
    if (event->key() == Qt::Key_Delete && !path_.isEmpty()) return clear();
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space)
        if (!(event->modifiers() & Qt::ControlModifier)) return browse();
    QFrame::keyPressEvent(event);
}

void ImageWell::browse() {
    auto* dialog =
        new QFileDialog(this, title_, {}, tr("Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif);;All files (*)"));
    dialog->setObjectName(QStringLiteral("imageDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this, &ImageWell::setPath);
    dialog->open();
}

void ImageWell::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    const QRectF box = QRectF(rect()).adjusted(1, 1, -1, -1);
    QPainterPath outline;
    outline.addRoundedRect(box, kRadius, kRadius);
    painter.fillPath(outline, palette().color(QPalette::Base));
    QPen border(hasFocus() ? accentColor(palette()) : borderColor(palette()), 1);
    if (path_.isEmpty() && !hasFocus()) border.setStyle(Qt::DashLine);
    painter.setPen(border);
    painter.drawPath(outline);
    QRect words = rect().adjusted(2 * kGrid, kGrid, -2 * kGrid, -kGrid);
    if (!thumbnail_.isNull()) {
        const QSize shown = thumbnail_.size().scaled(height() - 2 * kGrid, height() - 2 * kGrid, Qt::KeepAspectRatio);
        const QRect place(QPoint(kGrid, (height() - shown.height()) / 2), shown);
        painter.drawImage(place, thumbnail_);
        words.setLeft(place.right() + kGrid + 4);
        words.setRight(clear_->x());
    }
    QString text = title_;
    if (!path_.isEmpty()) text = QFileInfo(path_).fileName();
    if (size_.isValid()) text += QLatin1Char('\n') + tr("%1 × %2").arg(size_.width()).arg(size_.height());
    if (!text_.isEmpty()) text += QLatin1Char('\n') + text_;
    painter.setPen(has_problem_ ? palette().color(QPalette::Text) : mutedColor(palette()));
    const int align = thumbnail_.isNull() ? Qt::AlignCenter : Qt::AlignLeft | Qt::AlignVCenter;
    painter.drawText(words, align | Qt::TextWrapAnywhere | Qt::TextWordWrap, text);
}

}  // namespace studio::ui
