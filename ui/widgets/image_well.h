// ui/widgets/image_well.h - a place for a picture: drop, paste or browse; shows it small, with its size.
#pragma once
#include <QFrame>
#include <QImage>
#include <QLabel>
#include <QToolButton>

#include "ui/backend.h"
#include "ui/background.h"

class QMimeData;

namespace studio::ui {

/// The first picture of a drop is taken, the rest is counted. Nothing is fetched: an address is refused, a bitmap from
/// the clipboard is kept as a file in the user's state folder.
/// Threads   GUI thread; files are read in the background.
class ImageWell : public QFrame {
    Q_OBJECT
  public:
    ImageWell(const QString& title, const Backend& backend, QWidget* parent = nullptr);

    /// Empty: no picture. While a file is still being read it counts as chosen.
    QString path() const { return path_; }
    QSize imageSize() const { return size_; }
    void setPath(const QString& path);
    void clear();
    bool hasProblem() const { return has_problem_; }

    /// Is there a local picture file or a bitmap in it?
    static bool accepts(const QMimeData* offered);
    void take(const QMimeData* offered);
    QSize sizeHint() const override { return {200, 96}; }

  Q_SIGNALS:
    void changed();

  protected:
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    void browse();
    void read(const QString& path);
    void keepBitmap(const QImage& bitmap);
    void say(const QString& text, bool is_problem);

    QString title_;
    std::function<Result<Picture>(const std::filesystem::path&)> read_picture_;
    Background background_;
    QString path_;
    QSize size_;
    QImage thumbnail_;
    QToolButton* clear_;
    QString text_;
    bool has_problem_ = false;
    quint64 reading_ = 0;  // number of the newest read; older answers are ignored
};

}  // namespace studio::ui
