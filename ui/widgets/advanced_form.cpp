#include "ui/widgets/advanced_form.h"

#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/theme.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
constexpr int kFewSteps = 4;  // what the rcm sampler takes
constexpr int kMostSteps = 60;

Json memberOf(const Json& object, std::string_view key) {
    const auto at = object.is_object() ? object.find(std::string(key)) : object.end();
    return object.is_object() && at != object.end() ? *at : Json();
}

/// What runs when nothing is set: the model's value, else the request's own default.
Json ownValue(std::string_view key, const ModelInfo& model) {
    const Json stated = memberOf(model.defaults, key);
    if (!stated.is_null()) return stated;
    const Json fresh = memberOf(GenerationRequest{}.to_json(), key);
    return fresh.is_string() && fresh.get<std::string>().empty() ? Json() : fresh;
}
}  // namespace

AdvancedForm::AdvancedForm(std::span<const Setting> settings, QWidget* parent) : QWidget(parent) {
    title_ = new QToolButton;
    title_->setObjectName(QStringLiteral("advancedButton"));
    title_->setProperty("role", "fold");
    title_->setCheckable(true);
    title_->setArrowType(Qt::RightArrow);
    title_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    title_->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    body_ = new QWidget;
    body_->setObjectName(QStringLiteral("advancedBody"));
    body_->hide();
    auto* rows = new QVBoxLayout(body_);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(kGrid);
    for (const Setting& setting : settings) {
        if (SettingWords::label(setting.key).isEmpty()) continue;
        if (setting.key == "loras") {
            loras_ = new LoraList;
            rows->addWidget(loras_);
            connect(loras_, &LoraList::changed, this, &AdvancedForm::changed);
            continue;
        }
        auto* row = new SettingRow(setting);
        rows_.push_back(row);
        rows->addWidget(row);
        connect(row, &SettingRow::changed, this, [this] {
            judge();
            Q_EMIT changed();
        });
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(kGrid);
    layout->addWidget(title_);
    layout->addWidget(body_);
    connect(title_, &QToolButton::toggled, this, &AdvancedForm::setOpen);
    setModel({});
}

bool AdvancedForm::isOpen() const {
    return title_->isChecked();
}

void AdvancedForm::setOpen(bool is_open) {
    const QSignalBlocker quiet(title_);
    title_->setChecked(is_open);
    title_->setArrowType(is_open ? Qt::DownArrow : Qt::RightArrow);
    if (body_->isVisibleTo(this) == is_open) return;
    body_->setVisible(is_open);
    Q_EMIT openChanged(is_open);
}

void AdvancedForm::setModel(const ModelInfo& model) {
    model_ = model;
    for (SettingRow* row : rows_) {
        row->setOwn(ownValue(row->key(), model));
        row->setValue(nullptr);
    }
    if (loras_) loras_->setHasExperts(memberOf(model.defaults, "boundary").is_number());
    judge();
}

void AdvancedForm::setHasGpu(bool has_gpu) {
    has_gpu_ = has_gpu;
    judge();
}

void AdvancedForm::setValues(const GenerationRequest& request) {
    const Json all = request.to_json();
    for (SettingRow* row : rows_) {
        const Json value = memberOf(all, row->key());
        row->setValue(value.is_string() && value.get<std::string>().empty() ? Json() : value);
    }
    if (loras_) loras_->setLoras(request.loras);
    judge();
}

void AdvancedForm::fill(GenerationRequest& request) const {
    Json all = request.to_json();
    for (const SettingRow* row : rows_)
        if (const Json value = row->value(); !value.is_null()) all[row->key()] = value;
    if (auto filled = GenerationRequest::from_json(all); filled.ok()) request = std::move(*filled);
    if (loras_) request.loras = loras_->loras();
}

SettingSurroundings AdvancedForm::surroundings() const {
    SettingSurroundings around{model_, {}, has_gpu_};
    fill(around.request);
    return around;
}

bool AdvancedForm::isGuided() const {
    return SettingRules::isGuided(surroundings());
}

/// Twice at most: a sampler that is no choice any more gives other rows back.
void AdvancedForm::judge() {
    const SettingSurroundings around = surroundings();
    const std::string own_sampler = memberOf(model_.defaults, "sampler").is_string()
                                        ? memberOf(model_.defaults, "sampler").get<std::string>()
                                        : std::string();
    const bool is_rcm = around.request.sampler.value_or(own_sampler) == "rcm";
    for (SettingRow* row : rows_) {
        row->judge(around);
        if (row->key() == "steps") row->setMaximum(is_rcm ? kFewSteps : kMostSteps);
    }
    updateTitle();
}

void AdvancedForm::updateTitle() {
    const auto count =
        std::count_if(rows_.begin(), rows_.end(), [](const SettingRow* row) { return !row->value().is_null(); });
    const int changed_rows = int(count) + (loras_ ? int(loras_->loras().size()) : 0);
    title_->setText(changed_rows > 0 ? tr("Advanced  ·  %n changed", nullptr, changed_rows) : tr("Advanced"));
    title_->setAccessibleName(title_->text());
    title_->setToolTip(tr("Steps, attention, sampler, precision, memory and other parts"));
}

}  // namespace studio::ui
