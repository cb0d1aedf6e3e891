// ui/retranslate.h - the texts of open windows in another language, without building the windows again.
#pragma once
#include <QHash>
#include <QRegularExpression>
#include <QString>
#include <QStringList>
#include <QWidget>
#include <optional>
#include <vector>

namespace studio::ui {

/// Knows every text of the program in every language, from the translation files inside the program, and so which text
/// a shown one was made from: labels, buttons, tool tips, names for screen readers, entries of menus, boxes, tabs and
/// headers. Numbers and names that a text was filled with are kept. What a person typed, and texts that the program
/// does not know, stay as they are.
/// Threads   GUI thread.
class Retranslator {
  public:
    /// Of texts that are shown in `from` now, to be shown in the language that is installed.
    explicit Retranslator(const QString& from);

    void apply(QWidget& window);
    /// One text; `contexts`: where it is likely to come from, best first.
    QString text(const QString& shown, const QStringList& contexts = {}) const;

  private:
    struct Message {
        QString context;
        QByteArray source;
        bool is_counted = false;    // with %n
        QString shown;              // in `from`; with place holders
        QRegularExpression filled;  // only if there are place holders
        QStringList holders;        // in the order of its groups
    };
    void load(const QString& language);
    void add(Message message, const QString& translated);
    std::optional<QString> translated(const Message& message, const QString& shown) const;
    void applyTo(QObject& object) const;
    void applyProperties(QObject& object, const QStringList& contexts) const;
    void applyItems(QObject& object, const QStringList& contexts) const;

    std::vector<Message> messages_;
    QMultiHash<QString, std::size_t> plain_;  // shown text -> message
    std::vector<std::size_t> filled_;         // messages with place holders, longest first
};

}  // namespace studio::ui
