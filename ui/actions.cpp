#include "ui/actions.h"

#include <QAbstractButton>
#include <QAbstractSpinBox>
#include <QApplication>
#include <QComboBox>
#include <QCoreApplication>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTextEdit>
#include <algorithm>

#include "core/log.h"
#include "ui/widgets/image_well.h"

namespace studio::ui {

namespace {
bool overlap(ActionPlace a, ActionPlace b) {
    return a == b || a == ActionPlace::kWindow || b == ActionPlace::kWindow;
}

bool collide(const QKeySequence& a, const QKeySequence& b) {
    return a.matches(b) != QKeySequence::NoMatch || b.matches(a) != QKeySequence::NoMatch;
}

/// A key that types something: without Ctrl, Alt or Meta, and no function key or other special key.
bool typesText(const QKeySequence& keys) {
    const QKeyCombination first = keys.isEmpty() ? QKeyCombination() : keys[0];
    const auto modifiers = first.keyboardModifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier);
    return modifiers == Qt::NoModifier && first.key() >= Qt::Key_Space && first.key() < Qt::Key_Escape;
}

/// Keys that people need for moving about; taking them would lock the keyboard user in.
bool isReserved(const QKeySequence& keys) {
    const QKeyCombination first = keys.isEmpty() ? QKeyCombination() : keys[0];
    const auto modifiers = first.keyboardModifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier);
    const bool is_plain = modifiers == Qt::NoModifier;
    return first.key() == Qt::Key_unknown ||
           (is_plain && (first.key() == Qt::Key_Tab || first.key() == Qt::Key_Backtab));
}

bool isTextInput(const QObject* widget) {
    if (const auto* box = qobject_cast<const QComboBox*>(widget)) return box->isEditable();
    return qobject_cast<const QLineEdit*>(widget) || qobject_cast<const QPlainTextEdit*>(widget) ||
           qobject_cast<const QTextEdit*>(widget) || qobject_cast<const QAbstractSpinBox*>(widget);
}
}  // namespace

Actions::Actions(QWidget* window) : QObject(window), window_(window) {
    addPlace(ActionPlace::kWindow, window);
    qApp->installEventFilter(this);
}

QAction* Actions::add(const Command& command, std::function<void()> run) {
    const QString id = QString::fromLatin1(command.id);
    if (QAction* known = find(id)) {
        log::error("The command '{}' is registered twice.", command.id);
        return known;
    }
    auto entry = std::make_unique<Entry>(Entry{command, new QAction(this), {}, {}});
    Entry& made = *entry;
    entries_.push_back(std::move(entry));
    by_id_.insert(id, &made);
    made.action->setObjectName(id);
    const bool is_window = command.place == ActionPlace::kWindow;
    made.action->setShortcutContext(is_window ? Qt::WindowShortcut : Qt::WidgetWithChildrenShortcut);
    made.action->setAutoRepeat(!is_window);  // stepping goes on while the key is held; making videos does not
    made.action->setShortcuts(command.keys);
    connect(made.action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    for (const Place& place : places_)
        if (place.place == command.place && place.widget) attach(made, place.widget);
    // A kept key of an earlier command that collides with a default loses: it was kept for another version.
    for (const QKeySequence& key : command.keys)
        if (const Entry* other = ownerOf(key, command.place, id)) {
            if (!isChanged(QString::fromLatin1(other->command.id)))
                log::error("'{}' and '{}' share the key {}.", command.id, other->command.id,
                           key.toString().toStdString());
            entryOf(QString::fromLatin1(other->command.id))->action->setShortcuts(other->command.keys);
        }
    loadKeys(made);
    show(made);
    connect(made.action, &QAction::changed, this, [this, &made] {
        for (const auto& button : made.buttons)
            if (button) button->setEnabled(made.action->isEnabled());
    });
    Q_EMIT added(id);
    return made.action;
}

void Actions::attach(Entry& entry, QWidget* widget) {
    widget->addAction(entry.action);
}

void Actions::addPlace(ActionPlace place, QWidget* widget) {
    places_.push_back({place, widget});
    for (const auto& entry : entries_)
        if (entry->command.place == place) attach(*entry, widget);
}

const Actions::Entry* Actions::entryOf(const QString& id) const {
    return by_id_.value(id, nullptr);
}

Actions::Entry* Actions::entryOf(const QString& id) {
    return by_id_.value(id, nullptr);
}

QAction* Actions::find(const QString& id) const {
    const Entry* entry = entryOf(id);
    return entry ? entry->action : nullptr;
}

QStringList Actions::ids() const {
    QStringList ids;
    for (const auto& entry : entries_)
        ids << QString::fromLatin1(entry->command.id);
    return ids;
}

ActionPlace Actions::placeOf(const QString& id) const {
    const Entry* entry = entryOf(id);
    return entry ? entry->command.place : ActionPlace::kWindow;
}

QString Actions::textOf(const QString& id) const {
    const Entry* entry = entryOf(id);
    return entry ? QCoreApplication::translate("Actions", entry->command.text) : QString();
}

QString Actions::helpOf(const QString& id) const {
    const Entry* entry = entryOf(id);
    return entry && *entry->command.help ? QCoreApplication::translate("Actions", entry->command.help) : QString();
}

QList<QKeySequence> Actions::defaultKeys(const QString& id) const {
    const Entry* entry = entryOf(id);
    return entry ? entry->command.keys : QList<QKeySequence>();
}

bool Actions::isChanged(const QString& id) const {
    const Entry* entry = entryOf(id);
    return entry && entry->action->shortcuts() != entry->command.keys;
}

const Actions::Entry* Actions::ownerOf(const QKeySequence& key, ActionPlace place, const QString& except) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const std::unique_ptr<Entry>& entry) {
        if (QLatin1String(entry->command.id) == except || !overlap(entry->command.place, place)) return false;
        const QList<QKeySequence> keys = entry->action->shortcuts();
        return std::any_of(keys.begin(), keys.end(), [&](const QKeySequence& other) { return collide(key, other); });
    });
    return found == entries_.end() ? nullptr : found->get();
}

QString Actions::problemWith(const QString& id, const QList<QKeySequence>& keys) const {
    const Entry* entry = entryOf(id);
    if (!entry) return tr("There is no such command.");
    for (const QKeySequence& key : keys) {
        const QString name = key.toString(QKeySequence::NativeText);
        if (key.isEmpty() || isReserved(key)) return tr("This key cannot be used for a command.");
        if (entry->command.place == ActionPlace::kWindow && typesText(key))
            return tr("%1 is needed for typing. Use it together with Ctrl or Alt.").arg(name);
        if (const Entry* other = ownerOf(key, entry->command.place, id))
            return tr("%1 already belongs to “%2”.").arg(name, textOf(QString::fromLatin1(other->command.id)));
    }
    return {};
}

bool Actions::setKeys(const QString& id, const QList<QKeySequence>& keys) {
    Entry* entry = entryOf(id);
    if (!entry || !problemWith(id, keys).isEmpty()) return false;
    if (entry->action->shortcuts() == keys) return true;
    entry->action->setShortcuts(keys);
    show(*entry);
    keep(*entry);
    Q_EMIT keysChanged(id);
    return true;
}

void Actions::resetKeys(const QString& id) {
    Entry* entry = entryOf(id);
    if (!entry || !isChanged(id)) return;
    // Whoever holds a default key of this one has changed keys too, so this ends.
    entry->action->setShortcuts(entry->command.keys);
    for (const QKeySequence& key : entry->command.keys)
        while (const Entry* other = ownerOf(key, entry->command.place, id)) {
            const QString other_id = QString::fromLatin1(other->command.id);
            if (!isChanged(other_id)) break;
            resetKeys(other_id);
        }
    show(*entry);
    keep(*entry);
    Q_EMIT keysChanged(id);
}

void Actions::resetAll() {
    for (const QString& id : ids())
        resetKeys(id);
}

void Actions::useStore(KeyStore store) {
    store_ = std::move(store);
    for (const auto& entry : entries_) {
        loadKeys(*entry);
        show(*entry);
    }
}

void Actions::loadKeys(Entry& entry) {
    const QString id = QString::fromLatin1(entry.command.id);
    const std::optional<QString> kept = store_.load ? store_.load(id) : std::nullopt;
    if (!kept) return;
    QList<QKeySequence> keys = QKeySequence::listFromString(*kept, QKeySequence::PortableText);
    keys.removeAll(QKeySequence());
    const bool is_readable = keys.isEmpty() == kept->trimmed().isEmpty();
    if (is_readable && problemWith(id, keys).isEmpty())
        entry.action->setShortcuts(keys);
    else
        log::warning("The kept keys of '{}' cannot be used; it has its usual ones.", entry.command.id);
}

void Actions::keep(const Entry& entry) {
    if (!store_.save) return;
    const QString id = QString::fromLatin1(entry.command.id);
    store_.save(id, isChanged(id) ? std::optional(QKeySequence::listToString(entry.action->shortcuts(),
                                                                             QKeySequence::PortableText))
                                  : std::nullopt);
}

void Actions::show(Entry& entry) {
    const QString id = QString::fromLatin1(entry.command.id), text = textOf(id), help = helpOf(id);
    const QString keys = entry.action->shortcut().toString(QKeySequence::NativeText);
    QString tip = keys.isEmpty() ? text : tr("%1 (%2)", "words of a command and its key").arg(text, keys);
    if (!entry.why_not.isEmpty() && !entry.action->isEnabled())
        tip += QLatin1Char('\n') + entry.why_not;
    else if (!help.isEmpty())
        tip += QLatin1Char('\n') + help;
    entry.action->setText(text);
    entry.action->setToolTip(tip);
    std::erase_if(entry.buttons, [](const QPointer<QAbstractButton>& button) { return button.isNull(); });
    for (const auto& button : entry.buttons) {
        button->setToolTip(tip);
        button->setEnabled(entry.action->isEnabled());
        if (button->accessibleName().isEmpty() && button->text().isEmpty()) button->setAccessibleName(text);
    }
}

void Actions::bind(QAbstractButton* button, const QString& id) {
    Entry* entry = entryOf(id);
    if (!entry) {
        log::error("A button is bound to '{}', which is no command.", id.toStdString());
        return;
    }
    entry->buttons.push_back(button);
    connect(button, &QAbstractButton::clicked, entry->action, [action = entry->action] { action->trigger(); });
    show(*entry);
}

void Actions::setEnabled(const QString& id, bool is_enabled, const QString& why_not) {
    Entry* entry = entryOf(id);
    if (!entry) return;
    entry->why_not = why_not;
    entry->action->setEnabled(is_enabled);
    show(*entry);
}

/// Keys that the focused widget needs itself go to it and not to a command: typing in a text, Space on a button.
bool Actions::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::LanguageChange && watched == window_)
        for (const auto& entry : entries_)
            show(*entry);
    if (event->type() != QEvent::ShortcutOverride) return false;
    auto* key = static_cast<QKeyEvent*>(event);
    const bool is_plain = !(key->modifiers() & ~(Qt::ShiftModifier | Qt::KeypadModifier));
    const bool is_press = key->key() == Qt::Key_Space || key->key() == Qt::Key_Select;
    const bool is_pressable = qobject_cast<QAbstractButton*>(watched) || qobject_cast<QComboBox*>(watched);
    const bool types = typesText(QKeySequence(key->key()));
    const bool pastes = key->matches(QKeySequence::Paste) && qobject_cast<ImageWell*>(watched);
    if (pastes || (is_plain && ((is_press && is_pressable) || (types && isTextInput(watched))))) {
        event->accept();
        return true;
    }
    return false;
}

}  // namespace studio::ui
