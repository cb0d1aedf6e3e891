#include "library/catalog.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "core/files.h"
#include "core/platform.h"
#include "core/text.h"
#include "library/models.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxBytes = 4u << 20;
constexpr int kMaxDepth = 8;

/// The reader of one entry: every key asked for once, and nothing may be left over.
class Entry {
  public:
    Entry(const Json& json, std::string where, const std::string& source)
        : json_(json), where_(std::move(where)), source_(source) {}

    Error wrong(std::string_view why) const {
        return corrupt_file(source_, where_,
                            fmt::format("The catalogue's entry {} {}.", escape_for_display(where_, 120), why),
                            "Install the program again, or correct the file that STUDIO_CATALOG names.");
    }
    Result<std::string> text(const char* key, bool is_required) {
        known_.insert(key);
        const auto it = json_.find(key);
        if (it == json_.end() && !is_required) return std::string();
        if (it == json_.end() || !it->is_string() || (is_required && it->get<std::string>().empty()))
            return wrong(fmt::format("needs a text \"{}\"", key));
        return it->get<std::string>();
    }
    Result<std::vector<std::string>> texts(const Json& list) const {
        if (!list.is_array() || !std::all_of(list.begin(), list.end(), [](const Json& one) { return one.is_string(); }))
            return wrong("holds something else than texts in a list");
        return list.get<std::vector<std::string>>();
    }
    const Json* value(const char* key) {
        known_.insert(key);
        const auto it = json_.find(key);
        return it == json_.end() ? nullptr : &*it;
    }
    Result<void> nothing_else() const {
        for (const auto& [key, ignored] : json_.items()) {
            if (!known_.contains(key))
                return wrong(fmt::format("has an unknown key \"{}\"", escape_for_display(key, 60)));
        }
        return {};
    }

  private:
    const Json& json_;
    std::string where_;
    const std::string& source_;
    std::set<std::string> known_;
};

bool is_id(std::string_view text) {
    return !text.empty() && text.size() <= 120 && text.front() != '.' && text.front() != '-' &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-") == text.npos;
}

/// Relative, forward slashes, no "." or "..", no character that Windows refuses.
bool is_safe_path(std::string_view path) {
    if (path.empty() || path.size() > 400 || path.find_first_of("\\:*?\"<>|") != path.npos) return false;
    while (true) {
        const auto slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        if (name.empty() || name == "." || name == ".." || name.back() == '.' || name.back() == ' ') return false;
        if (std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }))
            return false;
        if (slash == path.npos) return true;
        path = path.substr(slash + 1);
    }
}

bool is_sha256(std::string_view text) {
    return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

Result<CatalogFile> read_file(const Json& json, std::size_t index, const std::string& source) {
    Entry unnamed(json, fmt::format("files[{}]", index), source);
    if (!json.is_object()) return unnamed.wrong("is not an object");
    CatalogFile file;
    STUDIO_TRY(id, unnamed.text("id", true));
    file.id = id;
    Entry entry(json, id, source);
    static_cast<void>(entry.text("id", true));
    if (!is_id(id)) return entry.wrong("has an id with other characters than a-z, 0-9, dot and hyphen");
    for (const auto& [key, member, is_required] :
         {std::tuple("name", &CatalogFile::name, false), std::tuple("role", &CatalogFile::role, true),
          std::tuple("variant", &CatalogFile::variant, false), std::tuple("repo", &CatalogFile::repo, true),
          std::tuple("revision", &CatalogFile::revision, false), std::tuple("path", &CatalogFile::path, true),
          std::tuple("url", &CatalogFile::url, false), std::tuple("sha256", &CatalogFile::sha256, false),
          std::tuple("licence", &CatalogFile::licence, false), std::tuple("source", &CatalogFile::source, false)}) {
        STUDIO_TRY(text, entry.text(key, is_required));
        file.*member = std::move(text);
    }
    if (const Json* const size = entry.value("size")) {
        if (!size->is_number_unsigned()) return entry.wrong("has a size that is no whole number");
        file.size = size->get<std::uint64_t>();
    }
    if (const Json* const needs = entry.value("needs")) {
        STUDIO_TRY(list, entry.texts(*needs));
        file.needs = std::move(list);
    }
    STUDIO_TRY_VOID(entry.nothing_else());
    if (!is_safe_path(file.repo) || !is_safe_path(file.path))
        return entry.wrong("has a repo or path that leaves its folder");
    if (!file.sha256.empty() && !is_sha256(file.sha256))
        return entry.wrong("has a sha256 that is not 64 lower-case hexadecimal digits");
    if (!file.url.empty() && !file.url.starts_with("https://")) return entry.wrong("has a url that is not https");
    if (file.revision.empty()) file.revision = "main";
    return file;
}

Result<CatalogModel> read_model(const Json& json, std::size_t index, const Catalog& catalog,
                                const std::string& source) {
    Entry unnamed(json, fmt::format("models[{}]", index), source);
    if (!json.is_object()) return unnamed.wrong("is not an object");
    CatalogModel model;
    STUDIO_TRY(id, unnamed.text("id", true));
    model.id = id;
    Entry entry(json, id, source);
    static_cast<void>(entry.text("id", true));
    if (!is_id(id)) return entry.wrong("has an id with other characters than a-z, 0-9, dot and hyphen");
    STUDIO_TRY(title, entry.text("title", true));
    STUDIO_TRY(kind, entry.text("kind", true));
    model.title = title;
    model.kind = kind;
    if (const Json* const supported = entry.value("is_supported")) {
        if (!supported->is_boolean()) return entry.wrong("has an is_supported that is neither true nor false");
        model.is_supported = supported->get<bool>();
    }
    if (const Json* const defaults = entry.value("defaults")) {
        if (!defaults->is_object()) return entry.wrong("has defaults that are no object");
        model.defaults = *defaults;
    }
    const Json* const parts = entry.value("parts");
    if (parts == nullptr || !parts->is_object()) return entry.wrong("has no parts");
    static const std::set<std::string> kParts{"transformer",  "transformer_2", "vae",
                                              "text_encoder", "tokenizer",     "image_encoder"};
    for (const auto& [part, list] : parts->items()) {
        if (!kParts.contains(part))
            return entry.wrong(fmt::format("has an unknown part \"{}\"", escape_for_display(part, 60)));
        STUDIO_TRY(ids, entry.texts(list));
        for (const std::string& file : ids) {
            if (catalog.find_file(file) == nullptr)
                return entry.wrong(fmt::format("names a file {} that is not listed", escape_for_display(file, 120)));
        }
        if (!ids.empty()) model.parts[part] = std::move(ids);
    }
    for (const char* const needed : {"transformer", "vae", "text_encoder", "tokenizer"}) {
        if (model.is_supported && !model.parts.contains(needed))
            return entry.wrong(fmt::format("lacks the part \"{}\"", needed));
    }
    STUDIO_TRY_VOID(entry.nothing_else());
    return model;
}

Result<fs::path> catalog_path() {
    if (const char* const chosen = std::getenv("STUDIO_CATALOG"); chosen != nullptr && *chosen != '\0')
        return path_from_utf8(chosen);
    const fs::path installed =
        platform::executable_path().parent_path().parent_path() / "share" / "turbo-studio" / "models" / "catalog.json";
    std::error_code ignored;
    if (fs::exists(installed, ignored)) return installed;
#ifdef STUDIO_DEVELOPMENT_SOURCE_DIR
    const fs::path in_tree = path_from_utf8(STUDIO_DEVELOPMENT_SOURCE_DIR) / "models" / "catalog.json";
    if (fs::exists(in_tree, ignored)) return in_tree;
#endif
    return Error{ErrorCode::kNotFound,
                 "The catalogue of models is not installed beside the program.",
                 path_to_utf8(installed),
                 {},
                 "Install the program again, or name a catalogue in STUDIO_CATALOG.",
                 {}};
}

}  // namespace

const CatalogFile* Catalog::find_file(std::string_view id) const {
    const auto it = std::find_if(files.begin(), files.end(), [&](const CatalogFile& file) { return file.id == id; });
    return it == files.end() ? nullptr : &*it;
}

const CatalogModel* Catalog::find_model(std::string_view id) const {
    const auto it =
        std::find_if(models.begin(), models.end(), [&](const CatalogModel& model) { return model.id == id; });
    return it == models.end() ? nullptr : &*it;
}

Result<Catalog> parse_catalog(std::string_view text, const std::string& source) {
    STUDIO_TRY(json, parse_json(text, source, {kMaxBytes, kMaxDepth}));
    const auto wrong = [&](std::string field, std::string_view why) {
        return corrupt_file(source, std::move(field), fmt::format("{}: {}.", escape_for_display(source, 1000), why),
                            "Install the program again, or correct the file that STUDIO_CATALOG names.");
    };
    if (!json.is_object() || json.value("version", Json()) != 1)
        return wrong("version", "it is no catalogue of version 1");
    const auto files = json.find("files"), models = json.find("models");
    if (files == json.end() || !files->is_array()) return wrong("files", "there is no list of files");
    if (models == json.end() || !models->is_array()) return wrong("models", "there is no list of models");
    Catalog catalog;
    std::set<std::string> ids;
    for (std::size_t i = 0; i < files->size(); ++i) {
        STUDIO_TRY(file, read_file((*files)[i], i, source));
        if (!ids.insert(file.id).second) return wrong(file.id, fmt::format("the id {} is used twice", file.id));
        catalog.files.push_back(std::move(file));
    }
    for (const CatalogFile& file : catalog.files) {
        for (const std::string& needed : file.needs) {
            if (catalog.find_file(needed) == nullptr)
                return wrong(file.id,
                             fmt::format("{} needs {}, which is not listed", file.id, escape_for_display(needed, 120)));
        }
    }
    for (std::size_t i = 0; i < models->size(); ++i) {
        STUDIO_TRY(model, read_model((*models)[i], i, catalog, source));
        if (!ids.insert(model.id).second) return wrong(model.id, fmt::format("the id {} is used twice", model.id));
        catalog.models.push_back(std::move(model));
    }
    return catalog;
}

Result<Catalog> read_catalog() {
    STUDIO_TRY(path, catalog_path());
    STUDIO_TRY(text, read_small_file(path, kMaxBytes));
    return parse_catalog(text, path_to_utf8(path));
}

}  // namespace studio
