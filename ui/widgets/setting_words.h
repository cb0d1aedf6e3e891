// ui/widgets/setting_words.h - settings of a generation in a person's words; and why a model cannot use one.
#pragma once
#include <QCoreApplication>
#include <QString>
#include <string_view>

#include "app/generation_request.h"
#include "library/models.h"

namespace studio::ui {

class SettingWords {
    Q_DECLARE_TR_FUNCTIONS(studio::ui::SettingWords)
  public:
    /// Empty for a key without words: such a setting is not shown.
    static QString label(std::string_view key);
    static QString help(std::string_view key);
    static QString choice(std::string_view key, std::string_view value);
};

/// What decides whether a setting acts, beside its own value.
struct SettingSurroundings {
    ModelInfo model;
    GenerationRequest request;  // what the panel asks for now
    bool has_gpu = true;        // false once the machine is known to have none
};

class SettingRules {
    Q_DECLARE_TR_FUNCTIONS(studio::ui::SettingRules)
  public:
    /// Why the setting has no effect here; empty: it acts.
    static QString whyNot(std::string_view key, const SettingSurroundings& around);
    /// Why this choice cannot be had; empty: it can.
    static QString whyNotChoice(std::string_view key, std::string_view value, const SettingSurroundings& around);
    /// Does guidance, and with it a negative prompt, act?
    static bool isGuided(const SettingSurroundings& around);
};

}  // namespace studio::ui
