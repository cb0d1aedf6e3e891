#include "ui/housekeeping.h"

#include <QCoreApplication>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/dialogs/folders_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/download_card.h"
#include "ui/wording.h"

namespace studio::ui {

Housekeeping::Housekeeping(QWidget& window, Session& session, PreferencesStore& preferences, Actions& actions)
    : QObject(&window),
      window_(window),
      session_(session),
      preferences_(preferences),
      actions_(actions),
      downloads_(session.backend(), preferences) {
    addCommands(actions);
    connect(&session_, &Session::modelsListed, this, &Housekeeping::onModels);
    connect(&downloads_, &ModelDownloads::changed, this, &Housekeeping::onDownload);
    connect(&downloads_, &ModelDownloads::finished, &session_, &Session::listModels);
    connect(&preferences_, &PreferencesStore::changed, this, [this](const QString& key) {
        if (key == QLatin1String("performance.unload_after_min"))
            session_.setUnloadAfter(int(preferences_.number("performance.unload_after_min")));
    });
}

void Housekeeping::addCommands(Actions& actions) {
    const auto add = [&](const char* id, const char* text, const char* help, const QList<QKeySequence>& keys,
                         std::function<void()> run) {
        actions.add(Command{id, text, help, keys, ActionPlace::kWindow}, std::move(run));
    };
    add("view.models", QT_TRANSLATE_NOOP("Actions", "Models…"), "", {}, [this] { showModels(false); });
    add("view.settings", QT_TRANSLATE_NOOP("Actions", "Settings…"), "", {Qt::CTRL | Qt::Key_Comma},
        [this] { showSettings(); });
    add("engine.free_memory", QT_TRANSLATE_NOOP("Actions", "Free memory"),
        QT_TRANSLATE_NOOP("Actions", "The model leaves the memory; the next video loads it again."), {},
        [this] { session_.freeMemory(); });
    add("engine.restart", QT_TRANSLATE_NOOP("Actions", "Restart the engine"),
        QT_TRANSLATE_NOOP("Actions", "Helps when the graphics card has failed. The queue stays."), {},
        [this] { restartEngine(); });
}

template <class Dialog>
void Housekeeping::present(QPointer<Dialog>& slot, const std::function<Dialog*()>& make) {
    if (!slot) {
        slot = make();
        slot->setParent(&window_, Qt::Dialog);
    }
    slot->show();
    slot->raise();
    slot->activateWindow();
}

void Housekeeping::begin() {
    if (!FirstRun::isDue(preferences_)) return;
    present<FirstRun>(first_run_, [this] {
        auto* pages = new FirstRun(session_.backend(), preferences_, downloads_, &window_);
        connect(pages, &FirstRun::restartWanted, this, &Housekeeping::restartWanted);
        connect(pages, &FirstRun::addModelWanted, this, [this] { showModels(false); });
        connect(pages, &FirstRun::otherModelsWanted, this, [this] { showModels(true); });
        return pages;
    });
}

void Housekeeping::showModels(bool published, const QString& id) {
    present<ModelsDialog>(models_, [this] {
        auto* dialog = new ModelsDialog(session_.backend(), downloads_, &window_);
        connect(dialog, &ModelsDialog::modelsChanged, &session_, &Session::listModels);
        connect(dialog, &ModelsDialog::settingsWanted, this, [this] { showSettings(QStringLiteral("downloads")); });
        return dialog;
    });
    if (published) models_->showOffers(id);
}

void Housekeeping::showSettings(const QString& page) {
    present<SettingsDialog>(settings_, [this] {
        auto* folders = new FoldersPage(session_.backend().folders);
        folders->setBusy(session_.isBusy());
        connect(&session_, &Session::stateChanged, folders, [this, folders] { folders->setBusy(session_.isBusy()); });
        connect(folders, &FoldersPage::restartWanted, this, &Housekeeping::restartWanted);
        return new SettingsDialog(preferences_, &actions_, folders, &window_);
    });
    if (!page.isEmpty()) settings_->showPage(page);
}

/// The new engine begins with what the program was started with; the settings may say something else by now.
void Housekeeping::makeNewEngine() {
    session_.restartEngine();
    session_.setUnloadAfter(int(preferences_.number("performance.unload_after_min")));
}

void Housekeeping::restartEngine() {
    if (!session_.isBusy()) return makeNewEngine();
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Restart the engine?"),
                                tr("The video that is being made is interrupted; it stays in the queue."),
                                QMessageBox::NoButton, &window_);
    box->setObjectName(QStringLiteral("restartQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    QPushButton* yes = box->addButton(tr("Restart"), QMessageBox::DestructiveRole);
    QPushButton* no = box->addButton(tr("Go on"), QMessageBox::RejectRole);
    box->setDefaultButton(no);
    box->setEscapeButton(no);
    connect(yes, &QPushButton::clicked, this, &Housekeeping::makeNewEngine);
    box->open();
}

QWidget* Housekeeping::makeNoModelCard() {
    card_ = new QFrame;
    card_->setObjectName(QStringLiteral("noModelCard"));
    auto* title = new QLabel(tr("There is no model yet"));
    title->setProperty("role", "title");
    card_text_ = new QLabel;
    card_text_->setObjectName(QStringLiteral("noModelText"));
    card_text_->setTextFormat(Qt::PlainText);
    card_text_->setWordWrap(true);
    card_download_ = new QPushButton(tr("Download"));
    card_download_->setObjectName(QStringLiteral("noModelDownload"));
    card_download_->setProperty("role", "primary");
    auto* have = new QPushButton(tr("I already have the files…"));
    have->setObjectName(QStringLiteral("noModelHaveFiles"));
    auto* other = new QPushButton(tr("Other models…"));
    other->setObjectName(QStringLiteral("noModelOther"));
    auto* row = new QHBoxLayout;
    row->setSpacing(kGrid);
    for (QPushButton* button : {card_download_, have, other})
        row->addWidget(button);
    row->addStretch();
    auto* progress = new DownloadCard(downloads_);
    auto* layout = new QVBoxLayout(card_);
    layout->setContentsMargins(2 * kGrid, 2 * kGrid, 2 * kGrid, 2 * kGrid);
    layout->setSpacing(kGrid);
    layout->addWidget(title);
    layout->addWidget(card_text_);
    layout->addLayout(row);
    layout->addWidget(progress);
    connect(card_download_, &QPushButton::clicked, this, [this] { fetchBefore({}); });
    connect(have, &QPushButton::clicked, this, [this] { showModels(false); });
    connect(other, &QPushButton::clicked, this, [this] { showModels(true); });
    connect(progress, &DownloadCard::settingsWanted, this, [this] { showSettings(QStringLiteral("downloads")); });
    card_->hide();
    return card_;
}

void Housekeeping::onModels(const std::vector<ModelInfo>& models) {
    const bool has_one = std::any_of(models.begin(), models.end(), [](const auto& model) { return model.complete; });
    const bool was_missing = std::exchange(is_model_missing_, !has_one);
    if (is_model_missing_ && !recommended_) findRecommended();
    if (was_missing != is_model_missing_) Q_EMIT modelMissingChanged(is_model_missing_);
    updateCard();
    if (was_missing && has_one && after_download_) std::exchange(after_download_, {})();
}

void Housekeeping::findRecommended() {
    const DownloadCalls& calls = session_.backend().downloads;
    if (!calls.advise || !calls.offers) return;
    background_.run(
        [calls] {
            return guarded([&]() -> Result<std::optional<ModelOffer>> {
                const std::string wanted = calls.advise().model;
                STUDIO_TRY(offers, calls.offers());
                for (ModelOffer& offer : offers)
                    if (offer.id == wanted) return std::optional(std::move(offer));
                return std::optional<ModelOffer>();
            });
        },
        [this](Result<std::optional<ModelOffer>> found) {
            if (found.ok()) recommended_ = *found;
            updateCard();
        });
}

void Housekeeping::updateCard() {
    if (!card_) return;
    card_->setVisible(is_model_missing_);
    const bool is_active = recommended_ && downloads_.find(fromUtf8(recommended_->id));
    card_download_->setVisible(recommended_.has_value() && !is_active);
    if (!recommended_)
        return card_text_->setText(tr("Add a model that you have, or choose one of the published ones."));
    QString size = fromUtf8(format_bytes(recommended_->missing));
    if (!recommended_->is_size_known) size = tr("more than %1").arg(size);
    card_text_->setText(
        tr("Recommended for this computer: %1. To download: %2.").arg(fromUtf8(recommended_->title), size));
}

bool Housekeeping::fetchBefore(std::function<void()> next) {
    if (!is_model_missing_) return false;
    if (!recommended_) {
        showModels(true);
        return true;
    }
    if (next) after_download_ = std::move(next);
    downloads_.start(fromUtf8(recommended_->id), fromUtf8(recommended_->title));
    updateCard();
    return true;
}

void Housekeeping::onDownload(const QString& id) {
    Q_UNUSED(id);
    const ModelDownload* one = downloads_.running();
    Q_EMIT downloadsChanged(downloads_.activeCount(),
                            one ? tr("%1: %2").arg(one->title, DownloadCard::progressText(*one)) : QString());
    updateCard();
}

}  // namespace studio::ui
