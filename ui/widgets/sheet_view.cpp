#include "ui/widgets/sheet_view.h"

#include <QEvent>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "ui/theme/icons.h"
#include "ui/theme/motion.h"
#include "ui/theme/theme.h"
#include "ui/widgets/transport_bar.h"

namespace studio::ui {

namespace {
constexpr int kWords = 24;  // height of the line under a picture
constexpr int kEdge = 6;
}  // namespace

void SheetDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const {
    const QPalette& palette = option.palette;
    painter->save();
    painter->setRenderHints(QPainter::Antialiasing | QPainter::SmoothPixmapTransform);
    const QRectF place = QRectF(option.rect).adjusted(2, 2, -2, -2);
    const bool is_chosen = option.state & QStyle::State_Selected;
    if (is_chosen || option.state & QStyle::State_HasFocus) {
        painter->setPen(QPen(is_chosen ? accentColor(palette) : borderColor(palette), is_chosen ? 2 : 1));
        painter->setBrush(is_chosen ? palette.color(QPalette::Midlight) : QColor(Qt::transparent));
        painter->drawRoundedRect(place, 10, 10);
    }
    const QRectF box = place.adjusted(kEdge, kEdge, -kEdge, -kWords);
    const QImage image = index.data(Qt::DecorationRole).value<QImage>();
    QRectF picture(QPointF(),
                   image.isNull() ? box.size() : QSizeF(image.size()).scaled(box.size(), Qt::KeepAspectRatio));
    picture.moveCenter(box.center());
    QPainterPath outline;
    outline.addRoundedRect(picture, 6, 6);
    painter->fillPath(outline, raisedColor(palette));
    painter->setClipPath(outline);
    if (!image.isNull()) painter->drawImage(picture, image);
    painter->setClipping(false);
    if (index.data(kIsRunningRole).toBool()) {
        const QRectF track(picture.left() + 8, picture.bottom() - 12, picture.width() - 16, 4);
        painter->setPen(Qt::NoPen);
        painter->setBrush(QColor(0, 0, 0, 130));
        painter->drawRoundedRect(track, 2, 2);
        painter->setBrush(accentColor(palette));
        painter->drawRoundedRect(
            QRectF(track.topLeft(), QSizeF(track.width() * index.data(kFractionRole).toDouble(), 4)), 2, 2);
    }
    const QRectF words(place.left() + kEdge + 2, place.bottom() - kWords, place.width() - 2 * kEdge - 4, kWords);
    const QString seed = index.data(Qt::DisplayRole).toString();
    painter->setPen(palette.color(QPalette::Text));
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter, seed);
    const QFontMetrics metrics(option.font);
    const int room = int(words.width()) - metrics.horizontalAdvance(seed) - kGrid;
    painter->setPen(mutedColor(palette));
    painter->drawText(words, Qt::AlignRight | Qt::AlignVCenter,
                      metrics.elidedText(index.data(kDetailRole).toString(), Qt::ElideRight, std::max(0, room)));
    painter->restore();
}

SheetView::SheetView(SheetModel& model, QWidget* parent) : QWidget(parent), model_(model) {
    setObjectName(QStringLiteral("sheetView"));
    setAccessibleName(tr("Contact sheet"));
    title_ = new QLabel;
    title_->setObjectName(QStringLiteral("sheetTitle"));
    title_->setProperty("role", "heading");
    auto* close = makeFlatButton("sheetClose", tr("Close the contact sheet"), tr("Close; it stays in the history"),
                                 makeIcon(Glyph::kClose));
    connect(close, &QToolButton::clicked, this, &SheetView::closeWanted);
    grid_ = new QListView;
    grid_->setObjectName(QStringLiteral("sheetGrid"));
    grid_->setAccessibleName(tr("Quick tries, each with a seed of its own"));
    delegate_ = new SheetDelegate(grid_);
    grid_->setItemDelegate(delegate_);
    grid_->setModel(&model_);
    grid_->setFlow(QListView::LeftToRight);
    grid_->setWrapping(true);
    grid_->setResizeMode(QListView::Adjust);
    grid_->setUniformItemSizes(true);
    grid_->setMouseTracking(true);
    grid_->setFrameShape(QFrame::NoFrame);
    grid_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    grid_->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    grid_->viewport()->installEventFilter(this);
    hint_ = new QLabel;
    hint_->setObjectName(QStringLiteral("sheetHint"));
    hint_->setProperty("role", "hint");
    hint_->setWordWrap(true);
    auto* top = new QHBoxLayout;
    top->addWidget(title_, 1);
    top->addWidget(close);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(kGrid, 0, kGrid, 0);
    layout->setSpacing(kGrid);
    layout->addLayout(top);
    layout->addWidget(grid_, 1);
    layout->addWidget(hint_);
    layout->addWidget(makeButtons());
    connectGrid();
    update();
}

QWidget* SheetView::makeButtons() {
    finish_ = new QPushButton(tr("Finish this one"));
    finish_->setObjectName(QStringLiteral("sheetFinish"));
    finish_->setProperty("role", "primary");
    finish_->setToolTip(tr("Make it with the full settings and the same seed"));
    more_ = new QPushButton(tr("More like this"));
    more_->setObjectName(QStringLiteral("sheetMore"));
    more_->setToolTip(tr("Another sheet with the settings of this try and new seeds"));
    cancel_ = new QPushButton(tr("Cancel the rest"));
    cancel_->setObjectName(QStringLiteral("sheetCancel"));
    cancel_->setToolTip(tr("Make no more tries of this sheet"));
    connect(finish_, &QPushButton::clicked, this, [this] { Q_EMIT finishWanted(chosen()); });
    connect(more_, &QPushButton::clicked, this, [this] { Q_EMIT moreWanted(chosen()); });
    connect(cancel_, &QPushButton::clicked, this, &SheetView::cancelWanted);
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    for (QPushButton* button : {finish_, more_})
        layout->addWidget(button);
    layout->addStretch();
    layout->addWidget(cancel_);
    return row;
}

void SheetView::connectGrid() {
    connect(&model_, &QAbstractItemModel::dataChanged, this,
            [this](const QModelIndex&, const QModelIndex&, const QList<int>& roles) {
                if (roles != QList<int>{Qt::DecorationRole}) update();  // a picture of a loop changes nothing else
            });
    connect(&model_, &QAbstractItemModel::modelReset, this, [this] {
        looping_ = -1;
        placeCells();
        update();
    });
    connect(grid_->selectionModel(), &QItemSelectionModel::currentChanged, this, [this](const QModelIndex& now) {
        loop(now.row());
        update();
    });
    connect(grid_, &QListView::entered, this, [this](const QModelIndex& at) { loop(at.row()); });
    connect(grid_, &QListView::doubleClicked, this, [this](const QModelIndex&) {
        if (chosen() != 0) Q_EMIT playWanted(chosen());
    });
    connect(grid_, &QListView::activated, this, [this](const QModelIndex&) {
        if (chosen() != 0 && finish_->isEnabled()) Q_EMIT finishWanted(chosen());
    });
    timer_.setTimerType(Qt::PreciseTimer);
    connect(&timer_, &QTimer::timeout, this, &SheetView::showNextFrame);
}

quint64 SheetView::chosen() const {
    return grid_->currentIndex().data(kIdRole).toULongLong();
}

void SheetView::update() {
    const int made = model_.count(store::JobState::kFinished);
    title_->setText(tr("Contact sheet: %1 of %2 ready").arg(made).arg(model_.rowCount()));
    const store::JobRecord* job = model_.at(grid_->currentIndex().row());
    finish_->setEnabled(job && job->state != store::JobState::kFailed);
    more_->setEnabled(job != nullptr);
    cancel_->setVisible(model_.unfinished() > 0);
    hint_->setText(job ? tr("In full size details become sharper, and the composition may shift.")
                       : tr("Point at a try to see it move; choose one to finish it in full."));
}

/// As many columns as make the cells largest.
void SheetView::placeCells() {
    const int count = std::max(1, model_.rowCount());
    const QSize room = grid_->viewport()->size() - QSize(2, 2);
    if (room.isEmpty()) return;
    int best = 1;
    double best_side = 0;
    for (int columns = 1; columns <= count; ++columns) {
        const int rows = (count + columns - 1) / columns;
        const double side = std::min(room.width() / double(columns), (room.height() / double(rows) - kWords) * 1.6);
        if (side > best_side) {
            best_side = side;
            best = columns;
        }
    }
    const int rows = (count + best - 1) / best;
    delegate_->setCell({room.width() / best, room.height() / rows});
    Q_EMIT delegate_->sizeHintChanged({});
}

void SheetView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeCells();
}

bool SheetView::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::Leave) loop(grid_->hasFocus() ? grid_->currentIndex().row() : -1);
    if (event->type() == QEvent::Resize) placeCells();
    return QWidget::eventFilter(watched, event);
}

void SheetView::loop(int row) {
    looping_ = row;
    const FilmStripPtr clip = model_.clipOf(row);
    if (!clip || clip->frames.size() < 2 || Motion::instance().isReduced()) return timer_.stop();
    clock_.start();
    timer_.start(std::max(15, int(1000 / clip->fps)));
}

void SheetView::showNextFrame() {
    const FilmStripPtr clip = model_.clipOf(looping_);
    if (!clip || !isVisible()) return timer_.stop();
    model_.setFrame(looping_, int(double(clock_.elapsed()) / 1000 * clip->fps) % int(clip->frames.size()));
}

}  // namespace studio::ui
