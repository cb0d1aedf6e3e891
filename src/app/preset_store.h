// app/preset_store.h - a person's own presets on the disk.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "app/presets.h"

namespace studio {

struct StoredPresets {
    std::vector<Preset> presets;       // in the order in which they were first kept
    std::vector<std::string> notices;  // what was wrong with the file, and what was done
};

/// The file presets.json of a data folder: {"version": 1, "presets": [{"name", "values"}]}. Written atomically, one
/// program at a time (FileLock); members that this version does not know stay in it.
/// Threads   any; blocking.
class PresetStore {
  public:
    static std::filesystem::path default_path();  // user_data_dir()/presets.json

    explicit PresetStore(std::filesystem::path file) : file_(std::move(file)) {}

    /// A file that cannot be read as presets is set aside under another name, which a notice tells; a single entry that
    /// cannot be used is left out with a notice and stays in the file. Errors: Io.
    Result<StoredPresets> list() const;
    /// Errors   InvalidArgument (`field` "preset"): check_preset_name, or the name exists and `replaces` is false;
    ///          Unsupported: the file is of a newer version; Io.
    Result<void> keep(const Preset& preset, bool replaces) const;
    /// Errors   NotFound: there is none of that name; Unsupported; Io.
    Result<void> remove(const std::string& name) const;

  private:
    std::filesystem::path file_;
};

/// A preset by name for the command line: built in ("draft", in any case) or own.
/// Errors   InvalidArgument (`field` "preset") naming those that exist; Io.
Result<Preset> find_preset(const std::string& name, const ModelInfo& model, const PresetStore& store);

}  // namespace studio
