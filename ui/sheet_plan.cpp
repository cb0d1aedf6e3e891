#include "ui/sheet_plan.h"

#include <algorithm>
#include <limits>

#include "app/presets.h"
#include "app/video_sizes.h"

namespace studio::ui {

namespace {
constexpr std::string_view kSheet = "sheet-";
constexpr std::size_t kDigits = 16;
// Seeds that a person can read and type again.
constexpr std::uint64_t kSeedRange = 1'000'000'000;

std::string hexadecimal(std::uint64_t number) {
    std::string text;
    for (std::size_t i = 0; i < kDigits; ++i)
        text += "0123456789abcdef"[(number >> (60 - 4 * i)) & 15];
    return text;
}

/// splitmix64: a sequence from one number, the same everywhere.
std::uint64_t next(std::uint64_t& state) {
    std::uint64_t z = state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

std::vector<GenerationRequest> tries_of(const GenerationRequest& quick, const std::string& group, std::int64_t seed,
                                        int count, std::uint64_t random) {
    constexpr std::int64_t kLast = std::numeric_limits<std::int64_t>::max();
    std::vector<GenerationRequest> tries(std::size_t(count), quick);
    for (int i = 0; i < count; ++i) {
        GenerationRequest& one = tries[std::size_t(i)];
        one.group = group;
        one.seed = seed < 0 ? std::int64_t(next(random) % kSeedRange) : seed <= kLast - i ? seed + i : i;
    }
    return tries;
}

/// What the full video has and the quick one has not; null: left to the model.
Json difference(const GenerationRequest& full, const GenerationRequest& quick) {
    const Json wished = full.to_json(), tried = quick.to_json();
    Json found = Json::object();
    for (const std::string_view key : preset_keys()) {
        const std::string name(key);
        const Json a = wished.value(name, Json()), b = tried.value(name, Json());
        if (a != b) found[name] = a;
    }
    return found;
}

/// Steps, length and size of the model's draft where these are smaller; everything else as it was wished, because it
/// decides what the video looks like.
GenerationRequest quickOf(const GenerationRequest& full, const ModelInfo& model) {
    GenerationRequest quick = full;
    for (const Preset& preset : built_in_presets(model)) {
        if (preset.name != "draft") continue;
        const auto smaller = [&](const char* key, std::optional<int>& value) {
            const auto draft = preset.values.find(key);
            if (draft == preset.values.end() || !draft->is_number_integer()) return;
            value = value ? std::min(*value, draft->get<int>()) : draft->get<int>();
        };
        smaller("steps", quick.steps);
        const bool is_short = full.seconds && !full.num_frames && preset.values.contains("num_frames");
        if (!is_short || *full.seconds * model.defaults.value("fps", 16.0) > preset.values["num_frames"].get<int>()) {
            quick.seconds.reset();
            smaller("num_frames", quick.num_frames);
        }
    }
    const auto classes = size_classes(model);
    if (classes.empty()) return quick;
    const VideoSize wished{full.width.value_or(model.defaults.value("width", 0)),
                           full.height.value_or(model.defaults.value("height", 0))};
    const SizeClass& smallest = classes.front();
    if (wished.width <= 0 || wished.height <= 0) return quick;
    if (std::int64_t(smallest.size.width) * smallest.size.height >= std::int64_t(wished.width) * wished.height)
        return quick;
    const VideoSize size = size_for(smallest, {wished.width, wished.height}, model);
    quick.width = size.width;
    quick.height = size.height;
    return quick;
}

bool is_sheet(const std::string& group) {
    return group.starts_with(kSheet) && group.size() >= kSheet.size() + kDigits;
}
}  // namespace

SheetPlan planSheet(const GenerationRequest& wish, const ModelInfo& model, int count, std::uint64_t random) {
    GenerationRequest full = wish;
    full.group.clear();
    const GenerationRequest quick = quickOf(full, model);
    SheetPlan plan;
    plan.group = std::string(kSheet) + hexadecimal(random) + difference(full, quick).dump();
    plan.tries = tries_of(quick, plan.group, wish.seed, std::clamp(count, kMinSheet, kMaxSheet), random);
    return plan;
}

SheetPlan planMore(const GenerationRequest& made, int count, std::uint64_t random) {
    SheetPlan plan;
    plan.group = std::string(kSheet) + hexadecimal(random) +
                 (is_sheet(made.group) ? made.group.substr(kSheet.size() + kDigits) : std::string("{}"));
    plan.tries = tries_of(made, plan.group, -1, std::clamp(count, kMinSheet, kMaxSheet), random);
    return plan;
}

GenerationRequest fullOf(const GenerationRequest& made) {
    GenerationRequest plain = made;
    plain.group.clear();
    if (!is_sheet(made.group)) return plain;
    const auto change = parse_json(made.group.substr(kSheet.size() + kDigits), "group");
    if (!change.ok() || !change->is_object()) return plain;
    Json settings = plain.to_json();
    for (const auto& [key, value] : change->items()) {
        if (value.is_null())
            settings.erase(key);
        else
            settings[key] = value;
    }
    const auto full = GenerationRequest::from_json(settings);
    return full.ok() ? *full : plain;
}

std::string sheetOf(const store::JobRecord& job) {
    if (!job.draft.request.is_object()) return {};
    const auto group = job.draft.request.find("group");
    if (group == job.draft.request.end() || !group->is_string()) return {};
    const std::string name = group->get<std::string>();
    return is_sheet(name) ? name : std::string();
}

}  // namespace studio::ui
