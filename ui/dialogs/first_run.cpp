#include "ui/dialogs/first_run.h"

#include <QFileDialog>
#include <QHBoxLayout>
#include <QStorageInfo>
#include <QVBoxLayout>

#include "core/log.h"
#include "core/text.h"
#include "ui/dialogs/preference_row.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kWelcome = 0, kMachine = 1, kDownload = 2;

QLabel* makeText(const char* name, const char* role = "hint") {
    auto* label = new QLabel;
    label->setObjectName(QLatin1String(name));
    label->setProperty("role", role);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    return label;
}
}  // namespace

FirstRun::FirstRun(const Backend& backend, PreferencesStore& preferences, ModelDownloads& downloads, QWidget* parent)
    : QDialog(parent), backend_(backend), preferences_(preferences), downloads_(downloads) {
    setObjectName(QStringLiteral("firstRun"));
    setWindowTitle(tr("Welcome to Turbo Studio"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(640, 480);
    pages_ = new QStackedWidget;
    pages_->addWidget(makeWelcome());
    pages_->addWidget(makeMachine());
    pages_->addWidget(makeDownload());
    step_ = makeText("firstRunStep");
    skip_ = new QPushButton(tr("Skip"));
    skip_->setObjectName(QStringLiteral("firstRunSkip"));
    back_ = new QPushButton(tr("Back"));
    back_->setObjectName(QStringLiteral("firstRunBack"));
    next_ = new QPushButton;
    next_->setObjectName(QStringLiteral("firstRunNext"));
    next_->setProperty("role", "primary");
    next_->setDefault(true);
    auto* row = new QHBoxLayout;
    row->setSpacing(kGrid);
    row->addWidget(skip_);
    row->addWidget(step_);
    row->addStretch();
    row->addWidget(back_);
    row->addWidget(next_);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(4 * kGrid, 4 * kGrid, 4 * kGrid, 3 * kGrid);
    layout->setSpacing(2 * kGrid);
    layout->addWidget(pages_, 1);
    layout->addLayout(row);
    connect(skip_, &QPushButton::clicked, this, &QDialog::reject);
    connect(back_, &QPushButton::clicked, this, [this] { showPage(pages_->currentIndex() - 1); });
    connect(next_, &QPushButton::clicked, this, &FirstRun::goOn);
    // A folder that was chosen here has just restarted the program.
    showPage(backend_.folders.root.source == DataRoot::Source::kChosen ? kMachine : kWelcome);
    look();
}

QWidget* FirstRun::makePage(const QString& title, const QList<QWidget*>& parts) {
    auto* page = new QWidget;
    auto* heading = new QLabel(title);
    heading->setProperty("role", "title");
    heading->setWordWrap(true);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2 * kGrid);
    layout->addWidget(heading);
    for (QWidget* part : parts)
        layout->addWidget(part);
    layout->addStretch();
    return page;
}

QWidget* FirstRun::makeWelcome() {
    auto* intro = makeText("firstRunIntro");
    intro->setText(tr("It turns words and pictures into short videos, on this computer. Nothing is sent anywhere."));
    language_ = new QComboBox;
    language_->setObjectName(QStringLiteral("firstRunLanguage"));
    language_->setAccessibleName(tr("Language"));
    const Preference& entry = *find_preference("general.language");
    for (const std::string_view choice : entry.choices) {
        const QString value = QString::fromUtf8(choice.data(), qsizetype(choice.size()));
        language_->addItem(PreferenceRow::choiceText(entry, value), value);
    }
    language_->setCurrentIndex(language_->findData(preferences_.text("general.language")));
    connect(language_, &QComboBox::activated, this, [this] {
        const auto done = preferences_.set(QStringLiteral("general.language"), language_->currentData().toString());
        if (!done.ok()) folder_problem_->setText(fromUtf8(done.error().message));
    });
    auto* language_label = new QLabel(tr("Language"));
    language_label->setProperty("role", "heading");
    language_label->setBuddy(language_);
    auto* folder_label = new QLabel(tr("Folder for models and everything else"));
    folder_label->setProperty("role", "heading");
    folder_text_ = makeText("firstRunFolder");
    folder_problem_ = makeText("firstRunFolderProblem", "problem");
    auto* choose = new QPushButton(tr("Choose another folder…"));
    choose->setObjectName(QStringLiteral("firstRunChooseFolder"));
    choose->setEnabled(backend_.folders.root.can_change() && backend_.folders.choose);
    connect(choose, &QPushButton::clicked, this, &FirstRun::chooseFolder);
    folder_label->setBuddy(choose);
    setFolder({});
    return makePage(tr("Welcome"),
                    {intro, language_label, language_, folder_label, folder_text_, folder_problem_, choose});
}

QWidget* FirstRun::makeMachine() {
    machine_ = makeText("firstRunMachine", "text");
    machine_->setText(tr("Looking…"));
    advice_text_ = makeText("firstRunAdvice", "text");
    wants_model_ = new QCheckBox(tr("Download the recommended model"));
    wants_model_->setObjectName(QStringLiteral("firstRunWantsModel"));
    wants_model_->hide();
    connect(wants_model_, &QCheckBox::toggled, this, &FirstRun::updateButtons);
    licence_ = makeText("firstRunLicence");
    auto* have = new QPushButton(tr("I already have the files…"));
    have->setObjectName(QStringLiteral("firstRunHaveFiles"));
    auto* other = new QPushButton(tr("Other models…"));
    other->setObjectName(QStringLiteral("firstRunOther"));
    connect(have, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT addModelWanted();
    });
    connect(other, &QPushButton::clicked, this, [this] {
        accept();
        Q_EMIT otherModelsWanted();
    });
    auto* both = new QWidget;
    auto* row = new QHBoxLayout(both);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(kGrid);
    row->addWidget(have);
    row->addWidget(other);
    row->addStretch();
    return makePage(tr("What this computer can do"), {machine_, advice_text_, wants_model_, licence_, both});
}

QWidget* FirstRun::makeDownload() {
    card_ = new DownloadCard(downloads_);
    auto* text = makeText("firstRunMeanwhile", "text");
    text->setText(
        tr("Try the window meanwhile: the small demo model is here already and makes a video within seconds. "
           "The download goes on, also when this window is closed."));
    return makePage(tr("The model is on its way"), {card_, text});
}

void FirstRun::setFolder(const QString& folder) {
    const QString shown = !folder.isEmpty() ? folder : fromUtf8(path_to_utf8(backend_.folders.root.path));
    QStorageInfo disk(shown.isEmpty() ? QDir::homePath() : shown);
    const QString free = fromUtf8(format_bytes(std::uint64_t(std::max<qint64>(0, disk.bytesAvailable()))));
    const auto say = [&](const QString& where) { folder_text_->setText(tr("%1 (%2 free)").arg(where, free)); };
    folder_problem_->clear();
    folder_.clear();
    if (folder.isEmpty()) return say(shown.isEmpty() ? tr("The system's own folders") : shown);
    const auto checked = guarded([&] { return backend_.folders.check(path_from_utf8(folder.toStdString())); });
    if (!checked.ok()) return folder_problem_->setText(fromUtf8(checked.error().message + " " + checked.error().fix));
    folder_ = folder;
    say(folder);
}

void FirstRun::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Folder for everything"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, &FirstRun::setFolder);
    dialog->open();
}

void FirstRun::look() {
    background_.run(
        [downloads = backend_.downloads] {
            return guarded([&]() -> Result<std::pair<MachineAdvice, std::vector<ModelOffer>>> {
                std::pair<MachineAdvice, std::vector<ModelOffer>> found;
                if (downloads.advise) found.first = downloads.advise();
                if (downloads.offers)
                    if (auto offers = downloads.offers(); offers.ok()) found.second = std::move(*offers);
                return found;
            });
        },
        [this](Result<std::pair<MachineAdvice, std::vector<ModelOffer>>> found) {
            if (!found.ok()) return machine_->setText(fromUtf8(found.error().message));
            advice_ = found->first;
            offers_ = found->second;
            showAdvice();
        });
}

const ModelOffer* FirstRun::recommended() const {
    if (!advice_) return nullptr;
    for (const ModelOffer& offer : offers_)
        if (offer.id == advice_->model) return &offer;
    return nullptr;
}

void FirstRun::showAdvice() {
    const QString memory = fromUtf8(format_bytes(advice_->memory_bytes));
    const QString gpu = advice_->gpu.empty()
                            ? tr("No graphics card that can be used: %1.").arg(fromUtf8(advice_->gpu_problem))
                            : tr("%1 with %2.").arg(fromUtf8(advice_->gpu), fromUtf8(format_bytes(advice_->gpu_bytes)));
    machine_->setText(tr("%1\nProcessor: %2, %n core(s), %3 of memory.", nullptr, advice_->cores)
                          .arg(gpu, fromUtf8(advice_->processor), memory));
    const ModelOffer* offer = recommended();
    wants_model_->setVisible(offer && !offer->is_here);
    wants_model_->setChecked(offer && !offer->is_here && !advice_->gpu.empty());
    if (!offer) {
        advice_text_->setText(
            tr("The published models need more memory than this computer has. The small demo model "
               "works at once, and videos that are made elsewhere play here."));
    } else {
        QString size = fromUtf8(format_bytes(offer->missing));
        if (!offer->is_size_known) size = tr("more than %1").arg(size);
        QString text = tr("Recommended: %1. To download: %2.").arg(fromUtf8(offer->title), size);
        if (advice_->seconds)
            text = tr("%1 A video of five seconds then takes about %2 (a guess).")
                       .arg(text, Wording::duration(*advice_->seconds));
        advice_text_->setText(text);
        QStringList licences;
        for (const std::string& licence : offer->licences)
            licences << fromUtf8(licence);
        licence_->setText(tr("Licence: %1. By downloading you accept it.").arg(licences.join(QStringLiteral(", "))));
    }
    licence_->setVisible(offer != nullptr);
    updateButtons();
}

void FirstRun::showPage(int page) {
    pages_->setCurrentIndex(page);
    step_->setText(tr("Page %1 of %2").arg(page + 1).arg(pages_->count()));
    updateButtons();
    next_->setFocus();
}

void FirstRun::updateButtons() {
    const int page = pages_->currentIndex();
    back_->setVisible(page > kWelcome);
    skip_->setVisible(page != kDownload);
    next_->setText(page == kWelcome                                ? tr("Next")
                   : page == kMachine && wants_model_->isChecked() ? tr("Download")
                   : page == kMachine                              ? tr("Try the demo model")
                                                                   : tr("Open the window"));
}

/// The folder is used before anything is downloaded into the old one.
void FirstRun::useFolder() {
    const auto chosen = guarded([&] { return backend_.folders.choose(path_from_utf8(folder_.toStdString())); });
    if (!chosen.ok()) return folder_problem_->setText(fromUtf8(chosen.error().message + " " + chosen.error().fix));
    // Not welcomed yet: the pages go on from the new folder.
    Q_EMIT restartWanted();
}

void FirstRun::goOn() {
    switch (pages_->currentIndex()) {
        case kWelcome:
            return folder_.isEmpty() ? showPage(kMachine) : useFolder();
        case kMachine:
            if (const ModelOffer* offer = recommended(); offer && wants_model_->isChecked()) {
                card_->setModel(fromUtf8(offer->id));
                downloads_.start(fromUtf8(offer->id), fromUtf8(offer->title));
                return showPage(kDownload);
            }
            return accept();
        default:
            return accept();
    }
}

void FirstRun::done(int result) {
    const auto kept = preferences_.set(QStringLiteral("general.is_welcomed"), QStringLiteral("on"));
    if (!kept.ok()) log::warning("{}", kept.error().message);
    QDialog::done(result);
}

}  // namespace studio::ui
