// Text and values into a GenerationRequest: one set of rules for the command line, the window and recipes.
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "app/lora_setting.h"
#include "app/preferences.h"
#include "app/settings_table.h"
#include "core/text.h"

namespace studio {
namespace {

std::string shown(std::string_view text) {
    return text.empty() ? "an empty text" : fmt::format("'{}'", escape_for_display(text, 60));
}

std::string number_text(const Setting& setting, double value) {
    // 2^63-1 has no double of its own.
    if (setting.key == "seed" && value > 9e18) return fmt::format("{}", std::numeric_limits<std::int64_t>::max());
    return format_double(value);
}

std::string range_text(const Setting& setting) {
    return fmt::format("{} {} to {}",
                       setting.type == SettingType::kInt || setting.type == SettingType::kBytes ? "a whole number from"
                                                                                                : "a number from",
                       number_text(setting, setting.min), number_text(setting, setting.max));
}

std::string choices_text(const Setting& setting) {
    std::string text;
    for (std::size_t i = 0; i < setting.choices.size(); ++i) {
        if (i > 0) text += i + 1 == setting.choices.size() ? " or " : ", ";
        text += setting.choices[i];
    }
    return text;
}

/// "num_frames" -> "num_frames (--frames)": the window's person and the command line's person both find it.
std::string title(const Setting& setting) {
    return fmt::format("{} ({})", setting.key, setting.flag);
}

Error refused_number(const Setting& setting, std::string_view text) {
    std::string fix = fmt::format("Give {}.", range_text(setting));
    if (setting.type == SettingType::kNumber && text.find(',') != std::string_view::npos)
        fix += " Decimals are written with a point, as in 1.5.";
    return invalid_argument(std::string(setting.key),
                            fmt::format("{} must be {}, not {}.", title(setting), range_text(setting), shown(text)),
                            fix);
}

bool in_range(const Setting& setting, double value) {
    return value >= setting.min && value <= setting.max;  // false for NaN
}

Result<std::int64_t> read_int(const Setting& setting, std::string_view text) {
    const auto value = parse_int64(text);
    if (!value || !in_range(setting, static_cast<double>(*value))) return refused_number(setting, text);
    return *value;
}

Result<double> read_number(const Setting& setting, std::string_view text) {
    const auto value = parse_double(text);
    if (!value || !in_range(setting, *value)) return refused_number(setting, text);
    return *value;
}

Result<std::int64_t> read_bytes(const Setting& setting, std::string_view text) {
    const auto value = parse_bytes(text);
    if (value && in_range(setting, *value)) return static_cast<std::int64_t>(*value);
    return invalid_argument(
        std::string(setting.key),
        fmt::format("{} must be an amount of memory such as 12GB or 900MB, not {}.", title(setting), shown(text)),
        "Give a number with kB, MB, GB, KiB, MiB or GiB, or a plain number of bytes; 0 means what is free.");
}

Error refused_choice(const Setting& setting, std::string_view text) {
    return invalid_argument(std::string(setting.key),
                            fmt::format("{} must be {}, not {}.", title(setting), choices_text(setting), shown(text)),
                            fmt::format("Choose {}.", choices_text(setting)));
}

Result<void> check_choice(const Setting& setting, std::string_view text) {
    for (const std::string_view choice : setting.choices) {
        if (choice == text) return {};
    }
    return refused_choice(setting, text);
}

Result<void> check_utf8(const Setting& setting, std::string_view text) {
    const auto at = invalid_utf8_at(text);
    if (!at) return {};
    return invalid_argument(std::string(setting.key),
                            fmt::format("{} is not valid UTF-8: byte {} is wrong.", title(setting), *at),
                            "Save or paste the text as UTF-8.");
}

Result<void> set_size(GenerationRequest& request, const Setting& setting, std::string_view text) {
    const auto x = text.find_first_of("xX");
    const auto width = parse_int64(text.substr(0, x));
    const auto height = x == std::string_view::npos ? std::nullopt : parse_int64(text.substr(x + 1));
    if (!width || !height) {
        return invalid_argument("size",
                                fmt::format("{} must be WIDTHxHEIGHT in pixels, not {}.", title(setting), shown(text)),
                                "Write it like 832x480.");
    }
    STUDIO_TRY_VOID(set_from_text(request, "width", text.substr(0, x)));
    return set_from_text(request, "height", text.substr(x + 1));
}

void store_int(GenerationRequest& request, std::string_view key, std::int64_t value) {
    const int small = static_cast<int>(std::min<std::int64_t>(value, std::numeric_limits<int>::max()));
    if (key == "width") request.width = small;
    if (key == "height") request.height = small;
    if (key == "steps") request.steps = small;
    if (key == "threads") request.threads = small;
    if (key == "crf") request.crf = small;
    if (key == "seed") request.seed = value;
    if (key == "ram_limit") request.ram_limit = value;
    if (key == "vram_limit") request.vram_limit = value;
    if (key == "num_frames") {
        request.num_frames = small;
        request.seconds.reset();
    }
}

void store_number(GenerationRequest& request, std::string_view key, double value) {
    if (key == "fps") request.fps = value;
    if (key == "guidance") request.guidance = value;
    if (key == "guidance_2") request.guidance_2 = value;
    if (key == "boundary") request.boundary = value;
    if (key == "shift") request.shift = value;
    if (key == "sigma_max") request.sigma_max = value;
    if (key == "sla_topk") request.sla_topk = value;
    if (key == "seconds") {
        request.seconds = value;
        request.num_frames.reset();
    }
}

void store_text(GenerationRequest& request, std::string_view key, std::string_view value) {
    const std::string text(value);
    if (key == "model") request.model = text;
    if (key == "prompt") request.prompt = text;
    if (key == "negative_prompt") request.negative_prompt = text;
    if (key == "sampler") request.sampler = text;
    if (key == "sampler_mode") request.sampler_mode = text;
    if (key == "image_fit") request.image_fit = text;
    // Another picture has another hash.
    if (key == "image") {
        request.image = text;
        request.image_sha256.clear();
    }
    if (key == "end_image") {
        request.end_image = text;
        request.end_image_sha256.clear();
    }
    if (key == "vae") request.vae = text;
    if (key == "text_encoder") request.text_encoder = text;
    if (key == "tokenizer") request.tokenizer = text;
    if (key == "transformer_2") request.transformer_2 = text;
    if (key == "image_encoder") request.image_encoder = text;
    if (key == "attention") request.attention = text;
    if (key == "precision") request.precision = text;
    if (key == "device") request.device = text;
    if (key == "output") request.output = text;
    if (key == "name_pattern") request.name_pattern = text;
    if (key == "metadata") request.metadata = text;
}

template <class T>
Result<void> check_number(std::string_view key, const std::optional<T>& value) {
    const Setting& setting = *find_setting(key);
    if (!value || in_range(setting, static_cast<double>(*value))) return {};
    if constexpr (std::is_integral_v<T>) return refused_number(setting, fmt::format("{}", *value));
    return refused_number(setting, std::isfinite(static_cast<double>(*value))
                                       ? format_double(static_cast<double>(*value))
                                       : "a value that is not finite");
}

Result<void> check_prompt_text(std::string_view key, const std::string& text) {
    const Setting& setting = *find_setting(key);
    if (text.size() > kMaxPromptBytes) {
        return invalid_argument(
            std::string(key),
            fmt::format("{} is {} bytes long; at most {} are read.", title(setting), text.size(), kMaxPromptBytes),
            "Shorten it. A model reads about 400 words; the rest would be lost anyway.");
    }
    return check_utf8(setting, text);
}

Result<void> check_pattern(const std::string& pattern) {
    auto checked = check_name_pattern(pattern);
    if (!checked.ok()) checked.error().field = "name_pattern";
    return checked;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

/// Both may be set (a recipe states the frames, an older wish the seconds), but then they must mean the same video.
Result<void> check_length(const GenerationRequest& request) {
    if (!request.num_frames || !request.seconds) return {};
    const double fps = request.fps.value_or(0);
    if (fps > 0 && std::abs(*request.seconds * fps - *request.num_frames) <= 2.5) return {};
    return invalid_argument(
        "seconds",
        fmt::format("num_frames (--frames) says {} and seconds (--seconds) says {}: they give two lengths.",
                    *request.num_frames, format_double(*request.seconds)),
        "Give only one of the two.");
}

}  // namespace

Result<void> set_from_text(GenerationRequest& request, std::string_view key, std::string_view text) {
    const Setting* const setting = find_setting(key);
    if (setting == nullptr) {
        return invalid_argument(std::string(key), fmt::format("There is no setting '{}'.", escape_for_display(key, 60)),
                                "See the list that 'turbo-studio-cli generate --help' prints.");
    }
    if (setting->key == "size") return set_size(request, *setting, text);
    if (setting->key == "loras") return add_lora(request, text);
    switch (setting->type) {
        case SettingType::kInt: {
            STUDIO_TRY(value, read_int(*setting, text));
            store_int(request, setting->key, value);
            return {};
        }
        case SettingType::kNumber: {
            STUDIO_TRY(value, read_number(*setting, text));
            store_number(request, setting->key, value);
            return {};
        }
        case SettingType::kBytes: {
            STUDIO_TRY(value, read_bytes(*setting, text));
            store_int(request, setting->key, value);
            return {};
        }
        case SettingType::kChoice:
            STUDIO_TRY_VOID(check_choice(*setting, text));
            break;
        case SettingType::kText:
            STUDIO_TRY_VOID(check_prompt_text(setting->key, std::string(text)));
            break;
        case SettingType::kPath:
            break;  // a file name on Linux may be any bytes
    }
    store_text(request, setting->key, text);
    return {};
}

Result<void> check_ranges(const GenerationRequest& request) {
    STUDIO_TRY_VOID(check_prompt_text("prompt", request.prompt));
    STUDIO_TRY_VOID(check_prompt_text("negative_prompt", request.negative_prompt));
    if (is_blank(request.prompt)) {
        return invalid_argument("prompt", "The prompt is empty.",
                                "Type what the video should show, such as --prompt \"a blue star spinning at night\".");
    }
    STUDIO_TRY_VOID(check_number("width", request.width));
    STUDIO_TRY_VOID(check_number("height", request.height));
    STUDIO_TRY_VOID(check_number("num_frames", request.num_frames));
    STUDIO_TRY_VOID(check_number("seconds", request.seconds));
    STUDIO_TRY_VOID(check_number("fps", request.fps));
    STUDIO_TRY_VOID(check_number("steps", request.steps));
    STUDIO_TRY_VOID(check_number("guidance", request.guidance));
    STUDIO_TRY_VOID(check_number("guidance_2", request.guidance_2));
    STUDIO_TRY_VOID(check_number("boundary", request.boundary));
    STUDIO_TRY_VOID(check_loras(request.loras));
    STUDIO_TRY_VOID(check_number("shift", request.shift));
    STUDIO_TRY_VOID(check_number("sigma_max", request.sigma_max));
    STUDIO_TRY_VOID(check_number("seed", std::optional(request.seed)));
    STUDIO_TRY_VOID(check_number("sla_topk", std::optional(request.sla_topk)));
    STUDIO_TRY_VOID(check_number("threads", std::optional(request.threads)));
    STUDIO_TRY_VOID(check_number("crf", std::optional(request.crf)));
    STUDIO_TRY_VOID(check_number("ram_limit", std::optional(request.ram_limit)));
    STUDIO_TRY_VOID(check_number("vram_limit", std::optional(request.vram_limit)));
    if (request.sampler) STUDIO_TRY_VOID(check_choice(*find_setting("sampler"), *request.sampler));
    if (request.sampler_mode) STUDIO_TRY_VOID(check_choice(*find_setting("sampler_mode"), *request.sampler_mode));
    STUDIO_TRY_VOID(check_choice(*find_setting("image_fit"), request.image_fit));
    STUDIO_TRY_VOID(check_choice(*find_setting("attention"), request.attention));
    STUDIO_TRY_VOID(check_choice(*find_setting("precision"), request.precision));
    STUDIO_TRY_VOID(check_choice(*find_setting("device"), request.device));
    STUDIO_TRY_VOID(check_choice(*find_setting("metadata"), request.metadata));
    if (!request.name_pattern.empty()) STUDIO_TRY_VOID(check_pattern(request.name_pattern));
    return check_length(request);
}

}  // namespace studio
