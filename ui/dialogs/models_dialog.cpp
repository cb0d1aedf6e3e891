#include "ui/dialogs/models_dialog.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QMessageBox>
#include <QVBoxLayout>

#include "core/text.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

ModelsDialog::ModelsDialog(const Backend& backend, QWidget* parent)
    : QDialog(parent), store_(backend.store), list_(backend.list_models) {
    setObjectName(QStringLiteral("modelsDialog"));
    setWindowTitle(tr("Models"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(820, 560);
    list_view_ = new QTreeWidget;
    list_view_->setObjectName(QStringLiteral("modelsList"));
    list_view_->setAccessibleName(tr("Models on this computer"));
    list_view_->setHeaderLabels({tr("Name"), tr("State"), tr("Makes"), tr("Size"), tr("Precision")});
    list_view_->setRootIsDecorated(false);
    about_ = new QLabel;
    about_->setObjectName(QStringLiteral("modelAbout"));
    about_->setProperty("role", "hint");
    about_->setTextFormat(Qt::PlainText);
    about_->setWordWrap(true);
    about_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    add_folder_ = new QPushButton(tr("Add a folder…"));
    add_folder_->setToolTip(tr("I already have the files: a model is recognised by its content and used where it is."));
    add_files_ = new QPushButton(tr("Add files…"));
    remove_ = new QPushButton(tr("Remove…"));
    remove_->setObjectName(QStringLiteral("modelRemove"));
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    for (QPushButton* button : {add_folder_, add_files_, remove_})
        buttons->addButton(button, QDialogButtonBox::ActionRole);
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(kGrid);
    layout->addWidget(list_view_, 1);
    layout->addWidget(about_);
    layout->addWidget(buttons);
    connect(list_view_, &QTreeWidget::currentItemChanged, this, &ModelsDialog::showSelected);
    connect(add_folder_, &QPushButton::clicked, this, &ModelsDialog::chooseFolder);
    connect(add_files_, &QPushButton::clicked, this, &ModelsDialog::chooseFiles);
    connect(remove_, &QPushButton::clicked, this, &ModelsDialog::planRemoval);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    showSelected();
    refresh();
}

ModelsDialog::~ModelsDialog() {
    stop_.request_stop();
}

void ModelsDialog::refresh() {
    background_.run([list = list_] { return guarded([&]() -> Result<std::vector<ModelInfo>> { return list(); }); },
                    [this](Result<std::vector<ModelInfo>> models) {
                        if (models.ok())
                            show(*models);
                        else
                            say(models.error());
                    });
}

void ModelsDialog::show(const std::vector<ModelInfo>& models) {
    models_ = models;
    list_view_->clear();
    for (const ModelInfo& model : models_)
        list_view_->addTopLevelItem(new QTreeWidgetItem(
            {fromUtf8(model.name), model.complete ? tr("Ready") : tr("Parts are missing"), fromUtf8(model.kind),
             fromUtf8(format_bytes(model.bytes)), fromUtf8(model.precision)}));
    for (int column = 0; column < list_view_->columnCount(); ++column)
        list_view_->resizeColumnToContents(column);
    if (!models_.empty()) list_view_->setCurrentItem(list_view_->topLevelItem(0));
}

void ModelsDialog::showSelected() {
    const int row = list_view_->indexOfTopLevelItem(list_view_->currentItem());
    remove_->setEnabled(row >= 0);
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
                            Q_EMIT modelsChanged();
                        });
    });
    question->open();
}

void ModelsDialog::say(const Error& error) {
    about_->setText(tr("%1 %2").arg(fromUtf8(error.message), fromUtf8(error.fix)));
}

}  // namespace studio::ui
