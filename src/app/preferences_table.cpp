// The settings of the program, one entry each. Their words are collected for translation by
// resources/translations/update.sh, which knows STUDIO_TEXT.
#include <algorithm>
#include <array>

#include "app/preferences.h"

namespace studio {
namespace {

#define STUDIO_TEXT(context, text) text

constexpr double kMaxBytes = 1e15;
constexpr std::size_t kMaxIdBytes = 60;
constexpr std::string_view kShortcuts = "shortcuts.";

const std::vector<Preference>& table() {
    using enum PreferenceType;
    static const std::vector<Preference> kTable{
        {.key = "general.language",
         .type = kChoice,
         .choices = {"system", "en", "zh_CN"},
         .default_text = "system",
         .label = STUDIO_TEXT("studio::Preference", "Language"),
         .help = STUDIO_TEXT("studio::Preference", "The language of the window.")},
        {.key = "general.appearance",
         .type = kChoice,
         .choices = {"system", "light", "dark"},
         .default_text = "system",
         .label = STUDIO_TEXT("studio::Preference", "Appearance"),
         .help = STUDIO_TEXT("studio::Preference", "Light or dark, or as the system is.")},
        {.key = "general.reduced_motion",
         .type = kChoice,
         .choices = {"system", "on", "off"},
         .default_text = "system",
         .label = STUDIO_TEXT("studio::Preference", "Reduced motion"),
         .help = STUDIO_TEXT("studio::Preference",
                             "With it nothing in the window moves by itself, and videos do not start to play alone.")},
        {.key = "general.is_welcomed", .type = kSwitch, .default_text = "off", .is_hidden = true},
        {.key = "general.advanced_open", .type = kSwitch, .default_text = "off", .is_hidden = true},
        {.key = "downloads.mirror",
         .type = kText,
         .label = STUDIO_TEXT("studio::Preference", "Mirror"),
         .help = STUDIO_TEXT("studio::Preference",
                             "Another address for models when huggingface.co cannot be reached, such as "
                             "https://hf-mirror.com. Empty: huggingface.co itself.")},
        {.key = "downloads.proxy",
         .type = kText,
         .label = STUDIO_TEXT("studio::Preference", "Proxy"),
         .help = STUDIO_TEXT("studio::Preference",
                             "Such as http://host:port or socks5h://host:port. Empty: what the system says.")},
        {.key = "downloads.offline",
         .type = kSwitch,
         .default_text = "off",
         .label = STUDIO_TEXT("studio::Preference", "Stay offline"),
         .help = STUDIO_TEXT("studio::Preference",
                             "The program then never uses the network. Downloads of models are the only thing that it "
                             "ever uses it for.")},
        {.key = "performance.device",
         .type = kChoice,
         .choices = {"auto", "cpu", "cuda"},
         .default_text = "auto",
         .label = STUDIO_TEXT("studio::Preference", "Compute on"),
         .help = STUDIO_TEXT("studio::Preference", "What makes the videos unless a video's own settings say another.")},
        {.key = "performance.threads",
         .type = kInt,
         .min = 0,
         .max = 1024,
         .default_text = "0",
         .label = STUDIO_TEXT("studio::Preference", "Processor threads"),
         .help = STUDIO_TEXT("studio::Preference",
                             "Fewer leave more of the computer to other programs. 0: as many as there are cores.")},
        {.key = "performance.ram_limit",
         .type = kBytes,
         .min = 0,
         .max = kMaxBytes,
         .default_text = "0",
         .label = STUDIO_TEXT("studio::Preference", "Main memory at most"),
         .help = STUDIO_TEXT("studio::Preference", "Such as 12GB. 0: what is free when a video begins.")},
        {.key = "performance.vram_limit",
         .type = kBytes,
         .min = 0,
         .max = kMaxBytes,
         .default_text = "0",
         .label = STUDIO_TEXT("studio::Preference", "Graphics memory at most"),
         .help = STUDIO_TEXT("studio::Preference", "Such as 8GB. 0: what is free when a video begins.")},
        {.key = "performance.unload_after_min",
         .type = kInt,
         .min = 0,
         .max = 1440,
         .default_text = "30",
         .unit = "min",
         .label = STUDIO_TEXT("studio::Preference", "Give memory back after"),
         .help = STUDIO_TEXT("studio::Preference",
                             "So long after the last video the model leaves the memory; the next video loads it "
                             "again. 0: never.")},
        {.key = "output.folder",
         .type = kFolder,
         .label = STUDIO_TEXT("studio::Preference", "Folder for videos"),
         .help = STUDIO_TEXT("studio::Preference", "Empty: Turbo Studio in your folder for videos.")},
        {.key = "output.name_pattern",
         .type = kText,
         .default_text = "{prompt}-{seed}",
         .label = STUDIO_TEXT("studio::Preference", "Names of videos"),
         .help = STUDIO_TEXT("studio::Preference",
                             "Made of {date}, {time}, {seed}, {model}, {prompt} and {source} (the start image), with "
                             "any text between them.")},
        {.key = "output.metadata",
         .type = kChoice,
         .choices = {"keep", "strip"},
         .default_text = "keep",
         .label = STUDIO_TEXT("studio::Preference", "Settings in the video file"),
         .help = STUDIO_TEXT("studio::Preference",
                             "Kept, anybody who has the file can read prompt and settings and make it again. Left "
                             "out, only the mark that it was made by a computer stays.")},
        {.key = "notifications.queue_end",
         .type = kSwitch,
         .default_text = "on",
         .label = STUDIO_TEXT("studio::Preference", "Tell when the queue is done"),
         .help =
             STUDIO_TEXT("studio::Preference", "One notice of the system, and only when the window is not in front.")},
        {.key = "notifications.sound",
         .type = kSwitch,
         .default_text = "off",
         .label = STUDIO_TEXT("studio::Preference", "With a sound"),
         .help = STUDIO_TEXT("studio::Preference", "The system's own sound for notices.")},
        {.key = "notifications.taskbar",
         .type = kSwitch,
         .default_text = "on",
         .label = STUDIO_TEXT("studio::Preference", "Progress in the task bar"),
         .help = STUDIO_TEXT("studio::Preference",
                             "How far the queue is, on the program's icon, where the desktop "
                             "can show it.")},
    };
    return kTable;
}

bool is_shortcut(std::string_view key) {
    if (!key.starts_with(kShortcuts)) return false;
    const std::string_view id = key.substr(kShortcuts.size());
    const auto is_allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
    };
    return !id.empty() && id.size() <= kMaxIdBytes && std::all_of(id.begin(), id.end(), is_allowed);
}

}  // namespace

std::span<const Preference> preferences_table() {
    return table();
}

const Preference* find_preference(std::string_view key) {
    for (const Preference& preference : table())
        if (preference.key == key) return &preference;
    static const Preference kShortcut{.key = "shortcuts.*", .type = PreferenceType::kKeys};
    return is_shortcut(key) ? &kShortcut : nullptr;
}

}  // namespace studio
