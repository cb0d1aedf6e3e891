#include "ui/widgets/setting_words.h"

#include <algorithm>
#include <array>

#include "app/video_sizes.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
struct Words {
    std::string_view key;
    const char* label;
    const char* help;
};

constexpr std::array<Words, 23> kWords{{
    {"steps", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Steps"),
     QT_TRANSLATE_NOOP(
         "studio::ui::SettingWords",
         "How often the model goes over the pictures. More steps give cleaner pictures and take longer.")},
    {"sampler", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Sampler"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "How the steps are taken. The model's own is nearly always best.")},
    {"sampler_mode", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Sampler mode"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords",
                       "SDE draws new noise at every step: lively. ODE draws none: calmer and sharper.")},
    {"attention", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Attention"),
     QT_TRANSLATE_NOOP(
         "studio::ui::SettingWords",
         "How the parts of the video look at each other. Auto takes what the model was made for; Dense is "
         "the most exact and the slowest.")},
    {"sla_topk", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "SLA top-k"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords",
                       "The share that sparse attention looks at exactly. More is slower and follows details better.")},
    {"guidance", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Guidance"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords",
                       "How strictly the prompt is followed. 1 turns it off and halves the time.")},
    {"guidance_2", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Guidance, second expert"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "The same for the expert that finishes the details.")},
    {"boundary", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Expert switch"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords",
                       "Noise level at which the expert for details takes over from the one for composition.")},
    {"shift", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Shift"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords",
                       "Spends more of the steps on the composition. Larger for larger videos.")},
    {"sigma_max", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Sigma max"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Noise level of the first step.")},
    {"fps", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Frames per second"),
     QT_TRANSLATE_NOOP(
         "studio::ui::SettingWords",
         "How fast the frames are played. The model was trained at its own; others look like slow or fast "
         "motion.")},
    {"crf", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "File quality (CRF)"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Of the video file: smaller is better and larger on the disk.")},
    {"precision", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Precision"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Number format of the computation. Auto takes what is fast here.")},
    {"device", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Compute on"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Graphics card or processor.")},
    {"threads", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Processor threads"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "How many cores may work at once. 0 takes all.")},
    {"ram_limit", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Memory limit"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords",
                       "Main memory that the program may use. With less it takes a slower way.")},
    {"vram_limit", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Graphics memory limit"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "The same for the graphics card.")},
    {"loras", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "LoRAs"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords",
                       "Files that teach the model a style or a motion. Strength 1 is as trained.")},
    {"vae", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Other VAE"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Another file for the part that turns numbers into pictures.")},
    {"text_encoder", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Other text encoder"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Another file for the part that reads the prompt.")},
    {"tokenizer", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Other tokenizer"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Another file for the list of word pieces.")},
    {"transformer_2", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Other second expert"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Another file for the expert that finishes the details.")},
    {"image_encoder", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Other image encoder"),
     QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Another file for the part that reads pictures.")},
}};

const Words* wordsOf(std::string_view key) {
    const auto at = std::find_if(kWords.begin(), kWords.end(), [key](const Words& one) { return one.key == key; });
    return at == kWords.end() ? nullptr : &*at;
}
}  // namespace

QString SettingWords::label(std::string_view key) {
    const Words* words = wordsOf(key);
    return words ? tr(words->label) : QString();
}

QString SettingWords::help(std::string_view key) {
    const Words* words = wordsOf(key);
    return words ? tr(words->help) : QString();
}

QString SettingWords::choice(std::string_view key, std::string_view value) {
    if (value == "auto") return tr("Auto");
    if (key == "device") return value == "cpu" ? tr("Processor") : tr("Graphics card (CUDA)");
    static constexpr std::array<std::pair<std::string_view, const char*>, 13> kNames{
        {{"dense", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Dense")},
         {"sla", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "SLA")},
         {"sagesla", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "SageSLA")},
         {"sage", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Sage")},
         {"rcm", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "rCM (few steps)")},
         {"unipc", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "UniPC")},
         {"euler", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Euler")},
         {"dpmpp", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "DPM++")},
         {"euler_linear", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "Euler, even steps")},
         {"sde", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "SDE")},
         {"ode", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "ODE")},
         {"fp32", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "32 bit")},
         {"bf16", QT_TRANSLATE_NOOP("studio::ui::SettingWords", "16 bit (bf16)")}}};
    for (const auto& [known, name] : kNames)
        if (known == value) return tr(name);
    return QString::fromUtf8(value.data(), qsizetype(value.size()));
}

namespace {
std::string samplerOf(const SettingSurroundings& around) {
    if (around.request.sampler) return *around.request.sampler;
    const Json& defaults = around.model.defaults;
    const auto own = defaults.is_object() ? defaults.find("sampler") : defaults.end();
    return defaults.is_object() && own != defaults.end() && own->is_string() ? own->get<std::string>() : std::string();
}

bool hasSecondExpert(const ModelInfo& model) {
    return !model.defaults.is_object() || model.defaults.empty() || model.defaults.contains("boundary");
}

bool isUnguided(const ModelInfo& model) {
    const auto own = model.defaults.is_object() ? model.defaults.find("guidance") : model.defaults.end();
    return model.defaults.is_object() && own != model.defaults.end() && own->is_number() && own->get<double>() == 1;
}
}  // namespace

bool SettingRules::isGuided(const SettingSurroundings& around) {
    return !(isUnguided(around.model) &&
             (samplerOf(around) == "rcm" || samplerOf(around).empty() || around.request.guidance.value_or(1) == 1));
}

QString SettingRules::whyNot(std::string_view key, const SettingSurroundings& around) {
    const std::string sampler = samplerOf(around);
    const bool is_rcm = sampler == "rcm";
    if (key == "sampler_mode" && !sampler.empty() && !is_rcm) return tr("Only the rCM sampler has modes.");
    if (key == "shift" && is_rcm) return tr("The rCM sampler uses Sigma max instead.");
    if (key == "sigma_max" && !sampler.empty() && !is_rcm) return tr("Only the rCM sampler uses it.");
    if (key == "guidance" && isUnguided(around.model) && is_rcm)
        return tr("This model was distilled to work without guidance.");
    if ((key == "guidance_2" || key == "boundary" || key == "transformer_2") && !hasSecondExpert(around.model))
        return tr("This model has one transformer; there is no second expert.");
    if (key == "guidance_2" && isUnguided(around.model) && is_rcm)
        return tr("This model was distilled to work without guidance.");
    if (key == "sla_topk") {
        const std::string& attention = around.request.attention;
        if (!has_sparse_attention(around.model)) return tr("This model has no weights for sparse attention.");
        if (attention == "dense" || attention == "sage") return tr("Acts with SLA and SageSLA attention only.");
    }
    if (key == "image_encoder" && around.model.kind == "text-to-video") return tr("This model reads no pictures.");
    if (key == "vram_limit" && !around.has_gpu) return tr("There is no graphics card to limit.");
    if (key == "threads" && around.request.device == "cuda") return tr("The graphics card computes.");
    return {};
}

QString SettingRules::whyNotChoice(std::string_view key, std::string_view value, const SettingSurroundings& around) {
    if (key == "attention" && (value == "sla" || value == "sagesla") && !has_sparse_attention(around.model))
        return tr("This model has no weights for sparse attention.");
    if (key == "device" && value == "cuda" && !around.has_gpu) return tr("No graphics card was found.");
    return {};
}

}  // namespace studio::ui
