// ui/desktop/window_state.h - the window comes back where and as it was: place, size, splitters, tabs, open sections.
#pragma once
#include <QAbstractButton>
#include <QByteArray>
#include <QPointer>
#include <QSettings>
#include <QSplitter>
#include <QTabWidget>
#include <QWidget>
#include <vector>

namespace studio::ui {

/// Parts are kept by their object names in `file` (window.ini). A file that is damaged or of another version changes
/// nothing. Kept at save(), not before.
/// Ownership   the window must outlive it; parts may go earlier.   Threads   GUI thread.
class WindowState {
  public:
    WindowState(QWidget& window, const QString& file);

    // A part's first state is taken here, for reset().
    void keep(QSplitter* splitter);
    void keep(QTabWidget* tabs);
    void keep(QAbstractButton* section);  // checkable: open or closed

    /// As it was at the last save(). A place outside all screens is left out.
    void restore();
    void save();
    /// As it was when the parts were given; the window keeps its place.
    void reset();

  private:
    struct Part {
        QPointer<QWidget> widget;
        QVariant first;
    };
    void add(QWidget* widget);

    QWidget& window_;
    QSettings settings_;
    std::vector<Part> parts_;
};

}  // namespace studio::ui
