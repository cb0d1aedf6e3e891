#include "ui/dialogs/preference_row.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCoreApplication>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kControlWidth = 280;

QString fromView(std::string_view text) {
    return QString::fromUtf8(text.data(), qsizetype(text.size()));
}

QString translated(std::string_view text) {
    return QCoreApplication::translate("studio::Preference", std::string(text).c_str());
}
}  // namespace

QString PreferenceRow::label(const Preference& preference) {
    return translated(preference.label);
}

QString PreferenceRow::help(const Preference& preference) {
    return translated(preference.help);
}

QString PreferenceRow::choiceText(const Preference& preference, const QString& choice) {
    // A language is written in itself, so that whoever took the wrong one finds the way back.
    if (preference.key == "general.language" && choice == QLatin1String("en")) return QStringLiteral("English");
    if (choice == QLatin1String("zh_CN")) return QStringLiteral("简体中文");
    if (choice == QLatin1String("system")) return tr("As the system");
    if (choice == QLatin1String("light")) return tr("Light");
    if (choice == QLatin1String("dark")) return tr("Dark");
    if (choice == QLatin1String("on")) return tr("On");
    if (choice == QLatin1String("off")) return tr("Off");
    if (choice == QLatin1String("auto")) return tr("What is fastest");
    if (choice == QLatin1String("cpu")) return tr("The processor");
    if (choice == QLatin1String("cuda")) return tr("The graphics card (CUDA)");
    if (choice == QLatin1String("keep")) return tr("Keep them in the file");
    if (choice == QLatin1String("strip")) return tr("Leave them out");
    return choice;
}

PreferenceRow::PreferenceRow(const Preference& preference, PreferencesStore& store, QWidget* parent)
    : QWidget(parent), preference_(preference), store_(store), key_(fromView(preference.key)) {
    setObjectName(QStringLiteral("row:") + key_);
    QWidget* control = makeControl();
    control->setMaximumWidth(kControlWidth);
    auto* name = new QLabel(label(preference_));
    name->setProperty("role", "heading");
    name->setBuddy(control);
    QString words = help(preference_);
    if (preference_.needs_restart) words = tr("%1 Acts after a restart.").arg(words);
    auto* about = new QLabel(words);
    about->setProperty("role", "hint");
    about->setWordWrap(true);
    about->setTextFormat(Qt::PlainText);
    problem_ = new QLabel;
    problem_->setObjectName(QStringLiteral("problem:") + key_);
    problem_->setProperty("role", "problem");
    problem_->setWordWrap(true);
    problem_->setTextFormat(Qt::PlainText);
    problem_->hide();
    reset_ = new QToolButton;
    reset_->setObjectName(QStringLiteral("reset:") + key_);
    reset_->setProperty("role", "flat");
    reset_->setIcon(makeIcon(Glyph::kReset));
    reset_->setToolTip(tr("Back to the default"));
    reset_->setAccessibleName(tr("Back to the default: %1").arg(label(preference_)));
    QSizePolicy keeps_place = reset_->sizePolicy();
    keeps_place.setRetainSizeWhenHidden(true);
    reset_->setSizePolicy(keeps_place);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    for (QLabel* one : {name, about, problem_})
        texts->addWidget(one);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, kGrid, 0, kGrid);
    layout->setSpacing(2 * kGrid);
    layout->addLayout(texts, 1);
    layout->addWidget(control, 0, Qt::AlignTop);
    layout->addWidget(reset_, 0, Qt::AlignTop);
    connect(reset_, &QToolButton::clicked, this, [this] {
        const auto done = store_.reset(key_);
        if (!done.ok()) problem_->setText(fromUtf8(done.error().message + " " + done.error().fix));
        problem_->setVisible(!done.ok());
    });
    connect(&store_, &PreferencesStore::changed, this, [this](const QString& key) {
        if (key == key_) update();
    });
    update();
}

QWidget* PreferenceRow::makeControl() {
    QWidget* control = nullptr;
    switch (preference_.type) {
        case PreferenceType::kSwitch:
            control = makeSwitch();
            break;
        case PreferenceType::kChoice:
            control = makeChoice();
            break;
        case PreferenceType::kInt:
            control = makeNumber();
            break;
        case PreferenceType::kBytes:
            control = makeBytes();
            break;
        case PreferenceType::kFolder:
            return makeFolder();
        default:
            control = makeText();
    }
    control->setObjectName(QStringLiteral("value:") + key_);
    control->setAccessibleName(label(preference_));
    control->setAccessibleDescription(help(preference_));
    return control;
}

QWidget* PreferenceRow::makeSwitch() {
    auto* box = new QCheckBox(tr("On"));
    show_ = [this, box] { box->setChecked(store_.text(qUtf8Printable(key_)) == QLatin1String("on")); };
    connect(box, &QCheckBox::toggled, this,
            [this](bool is_on) { set(is_on ? QStringLiteral("on") : QStringLiteral("off")); });
    return box;
}

QWidget* PreferenceRow::makeChoice() {
    auto* box = new QComboBox;
    for (const std::string_view choice : preference_.choices)
        box->addItem(choiceText(preference_, fromView(choice)), fromView(choice));
    show_ = [this, box] { box->setCurrentIndex(box->findData(store_.text(qUtf8Printable(key_)))); };
    connect(box, &QComboBox::activated, this, [this, box] { set(box->currentData().toString()); });
    return box;
}

QWidget* PreferenceRow::makeNumber() {
    auto* box = new QSpinBox;
    box->setRange(int(preference_.min), int(preference_.max));
    if (preference_.unit == "min") box->setSuffix(tr(" min"));
    box->setKeyboardTracking(false);
    show_ = [this, box] { box->setValue(int(store_.number(qUtf8Printable(key_)))); };
    connect(box, &QSpinBox::valueChanged, this, [this](int value) { set(QString::number(value)); });
    return box;
}

/// As people write amounts: "12 GB". 0 is shown as an empty field.
QWidget* PreferenceRow::makeBytes() {
    auto* field = new QLineEdit;
    field->setPlaceholderText(tr("No limit"));
    field->setClearButtonEnabled(true);
    show_ = [this, field] {
        const qint64 bytes = store_.number(qUtf8Printable(key_));
        const QString shown = bytes == 0 ? QString() : fromUtf8(format_bytes(std::uint64_t(bytes)));
        // "12.3 GB" for 12345678901 would change the value by looking at it.
        const auto back = parse_bytes(shown.toStdString());
        field->setText(bytes == 0 || (back && qint64(*back) == bytes) ? shown : QString::number(bytes));
    };
    connect(field, &QLineEdit::editingFinished, this,
            [this, field] { set(field->text().trimmed().isEmpty() ? QStringLiteral("0") : field->text().trimmed()); });
    return field;
}

QWidget* PreferenceRow::makeText() {
    auto* field = new QLineEdit;
    field->setPlaceholderText(fromView(preference_.default_text));
    show_ = [this, field] { field->setText(store_.text(qUtf8Printable(key_))); };
    connect(field, &QLineEdit::editingFinished, this, [this, field] { set(field->text().trimmed()); });
    return field;
}

QWidget* PreferenceRow::makeFolder() {
    auto* both = new QWidget;
    auto* field = new QLineEdit;
    field->setObjectName(QStringLiteral("value:") + key_);
    field->setAccessibleName(label(preference_));
    field->setPlaceholderText(tr("The standard folder"));
    show_ = [this, field] { field->setText(store_.text(qUtf8Printable(key_))); };
    connect(field, &QLineEdit::editingFinished, this, [this, field] { set(field->text().trimmed()); });
    auto* browse = new QToolButton;
    browse->setObjectName(QStringLiteral("browse:") + key_);
    browse->setIcon(makeIcon(Glyph::kFolder));
    browse->setToolTip(tr("Choose a folder"));
    browse->setAccessibleName(tr("Choose a folder: %1").arg(label(preference_)));
    connect(browse, &QToolButton::clicked, this, &PreferenceRow::chooseFolder);
    auto* layout = new QHBoxLayout(both);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid / 2);
    layout->addWidget(field, 1);
    layout->addWidget(browse);
    both->setMinimumWidth(kControlWidth);
    both->setFocusProxy(field);
    return both;
}

void PreferenceRow::chooseFolder() {
    auto* dialog = new QFileDialog(this, label(preference_), store_.text(qUtf8Printable(key_)));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &PreferenceRow::set);
    dialog->open();
}

void PreferenceRow::set(const QString& text) {
    if (text == store_.text(qUtf8Printable(key_)) && problem_->isHidden()) return;
    const auto done = store_.set(key_, text);
    if (!done.ok()) {
        problem_->setText(fromUtf8(done.error().message + " " + done.error().fix));
        problem_->show();
        return;
    }
    problem_->hide();
    update();  // in its canonical form, also when it is the same value
}

void PreferenceRow::update() {
    for (QWidget* control : findChildren<QWidget*>())
        control->blockSignals(true);
    show_();
    for (QWidget* control : findChildren<QWidget*>())
        control->blockSignals(false);
    problem_->hide();
    reset_->setVisible(!store_.isDefault(key_));
}

bool PreferenceRow::matches(const QStringList& words) const {
    QString all = label(preference_) + QLatin1Char(' ') + help(preference_) + QLatin1Char(' ') + key_;
    for (const std::string_view choice : preference_.choices)
        all += QLatin1Char(' ') + choiceText(preference_, fromView(choice));
    return std::all_of(words.begin(), words.end(),
                       [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

}  // namespace studio::ui
