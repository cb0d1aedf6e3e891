#include "ui/retranslate.h"

#include <QAbstractItemModel>
#include <QAction>
#include <QComboBox>
#include <QCoreApplication>
#include <QEvent>
#include <QFile>
#include <QHeaderView>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QTabWidget>
#include <QTreeWidget>
#include <QXmlStreamReader>
#include <algorithm>

namespace studio::ui {

namespace {
constexpr const char* kProperties[] = {"text",
                                       "title",
                                       "toolTip",
                                       "statusTip",
                                       "whatsThis",
                                       "windowTitle",
                                       "accessibleName",
                                       "accessibleDescription",
                                       "placeholderText",
                                       "informativeText",
                                       "specialValueText",
                                       "suffix",
                                       "prefix"};

/// What people type or paste is theirs.
bool isTypedText(const QObject& object, const char* property) {
    return qstrcmp(property, "text") == 0 &&
           (qobject_cast<const QLineEdit*>(&object) || qobject_cast<const QPlainTextEdit*>(&object));
}

QStringList contextsOf(const QObject& object) {
    QStringList contexts;
    for (const QObject* one = &object; one; one = one->parent())
        for (const QMetaObject* type = one->metaObject(); type; type = type->superClass())
            if (const QString name = QString::fromLatin1(type->className()); name.startsWith(QLatin1String("studio::")))
                contexts << name;
    return contexts;
}
}  // namespace

Retranslator::Retranslator(const QString& from) {
    load(from);
    for (std::size_t i = 0; i < messages_.size(); ++i) {
        if (messages_[i].holders.isEmpty())
            plain_.insert(messages_[i].shown, i);
        else
            filled_.push_back(i);
    }
    // "%1, %2 frames" before "%1": the text that fixes most of what is shown is the right one.
    std::stable_sort(filled_.begin(), filled_.end(), [this](std::size_t a, std::size_t b) {
        return messages_[a].shown.size() > messages_[b].shown.size();
    });
}

/// The Chinese file holds every source text; in English the source is the text, but for its counted forms.
void Retranslator::load(const QString& language) {
    for (const char* name : {"zh_CN", "en"}) {
        const bool is_wanted = language == QLatin1String(name);
        const bool is_source_list = qstrcmp(name, "zh_CN") == 0;
        if (!is_wanted && !is_source_list) continue;
        QFile file(QStringLiteral(":/i18n-source/turbo-studio_%1.ts").arg(QLatin1String(name)));
        if (!file.open(QIODevice::ReadOnly)) continue;
        QXmlStreamReader xml(&file);
        Message message;
        QString context;
        while (!xml.atEnd()) {
            xml.readNext();
            if (!xml.isStartElement()) continue;
            const auto tag = xml.name();
            if (tag == QLatin1String("name")) context = xml.readElementText();
            if (tag == QLatin1String("message"))
                message = {context, {}, xml.attributes().value(QLatin1String("numerus")) == QLatin1String("yes"),
                           {},      {}, {}};
            if (tag == QLatin1String("source")) {
                const QString source = xml.readElementText();
                message.source = source.toUtf8();
                if (!is_wanted) add(message, source);
            }
            if (is_wanted &&
                (tag == QLatin1String("numerusform") || (tag == QLatin1String("translation") && !message.is_counted)))
                add(message, xml.readElementText());
        }
    }
}

void Retranslator::add(Message message, const QString& translated) {
    if (translated.trimmed().isEmpty() || message.source.isEmpty()) return;
    message.shown = translated;
    static const QRegularExpression holder(QStringLiteral("%(\\d|n)"));
    QString pattern;
    qsizetype at = 0;
    for (auto matches = holder.globalMatch(translated); matches.hasNext();) {
        const auto match = matches.next();
        pattern += QRegularExpression::escape(translated.mid(at, match.capturedStart() - at)) + QStringLiteral("(.+?)");
        message.holders << match.captured(1);
        at = match.capturedEnd();
    }
    pattern += QRegularExpression::escape(translated.mid(at));
    // Nothing but place holders ("%1 %2") would match every text.
    const QString fixed = QString(translated).remove(holder).trimmed();
    if (!message.holders.isEmpty() && fixed.isEmpty()) return;
    if (!message.holders.isEmpty())
        message.filled = QRegularExpression(QRegularExpression::anchoredPattern(pattern),
                                            QRegularExpression::DotMatchesEverythingOption);
    messages_.push_back(std::move(message));
}

std::optional<QString> Retranslator::translated(const Message& message, const QString& shown) const {
    if (message.holders.isEmpty()) return QCoreApplication::translate(message.context.toUtf8(), message.source);
    const auto match = message.filled.match(shown);
    if (!match.hasMatch()) return std::nullopt;
    int count = -1;
    QHash<QString, QString> values;
    for (qsizetype i = 0; i < message.holders.size(); ++i) {
        const QString value = match.captured(int(i) + 1);
        if (message.holders[i] != QLatin1String("n"))
            values[message.holders[i]] = text(value);
        else if (bool is_number = false; count = value.toInt(&is_number), !is_number)
            return std::nullopt;
    }
    QString out = QCoreApplication::translate(message.context.toUtf8(), message.source, nullptr, count);
    static const QRegularExpression holder(QStringLiteral("%(\\d)"));
    QString filled;
    qsizetype at = 0;
    for (auto matches = holder.globalMatch(out); matches.hasNext();) {
        const auto one = matches.next();
        filled += out.mid(at, one.capturedStart() - at) + values.value(one.captured(1));
        at = one.capturedEnd();
    }
    return filled + out.mid(at);
}

QString Retranslator::text(const QString& shown, const QStringList& contexts) const {
    if (shown.isEmpty()) return shown;
    const auto rank = [&](const Message& message) {
        const qsizetype at = contexts.indexOf(message.context);
        return at < 0 ? contexts.size() : at;
    };
    std::optional<std::size_t> best;
    for (auto it = plain_.constFind(shown); it != plain_.constEnd() && it.key() == shown; ++it)
        if (!best || rank(messages_[it.value()]) < rank(messages_[*best])) best = it.value();
    if (best) return translated(messages_[*best], shown).value_or(shown);
    std::optional<QString> other;
    for (const std::size_t i : filled_) {
        if (other && !contexts.contains(messages_[i].context)) continue;
        const auto found = translated(messages_[i], shown);
        if (found && contexts.contains(messages_[i].context)) return *found;
        if (found && !other) other = found;
    }
    return other.value_or(shown);
}

void Retranslator::apply(QWidget& window) {
    applyTo(window);
    for (QObject* child : window.findChildren<QObject*>())
        if (qobject_cast<QWidget*>(child) || qobject_cast<QAction*>(child)) applyTo(*child);
}

void Retranslator::applyTo(QObject& object) const {
    const QStringList contexts = contextsOf(object);
    applyProperties(object, contexts);
    applyItems(object, contexts);
}

void Retranslator::applyProperties(QObject& object, const QStringList& contexts) const {
    for (const char* property : kProperties) {
        if (object.metaObject()->indexOfProperty(property) < 0 || isTypedText(object, property)) continue;
        const QString shown = object.property(property).toString();
        if (shown.isEmpty()) continue;
        const QString wanted = text(shown, contexts);
        if (wanted != shown) object.setProperty(property, wanted);
    }
}

void Retranslator::applyItems(QObject& object, const QStringList& contexts) const {
    const auto renew = [&](const QString& shown) { return text(shown, contexts); };
    if (auto* box = qobject_cast<QComboBox*>(&object)) {
        for (int i = 0; i < box->count(); ++i)
            if (const QString wanted = renew(box->itemText(i)); wanted != box->itemText(i)) box->setItemText(i, wanted);
    } else if (auto* tabs = qobject_cast<QTabWidget*>(&object)) {
        for (int i = 0; i < tabs->count(); ++i)
            tabs->setTabText(i, renew(tabs->tabText(i)));
    } else if (auto* list = qobject_cast<QListWidget*>(&object)) {
        for (int i = 0; i < list->count(); ++i)
            list->item(i)->setText(renew(list->item(i)->text()));
    } else if (auto* tree = qobject_cast<QTreeWidget*>(&object)) {
        for (int column = 0; column < tree->columnCount(); ++column)
            tree->headerItem()->setText(column, renew(tree->headerItem()->text(column)));
        for (QTreeWidgetItemIterator it(tree); *it; ++it)
            for (int column = 0; column < tree->columnCount(); ++column)
                if (const QString old = (*it)->text(column); renew(old) != old) (*it)->setText(column, renew(old));
    }
}

}  // namespace studio::ui
