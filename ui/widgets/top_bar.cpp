#include "ui/widgets/top_bar.h"

#include <QIcon>
#include <QResizeEvent>
#include <QStyle>
#include <QTextDocument>
#include <algorithm>

#include "core/text.h"
#include "ui/theme/icons.h"
#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kNarrow = 1180;     // below this width the program's name gives way
constexpr int kPickerWidth = 20;  // characters that the picker shows at least

/// "Postcards (demo)  ·  17 MB": the title from the model's card, the name for --model, the size on disk.
QString pickerName(const ModelInfo& model) {
    QString name = fromUtf8(model.name);
    const auto title = model.details.is_object() ? model.details.find("card_name") : model.details.end();
    if (title != model.details.end() && title->is_string() && title->get<std::string>() != model.name)
        name = TopBar::tr("%1 (%2)").arg(fromUtf8(title->get<std::string>()), name);
    return model.bytes > 0 ? TopBar::tr("%1  ·  %2").arg(name, fromUtf8(format_bytes(model.bytes))) : name;
}

/// Tells apart two states of one model on the disk.
std::string identityOf(const ModelInfo& model) {
    return path_to_utf8(model.path) + '\n' + model.kind + (model.complete ? "\n1" : "\n0") + model.defaults.dump();
}

/// A file that is only a part (VAE, text encoder, adapter) is no model to choose.
bool isModel(const ModelInfo& model) {
    return model.role.empty() || model.role == "model" || model.role == "dit";
}
}  // namespace

bool makesVideosIn(CreateMode mode, const ModelInfo& model) {
    const std::string& kind = model.kind;
    if (mode == CreateMode::kText) return kind == "text-to-video" || kind == "text-image-to-video";
    return kind == "image-to-video" || kind == "text-image-to-video" || kind == "first-last-frame-to-video";
}

TopBar::TopBar(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("topBar"));
    auto* mark = new QLabel;
    mark->setPixmap(QIcon(QStringLiteral(":/icons/turbo-studio-64.png")).pixmap(26, 26));
    name_ = new QLabel(tr("Turbo Studio"));
    name_->setObjectName(QStringLiteral("appName"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(2 * kGrid, kGrid, kGrid, kGrid);
    layout->setSpacing(kGrid);
    layout->addWidget(mark);
    layout->addWidget(name_);
    layout->addSpacing(kGrid);
    makeModes(layout);
    makePicker(layout);
    choices_ = new QHBoxLayout;
    choices_->setSpacing(kGrid);
    layout->addLayout(choices_);
    layout->addStretch();
    right_ = new QHBoxLayout;
    right_->setSpacing(kGrid);
    layout->addLayout(right_);
    makeButtons(layout);
    updateModes();
}

void TopBar::makeModes(QHBoxLayout* layout) {
    auto* box = new QFrame;
    box->setObjectName(QStringLiteral("modeSwitch"));
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(2, 2, 2, 2);
    row->setSpacing(2);
    const auto add = [&](const char* object_name, const QString& text, CreateMode mode) {
        auto* button = new QToolButton;
        button->setObjectName(QLatin1String(object_name));
        button->setProperty("role", "segment");
        button->setText(text);
        button->setAccessibleName(text);
        button->setCheckable(true);
        connect(button, &QToolButton::clicked, this, [this, mode] { chooseMode(mode); });
        row->addWidget(button);
        return button;
    };
    text_mode_ = add("textMode", tr("Text to video"), CreateMode::kText);
    image_mode_ = add("imageMode", tr("Image to video"), CreateMode::kImage);
    layout->addWidget(box);
}

void TopBar::makePicker(QHBoxLayout* layout) {
    picker_ = new QComboBox;
    picker_->setObjectName(QStringLiteral("modelPicker"));
    picker_->setAccessibleName(tr("Model"));
    picker_->setToolTip(tr("The model that makes the video"));
    picker_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
    picker_->setMinimumContentsLength(kPickerWidth);
    picker_->setMaximumWidth(38 * kGrid);
    picker_->hide();
    connect(picker_, &QComboBox::activated, this, &TopBar::pick);
    layout->addWidget(picker_);
}

void TopBar::makeButtons(QHBoxLayout* layout) {
    const auto add = [&](const char* object_name, Glyph glyph, const QString& name, const QString& help) {
        auto* button = new QToolButton;
        button->setObjectName(QLatin1String(object_name));
        button->setProperty("role", "flat");
        button->setIcon(makeIcon(glyph));
        button->setAccessibleName(name);
        button->setToolTip(help);
        layout->addWidget(button);
        return button;
    };
    auto* look = add("appearanceButton", Glyph::kTheme, tr("Light or dark"), tr("Switch between light and dark"));
    connect(look, &QToolButton::clicked, this, [] {
        const bool is_dark = currentAppearance() == Appearance::kDark;
        applyAppearance(*qApp, is_dark ? Appearance::kLight : Appearance::kDark);
    });
    menu_ = add("menuButton", Glyph::kMenu, tr("Menu"), tr("Models, Doctor, log and more"));
    menu_->setPopupMode(QToolButton::InstantPopup);
}

void TopBar::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    name_->setVisible(width() >= kNarrow);
}

void TopBar::setModels(std::vector<ModelInfo> models, const std::string& wanted) {
    const std::string before = modelPath();
    models_ = std::move(models);
    std::erase_if(models_, [](const ModelInfo& model) { return !isModel(model); });
    const std::string& sought = before.empty() ? wanted : before;
    if (!sought.empty() && chooseModel(sought, mode_ == CreateMode::kImage)) return;
    wanted_ = before.empty() ? wanted : std::string();  // a path: the engine judges it
    const auto any = [&](CreateMode mode) {
        return std::any_of(models_.begin(), models_.end(),
                           [&](const ModelInfo& model) { return model.complete && makesVideosIn(mode, model); });
    };
    if (!any(mode_) && any(CreateMode::kImage)) mode_ = CreateMode::kImage;
    if (!any(mode_) && any(CreateMode::kText)) mode_ = CreateMode::kText;
    updateModes();
    fillPicker();
    tellModel();
}

void TopBar::addToPicker(int index) {
    const ModelInfo& model = models_[std::size_t(index)];
    const QString name = pickerName(model);
    const int row = picker_->count();
    picker_->addItem(makeIcon(model.complete ? Glyph::kReady : Glyph::kWarning),
                     model.complete ? name : tr("%1 (incomplete)").arg(name), index);
    QStringList about{fromUtf8(path_to_utf8(model.path))};
    if (!model.complete && !model.missing.empty()) about << tr("Missing:");
    for (const std::string& missing : model.missing)
        about << fromUtf8(missing);
    picker_->setItemData(row, Qt::convertFromPlainText(about.join(QLatin1Char('\n')), Qt::WhiteSpaceNormal),
                         Qt::ToolTipRole);
    picker_->setItemData(row, about.join(QLatin1String(", ")), Qt::AccessibleDescriptionRole);
}

/// The first complete model of the mode is current afterwards.
void TopBar::fillPicker() {
    picker_->clear();
    for (int i = 0; i < int(models_.size()); ++i) {
        const ModelInfo& model = models_[std::size_t(i)];
        const bool is_other_mode =
            makesVideosIn(mode_ == CreateMode::kText ? CreateMode::kImage : CreateMode::kText, model) &&
            !makesVideosIn(mode_, model);
        if (!is_other_mode) addToPicker(i);
    }
    if (!wanted_.empty()) picker_->addItem(fromUtf8(wanted_), -1);
    int chosen = wanted_.empty() ? -1 : picker_->count() - 1;
    for (int row = 0; row < picker_->count() && chosen < 0; ++row)
        if (models_[std::size_t(picker_->itemData(row).toInt())].complete) chosen = row;
    picker_->setCurrentIndex(chosen >= 0 ? chosen : picker_->count() - 1);
    picker_->setVisible(picker_->count() > 0);
}

int TopBar::rowOf(const std::string& path) const {
    for (int row = 0; row < picker_->count(); ++row) {
        const int index = picker_->itemData(row).toInt();
        if (index < 0) continue;
        const ModelInfo& model = models_[std::size_t(index)];
        if (path_to_utf8(model.path) == path || model.name == path) return row;
    }
    return -1;
}

bool TopBar::chooseModel(const std::string& path, bool with_image) {
    const auto at = std::find_if(models_.begin(), models_.end(), [&](const ModelInfo& model) {
        return path_to_utf8(model.path) == path || model.name == path;
    });
    if (at == models_.end()) return false;
    const CreateMode liked = with_image ? CreateMode::kImage : CreateMode::kText;
    const CreateMode other = with_image ? CreateMode::kText : CreateMode::kImage;
    wanted_.clear();
    setMode(makesVideosIn(liked, *at) || !makesVideosIn(other, *at) ? liked : other);
    fillPicker();
    picker_->setCurrentIndex(rowOf(path));
    tellModel();
    return true;
}

bool TopBar::chooseMode(CreateMode mode) {
    const QString why = whyNot(mode);
    if (!why.isEmpty()) {
        updateModes();
        Q_EMIT refused(why);
        return false;
    }
    const std::string before = modelPath();
    if (mode == mode_) return updateModes(), true;
    wanted_.clear();
    setMode(mode);
    fillPicker();
    if (const int row = rowOf(before); row >= 0) picker_->setCurrentIndex(row);  // one that makes both
    tellModel();
    return true;
}

QString TopBar::whyNot(CreateMode mode) const {
    if (mode == mode_) return {};
    const bool is_there =
        std::any_of(models_.begin(), models_.end(), [&](const ModelInfo& model) { return makesVideosIn(mode, model); });
    if (is_there) return {};
    return mode == CreateMode::kImage
               ? tr("None of the models here makes videos from pictures. Menu, Models… shows which do and how to get "
                    "them.")
               : tr("None of the models here makes videos from text alone. Menu, Models… shows which do and how to "
                    "get them.");
}

void TopBar::setMode(CreateMode mode) {
    const bool is_new = mode != mode_;
    mode_ = mode;
    updateModes();
    if (is_new) Q_EMIT modeChanged(mode);
}

/// A mode that cannot be had is dimmed, and says why.
void TopBar::updateModes() {
    const auto show = [this](QToolButton* button, CreateMode mode, const QString& help) {
        const QString why = whyNot(mode);
        button->setChecked(mode_ == mode);
        button->setProperty("isUnavailable", !why.isEmpty());
        button->setToolTip(why.isEmpty() ? help : why);
        button->setAccessibleDescription(why);
        button->style()->unpolish(button);
        button->style()->polish(button);
    };
    show(text_mode_, CreateMode::kText, tr("Make a video from words (Ctrl+1)"));
    show(image_mode_, CreateMode::kImage, tr("Make a video that starts from a picture (Ctrl+2)"));
}

void TopBar::pick(int row) {
    static_cast<void>(row);
    tellModel();
}

void TopBar::tellModel() {
    const ModelInfo* chosen = model();
    const std::string identity = chosen ? identityOf(*chosen) : "name " + modelPath();
    picker_->setToolTip(picker_->currentData(Qt::ToolTipRole).toString().isEmpty()
                            ? tr("The model that makes the video")
                            : picker_->currentData(Qt::ToolTipRole).toString());
    if (identity == told_) return;
    told_ = identity;
    Q_EMIT modelChanged(chosen ? *chosen : ModelInfo{});
}

const ModelInfo* TopBar::model() const {
    const QVariant index = picker_->currentData();
    if (!index.isValid() || index.toInt() < 0 || index.toInt() >= int(models_.size())) return nullptr;
    return &models_[std::size_t(index.toInt())];
}

std::string TopBar::modelPath() const {
    const ModelInfo* chosen = model();
    return chosen ? path_to_utf8(chosen->path) : wanted_;
}

}  // namespace studio::ui
