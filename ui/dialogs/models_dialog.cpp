#include "ui/dialogs/models_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QMessageBox>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/theme.h"
#include "ui/widgets/download_card.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
QString yesOrSize(const ModelOffer& offer) {
    const QString size = fromUtf8(format_bytes(offer.bytes));
    return offer.is_size_known ? size : ModelsDialog::tr("more than %1").arg(size);
}
}  // namespace

ModelsDialog::ModelsDialog(const Backend& backend, ModelDownloads& downloads, QWidget* parent)
    : QDialog(parent),
      store_(backend.store),
      list_(backend.list_models),
      list_offers_(backend.downloads.offers),
      downloads_(downloads) {
    setObjectName(QStringLiteral("modelsDialog"));
    setWindowTitle(tr("Models"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(920, 640);
    tabs_ = new QTabWidget;
    tabs_->setObjectName(QStringLiteral("modelTabs"));
    tabs_->setDocumentMode(true);
    tabs_->addTab(makeHere(), tr("On this computer"));
    tabs_->addTab(makeOffers(), tr("Published"));
    auto* card = new DownloadCard(downloads_);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addWidget(tabs_, 1);
    layout->addWidget(card);
    layout->addWidget(buttons);
    connect(card, &DownloadCard::settingsWanted, this, &ModelsDialog::settingsWanted);
    connect(&downloads_, &ModelDownloads::changed, this, &ModelsDialog::updateOfferStates);
    connect(&downloads_, &ModelDownloads::finished, this, [this] {
        refresh();
        refreshOffers();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    showSelected();
    showOffer();
    refresh();
    refreshOffers();
}

QWidget* ModelsDialog::makeHere() {
    auto* page = new QWidget;
    list_view_ = new QTreeWidget;
    list_view_->setObjectName(QStringLiteral("modelsList"));
    list_view_->setAccessibleName(tr("Models on this computer"));
    list_view_->setHeaderLabels({tr("Name"), tr("State"), tr("Makes"), tr("Size"), tr("Precision"), tr("Licence")});
    list_view_->setRootIsDecorated(false);
    about_ = new QLabel;
    about_->setObjectName(QStringLiteral("modelAbout"));
    about_->setProperty("role", "hint");
    about_->setTextFormat(Qt::PlainText);
    about_->setWordWrap(true);
    about_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    add_folder_ = new QPushButton(tr("Add a folder…"));
    add_folder_->setObjectName(QStringLiteral("modelAddFolder"));
    add_folder_->setToolTip(tr("I already have the files: a model is recognised by its content and used where it is."));
    add_files_ = new QPushButton(tr("Add files…"));
    add_files_->setObjectName(QStringLiteral("modelAddFiles"));
    verify_ = new QPushButton(tr("Check the files"));
    verify_->setObjectName(QStringLiteral("modelVerify"));
    verify_->setToolTip(
        tr("Reads every byte and compares it with what was published; takes minutes for large models."));
    remove_ = new QPushButton(tr("Remove…"));
    remove_->setObjectName(QStringLiteral("modelRemove"));
    auto* row = new QHBoxLayout;
    row->setSpacing(kGrid);
    for (QPushButton* button : {add_folder_, add_files_, verify_, remove_})
        row->addWidget(button);
    row->addStretch();
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(list_view_, 1);
    layout->addWidget(about_);
    layout->addLayout(row);
    connect(list_view_, &QTreeWidget::currentItemChanged, this, &ModelsDialog::showSelected);
    connect(add_folder_, &QPushButton::clicked, this, &ModelsDialog::chooseFolder);
    connect(add_files_, &QPushButton::clicked, this, &ModelsDialog::chooseFiles);
    connect(verify_, &QPushButton::clicked, this, &ModelsDialog::verify);
    connect(remove_, &QPushButton::clicked, this, &ModelsDialog::planRemoval);
    return page;
}

QWidget* ModelsDialog::makeOffers() {
    auto* page = new QWidget;
    offers_view_ = new QTreeWidget;
    offers_view_->setObjectName(QStringLiteral("offersList"));
    offers_view_->setAccessibleName(tr("Published models"));
    offers_view_->setHeaderLabels({tr("Name"), tr("State"), tr("Makes"), tr("Size"), tr("Licence")});
    offers_view_->setRootIsDecorated(false);
    offer_about_ = new QLabel;
    offer_about_->setObjectName(QStringLiteral("offerAbout"));
    offer_about_->setProperty("role", "hint");
    offer_about_->setTextFormat(Qt::PlainText);
    offer_about_->setWordWrap(true);
    offer_about_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    download_ = new QPushButton(tr("Download"));
    download_->setObjectName(QStringLiteral("modelDownload"));
    download_->setProperty("role", "primary");
    auto* row = new QHBoxLayout;
    row->addWidget(offer_about_, 1);
    row->addWidget(download_, 0, Qt::AlignBottom);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, kGrid, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(offers_view_, 1);
    layout->addLayout(row);
    connect(offers_view_, &QTreeWidget::currentItemChanged, this, &ModelsDialog::showOffer);
    connect(offers_view_, &QTreeWidget::itemActivated, this, &ModelsDialog::download);
    connect(download_, &QPushButton::clicked, this, &ModelsDialog::download);
    return page;
}

ModelsDialog::~ModelsDialog() {
    stop_.request_stop();
}

void ModelsDialog::refresh() {
    background_.run([list = list_] { return guarded([&]() -> Result<std::vector<ModelInfo>> { return list(); }); },
                    [this](Result<std::vector<ModelInfo>> models) {
                        if (models.ok())
                            fill(*models);
                        else
                            say(models.error());
                    });
}

void ModelsDialog::fill(const std::vector<ModelInfo>& models) {
    const int before = list_view_->indexOfTopLevelItem(list_view_->currentItem());
    const std::string chosen =
        before >= 0 && std::size_t(before) < models_.size() ? models_[std::size_t(before)].name : "";
    models_ = models;
    list_view_->clear();
    for (const ModelInfo& model : models_)
        list_view_->addTopLevelItem(new QTreeWidgetItem(
            {fromUtf8(model.name), model.complete ? tr("Ready") : tr("Parts are missing"), fromUtf8(model.kind),
             fromUtf8(format_bytes(model.bytes)), fromUtf8(model.precision), licenceOf(model)}));
    for (int column = 0; column < list_view_->columnCount(); ++column)
        list_view_->resizeColumnToContents(column);
    const auto same = std::find_if(models_.begin(), models_.end(), [&](const auto& one) { return one.name == chosen; });
    if (!models_.empty())
        list_view_->setCurrentItem(list_view_->topLevelItem(same == models_.end() ? 0 : int(same - models_.begin())));
}

/// Known of what came from the catalogue; a person's own files say nothing about it.
QString ModelsDialog::licenceOf(const ModelInfo& model) const {
    QStringList licences;
    for (const ModelOffer& offer : offers_)
        if (offer.id == model.name)
            for (const std::string& licence : offer.licences)
                licences << fromUtf8(licence);
    return licences.isEmpty() ? tr("not known") : licences.join(QStringLiteral(", "));
}

void ModelsDialog::refreshOffers() {
    if (!list_offers_) return tabs_->setTabVisible(1, false);
    background_.run(
        [list = list_offers_] { return guarded([&] { return list(); }); },
        [this](Result<std::vector<ModelOffer>> offers) {
            if (offers.ok()) return showOffersList(*offers);
            offer_about_->setText(tr("%1 %2").arg(fromUtf8(offers.error().message), fromUtf8(offers.error().fix)));
        });
}

void ModelsDialog::showOffersList(const std::vector<ModelOffer>& offers) {
    const QTreeWidgetItem* current = offers_view_->currentItem();
    QString chosen = wanted_offer_;
    if (chosen.isEmpty() && current) chosen = current->data(0, Qt::UserRole).toString();
    offers_ = offers;
    offers_view_->clear();
    for (const ModelOffer& offer : offers_) {
        QStringList licences;
        for (const std::string& licence : offer.licences)
            licences << fromUtf8(licence);
        auto* row = new QTreeWidgetItem({fromUtf8(offer.title), QString(), fromUtf8(offer.kind),
                                         offer.is_supported ? yesOrSize(offer) : QString(),
                                         licences.join(QStringLiteral(", "))});
        row->setData(0, Qt::UserRole, fromUtf8(offer.id));
        offers_view_->addTopLevelItem(row);
        if (fromUtf8(offer.id) == chosen) offers_view_->setCurrentItem(row);
    }
    updateOfferStates();
    if (!offers_view_->currentItem() && offers_view_->topLevelItemCount() > 0)
        offers_view_->setCurrentItem(offers_view_->topLevelItem(0));
    for (int column = 0; column < offers_view_->columnCount(); ++column)
        offers_view_->resizeColumnToContents(column);
    wanted_offer_.clear();
    fill(std::vector<ModelInfo>(models_));  // their licences are known now
}

void ModelsDialog::updateOfferStates() {
    for (std::size_t i = 0; i < offers_.size(); ++i) {
        QTreeWidgetItem* row = offers_view_->topLevelItem(int(i));
        const ModelDownload* active = downloads_.find(fromUtf8(offers_[i].id));
        QString state = offers_[i].is_here ? tr("Here") : tr("Not here");
        if (!offers_[i].is_supported) state = tr("Cannot be run yet");
        if (active) state = DownloadCard::progressText(*active);
        row->setText(1, state);
    }
    showOffer();
}

void ModelsDialog::showOffer() {
    const int row = offers_view_->indexOfTopLevelItem(offers_view_->currentItem());
    if (row < 0 || std::size_t(row) >= offers_.size()) {
        download_->setEnabled(false);
        return;
    }
    const ModelOffer& offer = offers_[std::size_t(row)];
    const ModelDownload* active = downloads_.find(fromUtf8(offer.id));
    download_->setEnabled(offer.is_supported && !offer.is_here && (!active || !active->isActive()));
    QStringList lines;
    for (const std::string& source : offer.sources)
        lines << tr("From %1").arg(fromUtf8(source));
    if (!offer.is_here && offer.is_supported && offer.missing > 0 && offer.missing < offer.bytes)
        lines << tr("%1 are here already; %2 will be fetched.")
                     .arg(fromUtf8(format_bytes(offer.bytes - offer.missing)), fromUtf8(format_bytes(offer.missing)));
    if (!offer.is_supported) lines << tr("This program cannot run it yet.");
    offer_about_->setText(lines.join(QLatin1Char('\n')));
}

void ModelsDialog::showOffers(const QString& id) {
    tabs_->setCurrentIndex(1);
    wanted_offer_ = id;
    for (int i = 0; i < offers_view_->topLevelItemCount(); ++i)
        if (offers_view_->topLevelItem(i)->data(0, Qt::UserRole).toString() == id)
            offers_view_->setCurrentItem(offers_view_->topLevelItem(i));
}

void ModelsDialog::download() {
    const int row = offers_view_->indexOfTopLevelItem(offers_view_->currentItem());
    if (row < 0 || !download_->isEnabled()) return;
    const ModelOffer& offer = offers_[std::size_t(row)];
    downloads_.start(fromUtf8(offer.id), fromUtf8(offer.title));
}

void ModelsDialog::verify() {
    const int row = list_view_->indexOfTopLevelItem(list_view_->currentItem());
    if (row < 0) return;
    const std::string name = models_[std::size_t(row)].name;
    about_->setText(tr("Reading every byte of %1…").arg(fromUtf8(name)));
    verify_->setEnabled(false);
    const StoreReport report = [this](const StoreProgress& p) {
        QMetaObject::invokeMethod(this, [this, p] {
            if (p.total > 0)
                about_->setText(
                    tr("Checking: %1 of %2").arg(fromUtf8(format_bytes(p.bytes)), fromUtf8(format_bytes(p.total))));
        });
    };
    background_.run([check = store_.verify, name, report,
                     stop = stop_.get_token()] { return guarded([&] { return check(name, report, stop); }); },
                    [this, name](Result<VerifyResult> result) {
                        verify_->setEnabled(true);
                        if (result.ok())
                            showVerified(fromUtf8(name), *result);
                        else
                            say(result.error());
                    });
}

void ModelsDialog::showVerified(const QString& name, const VerifyResult& result) {
    QStringList lines;
    for (const VerifiedFile& file : result.files)
        if (file.verdict == FileVerdict::kBad)
            lines << tr("%1: %2").arg(fromUtf8(path_to_utf8(file.path.filename())), fromUtf8(file.note));
    for (const std::string& missing : result.missing_files)
        lines << tr("%1 is missing.").arg(fromUtf8(missing));
    if (lines.isEmpty())
        lines << tr("%1 is sound: %n file(s) read.", nullptr, int(result.files.size())).arg(name);
    else
        lines << tr("Download it again; only what is damaged or missing is fetched.");
    about_->setText(lines.join(QLatin1Char('\n')));
}

void ModelsDialog::showSelected() {
    const int row = list_view_->indexOfTopLevelItem(list_view_->currentItem());
    remove_->setEnabled(row >= 0);
    verify_->setEnabled(row >= 0 && store_.verify);
    if (row < 0) return about_->setText(tr("Files are recognised by their content. Nothing is copied or changed."));
    const ModelInfo& model = models_[std::size_t(row)];
    QStringList lines{fromUtf8(path_to_utf8(model.path))};
    for (const auto* list : {&model.missing, &model.notices, &model.fits})
        for (const std::string& line : *list)
            lines << fromUtf8(line);
    about_->setText(lines.join(QLatin1Char('\n')));
}

void ModelsDialog::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Folder with a model"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& folder) { add({folder}); });
    dialog->open();
}

void ModelsDialog::chooseFiles() {
    auto* dialog = new QFileDialog(this, tr("Files of one model"), {},
                                   tr("Model files (*.safetensors *.pth *.pt *.gguf *.json *.model);;All files (*)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFiles);
    connect(dialog, &QFileDialog::filesSelected, this, &ModelsDialog::add);
    dialog->open();
}

void ModelsDialog::add(const QStringList& paths) {
    AddRequest request;
    for (const QString& path : paths)
        request.paths.push_back(path_from_utf8(path.toStdString()));
    about_->setText(tr("Looking at the files…"));
    background_.run(
        [add = store_.add, request, stop = stop_.get_token()] { return guarded([&] { return add(request, stop); }); },
        [this](Result<AddedModel> added) {
            if (!added.ok()) return say(added.error());
            refresh();
            Q_EMIT modelsChanged();
        });
}

void ModelsDialog::planRemoval() {
    const int row = list_view_->indexOfTopLevelItem(list_view_->currentItem());
    if (row < 0) return;
    background_.run([plan = store_.plan_removal,
                     name = models_[std::size_t(row)].name] { return guarded([&] { return plan(name); }); },
                    [this](Result<RemovalPlan> plan) {
                        if (plan.ok())
                            confirmRemoval(*plan);
                        else
                            say(plan.error());
                    });
}

void ModelsDialog::confirmRemoval(const RemovalPlan& plan) {
    const QString name = fromUtf8(plan.name);
    const QString text = plan.is_only_forgotten
                             ? tr("Forget %1? Its files stay where they are.").arg(name)
                             : tr("Delete %1? The disk gets %2 back.").arg(name, fromUtf8(format_bytes(plan.bytes)));
    auto* question =
        new QMessageBox(QMessageBox::Question, tr("Remove a model"), text, QMessageBox::Yes | QMessageBox::No, this);
    question->setObjectName(QStringLiteral("removeQuestion"));
    question->setAttribute(Qt::WA_DeleteOnClose);
    question->setDefaultButton(QMessageBox::No);
    question->setTextFormat(Qt::PlainText);
    connect(question, &QMessageBox::finished, this, [this, plan](int answer) {
        if (answer != QMessageBox::Yes) return;
        background_.run([run = store_.run_removal, plan] { return guarded([&] { return run(plan); }); },
                        [this](Result<void> removed) {
                            if (!removed.ok()) say(removed.error());
                            refresh();
                            refreshOffers();
                            Q_EMIT modelsChanged();
                        });
    });
    question->open();
}

void ModelsDialog::say(const Error& error) {
    about_->setText(tr("%1 %2").arg(fromUtf8(error.message), fromUtf8(error.fix)));
}

}  // namespace studio::ui
