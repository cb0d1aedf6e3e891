// ui/actions.h - every command of the window: its id, words, keys and where these act. Menus, tooltips, the help window
// and the page "Shortcuts" of the settings are made from it.
#pragma once
#include <QAction>
#include <QHash>
#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QStringList>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

class QAbstractButton;

namespace studio::ui {

/// Where the keys of a command act: everywhere in the window, or only while the focus is on the stage, or in a list
/// (queue, history). Keys of different places never collide, except with those of the window.
enum class ActionPlace { kWindow, kStage, kList };

/// What a command is. Words are marked with QT_TRANSLATE_NOOP("Actions", "...") and translated when they are shown, so
/// that a change of the language reaches them.
struct Command {
    const char* id = "";    // "queue.pause": lower case, stable; the preference is "shortcuts.<id>"
    const char* text = "";  // as in a menu: "Pause or resume the queue"
    const char* help = "";  // a sentence more for tooltips; may be empty
    QList<QKeySequence> keys;
    ActionPlace place = ActionPlace::kWindow;
};

/// Threads     GUI thread.
/// Ownership   owns the actions; widgets are only referred to. Make it before the panels that register commands.
class Actions : public QObject {
    Q_OBJECT
  public:
    /// Where changed keys are kept between runs: portable text of a key list ("Ctrl+S; F2"), "" for none.
    struct KeyStore {
        std::function<std::optional<QString>(const QString& id)> load;  // nothing: the default keys
        std::function<void(const QString& id, const std::optional<QString>& keys)> save;
    };

    /// `window`: the keys of kWindow commands act in it.
    explicit Actions(QWidget* window);

    /// Register a command once. `run` is called when its keys, its menu entry or a bound button is used while enabled.
    QAction* add(const Command& command, std::function<void()> run);
    /// The keys of commands of this place act in `widget` and its children too. May be called for several widgets,
    /// before or after add().
    void addPlace(ActionPlace place, QWidget* widget);

    /// Null when there is no such command.
    QAction* find(const QString& id) const;
    /// In the order of registration.
    QStringList ids() const;
    ActionPlace placeOf(const QString& id) const;
    QString textOf(const QString& id) const;  // in the current language
    QString helpOf(const QString& id) const;  // in the current language
    QList<QKeySequence> defaultKeys(const QString& id) const;
    bool isChanged(const QString& id) const;

    /// Why these keys cannot be given to the command (taken by another one, a letter alone outside stage and lists,
    /// not a key that can be used), in words for people; empty: they can.
    QString problemWith(const QString& id, const QList<QKeySequence>& keys) const;
    /// Give a command other keys and keep them. False, and nothing changes, when problemWith says something.
    bool setKeys(const QString& id, const QList<QKeySequence>& keys);
    /// Back to the default keys; a command that has taken one of them meanwhile gets its own default back too.
    void resetKeys(const QString& id);
    void resetAll();
    /// Read the kept keys of every command, now and for those registered later. Kept keys with a problem are left out.
    void useStore(KeyStore store);

    /// Make a button the face of a command: click runs it, enabled state, tooltip (words and keys) and, where it has
    /// none, the accessible name follow.
    void bind(QAbstractButton* button, const QString& id);
    /// Enabled or not, and the reason for not (shown as tooltip).
    void setEnabled(const QString& id, bool is_enabled, const QString& why_not = {});

  Q_SIGNALS:
    void keysChanged(const QString& id);
    void added(const QString& id);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    struct Entry {
        Command command;
        QAction* action = nullptr;
        QString why_not;
        std::vector<QPointer<QAbstractButton>> buttons;
    };
    struct Place {
        ActionPlace place;
        QPointer<QWidget> widget;
    };

    const Entry* entryOf(const QString& id) const;
    Entry* entryOf(const QString& id);
    const Entry* ownerOf(const QKeySequence& key, ActionPlace place, const QString& except) const;
    void loadKeys(Entry& entry);
    void keep(const Entry& entry);
    void show(Entry& entry);  // words and keys to the action and its buttons
    void attach(Entry& entry, QWidget* widget);

    std::vector<std::unique_ptr<Entry>> entries_;
    QHash<QString, Entry*> by_id_;
    std::vector<Place> places_;
    KeyStore store_;
    QPointer<QWidget> window_;
};

}  // namespace studio::ui
