// tests/gui/live_tree.h - walks over what a window shows: which widgets a person can use, how they are named, whether
// the keyboard gets there, and whether their words fit.
#pragma once
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QScrollBar>
#include <QSplitterHandle>
#include <QTabBar>
#include <QTest>
#include <QTextDocument>
#include <QWidget>

namespace studio::test {

inline QString pathOf(const QWidget* widget) {
    QStringList names;
    for (const QWidget* w = widget; w; w = w->parentWidget())
        names.prepend(w->objectName().isEmpty() ? QString::fromLatin1(w->metaObject()->className()) : w->objectName());
    return names.mid(std::max<qsizetype>(0, names.size() - 4)).join(QLatin1Char('/'));
}

/// Parts that Qt puts into its own widgets; the widget around them is what a person meets.
inline bool isInnerPart(const QWidget* widget) {
    const QWidget* parent = widget->parentWidget();
    return qobject_cast<const QScrollBar*>(widget) || qobject_cast<const QHeaderView*>(widget) ||
           qobject_cast<const QSplitterHandle*>(widget) || widget->objectName().startsWith(QLatin1String("qt_")) ||
           qobject_cast<const QAbstractSpinBox*>(parent) || qobject_cast<const QComboBox*>(parent) ||
           qobject_cast<const QLineEdit*>(parent) || qobject_cast<const QTabBar*>(parent) ||
           (qobject_cast<const QAbstractScrollArea*>(parent) &&
            qobject_cast<const QAbstractScrollArea*>(parent)->viewport() == widget);
}

/// What a person can press, type into or choose from, as it stands: shown and enabled.
inline QList<QWidget*> interactiveIn(QWidget* window) {
    QList<QWidget*> found;
    for (QWidget* widget : window->findChildren<QWidget*>()) {
        if (widget->window() != window || !widget->isVisibleTo(window) || !widget->isEnabled() || isInnerPart(widget))
            continue;
        const bool is_scroll_area = qobject_cast<QAbstractScrollArea*>(widget) &&
                                    !qobject_cast<QAbstractItemView*>(widget) && widget->inherits("QScrollArea");
        const bool is_used = qobject_cast<QAbstractButton*>(widget) || qobject_cast<QAbstractSlider*>(widget) ||
                             qobject_cast<QAbstractSpinBox*>(widget) || qobject_cast<QComboBox*>(widget) ||
                             qobject_cast<QLineEdit*>(widget) || qobject_cast<QAbstractItemView*>(widget) ||
                             qobject_cast<QTabBar*>(widget) ||
                             (widget->focusPolicy() & Qt::TabFocus);  // a label whose words can be copied is not used
        if (is_used && !is_scroll_area && !widget->inherits("QTabWidget")) found << widget;
    }
    return found;
}

/// Widgets without a name or a role that says what they are.
inline QStringList nameless(QWidget* window) {
    QStringList problems;
    for (QWidget* widget : interactiveIn(window)) {
        const QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
        if (!face)
            problems << pathOf(widget) + ": nothing for screen readers";
        else if (face->text(QAccessible::Name).trimmed().isEmpty() && !qobject_cast<QTabBar*>(widget))
            problems << pathOf(widget) + ": no name";
        else if (face->role() == QAccessible::NoRole || face->role() == QAccessible::Client)
            problems << pathOf(widget) + ": no role";
    }
    return problems;
}

/// Where Tab goes, from the first widget until it comes back.
inline QList<QWidget*> tabOrder(QWidget* window, int limit = 400) {
    QList<QWidget*> order;
    window->activateWindow();
    if (!window->focusWidget()) window->setFocus();
    for (int i = 0; i < limit; ++i) {
        QWidget* focused = window->focusWidget();
        if (focused && order.contains(focused)) break;
        if (focused) order << focused;
        QTest::keyClick(focused ? focused : window, Qt::Key_Tab);
    }
    return order;
}

/// Widgets that Tab (and inside groups of exclusive buttons the arrow keys) never reaches.
inline QStringList unreachable(QWidget* window) {
    const QList<QWidget*> order = tabOrder(window);
    const auto isReached = [&](QWidget* widget) {
        for (QWidget* reached : order)
            if (reached == widget || widget->focusProxy() == reached || reached->focusProxy() == widget) return true;
        return false;
    };
    QStringList problems;
    for (QWidget* widget : interactiveIn(window)) {
        if (isReached(widget)) continue;
        auto* button = qobject_cast<QAbstractButton*>(widget);
        bool is_in_group = false;
        if (button && button->autoExclusive())
            for (auto* sibling : button->parentWidget()->findChildren<QAbstractButton*>(Qt::FindDirectChildrenOnly))
                is_in_group = is_in_group || (sibling->autoExclusive() && isReached(sibling));
        if (!is_in_group)
            problems << pathOf(widget) + (button ? QStringLiteral(" \"%1\"").arg(button->text()) : QString()) +
                            ": Tab does not get there";
    }
    return problems;
}

inline QString plain(QString text) {
    return text.remove(QLatin1Char('&'));
}

/// Labels and buttons whose words do not fit into them.
inline QStringList clipped(QWidget* window) {
    QStringList problems;
    const auto tell = [&](const QWidget* widget, const QString& text, int needed, int has) {
        problems
            << QStringLiteral("%1: \"%2\" needs %3 and has %4").arg(pathOf(widget), text.left(60)).arg(needed).arg(has);
    };
    for (QWidget* widget : window->findChildren<QWidget*>()) {
        if (widget->window() != window || !widget->isVisibleTo(window)) continue;
        if (auto* label = qobject_cast<QLabel*>(widget); label && !label->text().isEmpty()) {
            if (label->property("elides").toBool()) continue;  // shortens itself and has the whole text as tooltip
            const QSize needed =
                label->wordWrap() ? QSize(0, label->heightForWidth(label->width())) : label->sizeHint();
            if (needed.width() > label->width()) tell(label, label->text(), needed.width(), label->width());
            if (needed.height() > label->height() + 1) tell(label, label->text(), needed.height(), label->height());
        } else if (auto* button = qobject_cast<QAbstractButton*>(widget); button && !button->text().isEmpty()) {
            if (isInnerPart(button)) continue;
            const int text = button->fontMetrics().horizontalAdvance(plain(button->text()));
            if (text > button->width() || button->sizeHint().height() > button->height() + 1)
                tell(button, button->text(), std::max(text, button->sizeHint().height()), button->width());
        } else if (auto* box = qobject_cast<QComboBox*>(widget); box && !box->currentText().isEmpty()) {
            const int text = box->fontMetrics().horizontalAdvance(box->currentText());
            if (text > box->width() - 24) tell(box, box->currentText(), text, box->width() - 24);
        } else if (auto* edit = qobject_cast<QLineEdit*>(widget); edit && !edit->placeholderText().isEmpty()) {
            if (isInnerPart(edit)) continue;
            const int text = edit->fontMetrics().horizontalAdvance(edit->placeholderText());
            if (text > edit->width() - 16) tell(edit, edit->placeholderText(), text, edit->width() - 16);
        } else if (auto* tabs = qobject_cast<QTabBar*>(widget)) {
            for (int i = 0; i < tabs->count(); ++i) {
                if (!tabs->isTabVisible(i)) continue;
                const int text = tabs->fontMetrics().horizontalAdvance(plain(tabs->tabText(i)));
                if (text > tabs->tabRect(i).width()) tell(tabs, tabs->tabText(i), text, tabs->tabRect(i).width());
            }
        }
    }
    return problems;
}

}  // namespace studio::test
