#include "ui/accessible.h"

#include <QAbstractItemView>
#include <QAccessibleWidget>
#include <QComboBox>
#include <QCoreApplication>
#include <QLabel>

#include "ui/widgets/error_panel.h"
#include "ui/widgets/frame_canvas.h"
#include "ui/widgets/progress_panel.h"

namespace studio::ui {

namespace {
/// The drawn steps are a progress bar in percent.
class ProgressFace : public QAccessibleWidget, public QAccessibleValueInterface {
  public:
    explicit ProgressFace(StepSegments* bar) : QAccessibleWidget(bar, QAccessible::ProgressBar), bar_(bar) {}

    void* interface_cast(QAccessible::InterfaceType type) override {
        if (type == QAccessible::ValueInterface) return static_cast<QAccessibleValueInterface*>(this);
        return QAccessibleWidget::interface_cast(type);
    }
    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Value) return QStringLiteral("%1 %").arg(qRound(100 * bar_->fraction()));
        return QAccessibleWidget::text(kind);
    }
    QVariant currentValue() const override { return qRound(100 * bar_->fraction()); }
    void setCurrentValue(const QVariant&) override {}
    QVariant maximumValue() const override { return 100; }
    QVariant minimumValue() const override { return 0; }
    QVariant minimumStepSize() const override { return 1; }

  private:
    StepSegments* bar_;
};

/// An error or a note that came up: read out when it appears.
class AlertFace : public QAccessibleWidget {
  public:
    explicit AlertFace(ErrorPanel* panel) : QAccessibleWidget(panel, QAccessible::AlertMessage) {}

    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Name) return label("errorTitle");
        if (kind == QAccessible::Description) return label("errorMessage") + QLatin1Char('\n') + label("errorFix");
        return QAccessibleWidget::text(kind);
    }

  private:
    QString label(const char* name) const {
        const auto* found = widget()->findChild<QLabel*>(QLatin1String(name));
        return found ? found->text() : QString();
    }
};

/// Qt names a box by its choice alone on Linux; what is chosen there belongs to it: "Model, Postcards".
class ComboFace : public QAccessibleWidget {
  public:
    explicit ComboFace(QComboBox* box) : QAccessibleWidget(box, QAccessible::ComboBox), box_(box) {}

    QString text(QAccessible::Text kind) const override {
        if (kind == QAccessible::Value) return box_->currentText();
        const QString own = QAccessibleWidget::text(kind);
        if (kind != QAccessible::Name || box_->currentText().isEmpty()) return own;
        return own.isEmpty() ? box_->currentText()
                             : QCoreApplication::translate("Accessible", "%1, %2", "what is chosen, and the choice")
                                   .arg(own, box_->currentText());
    }
    QAccessible::State state() const override {
        QAccessible::State now = QAccessibleWidget::state();
        now.hasPopup = now.expandable = true;
        const auto* list = box_->findChild<QAbstractItemView*>();  // view() would make one
        now.expanded = list && list->isVisible();
        now.collapsed = !now.expanded;
        return now;
    }
    QStringList actionNames() const override {
        return QStringList{showMenuAction()} + QAccessibleWidget::actionNames();
    }
    void doAction(const QString& action) override {
        if (action == showMenuAction())
            box_->showPopup();
        else
            QAccessibleWidget::doAction(action);
    }

  private:
    QComboBox* box_;
};

QAccessibleInterface* makeFace(const QString&, QObject* object) {
    if (auto* bar = qobject_cast<StepSegments*>(object)) return new ProgressFace(bar);
    if (auto* panel = qobject_cast<ErrorPanel*>(object)) return new AlertFace(panel);
    if (auto* canvas = qobject_cast<FrameCanvas*>(object)) return new QAccessibleWidget(canvas, QAccessible::Graphic);
    if (object->objectName() == QLatin1String("stagePanel"))
        return new QAccessibleWidget(qobject_cast<QWidget*>(object), QAccessible::Grouping);
    if (auto* box = qobject_cast<QComboBox*>(object); box && !box->isEditable()) return new ComboFace(box);
    return nullptr;
}
}  // namespace

void installAccessibility() {
    static const bool is_installed = [] {
        QAccessible::installFactory(makeFace);
        return true;
    }();
    static_cast<void>(is_installed);
}

}  // namespace studio::ui
