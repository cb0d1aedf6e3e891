// library/catalog.h - models/catalog.json: every published file of the family, and which of them make a model.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.h"
#include "core/result.h"

namespace studio {

struct CatalogFile {
    std::string id;                  // "wan2.1-vae": unique, [a-z0-9.-]
    std::string name;                // for people
    std::string role;                // "dit", "vae", "text-encoder", "tokenizer", "clip", "lora", "config"
    std::string variant;             // "Wan2.1 T2V 1.3B", "TurboWan2.2 I2V A14B high noise, W8A8", ...
    std::string repo;                // "Wan-AI/Wan2.1-T2V-1.3B"
    std::string revision;            // commit or "main"
    std::string path;                // in the repository, forward slashes: "google/umt5-xxl/spiece.model"
    std::string url;                 // empty: <base>/<repo>/resolve/<revision>/<path>
    std::uint64_t size = 0;          // bytes; 0: not known
    std::string sha256;              // lower-case hexadecimal; empty: not known
    std::string licence;             // "Apache-2.0"
    std::string source;              // where size and hash come from
    std::vector<std::string> needs;  // ids of files that it cannot work without
};

/// Files that make one model: what `models download NAME` takes.
struct CatalogModel {
    std::string id, title;  // "turbowan2.1-t2v-1.3b-480p", "TurboWan2.1 T2V 1.3B 480P"
    std::string kind;       // "text-to-video", ...: pipeline::kind_title
    bool is_supported = true;
    /// Part (member of pipeline::PartPaths: "transformer", "transformer_2", "vae", "text_encoder", "tokenizer",
    /// "image_encoder") -> ids of its files; shards, index and config of one part belong together.
    std::map<std::string, std::vector<std::string>> parts;
    Json defaults;  // as in a model's card; may be {}
};

struct Catalog {
    std::vector<CatalogFile> files;
    std::vector<CatalogModel> models;
    const CatalogFile* find_file(std::string_view id) const;
    const CatalogModel* find_model(std::string_view id) const;
};

/// Errors  CorruptFile naming `source` and the entry: an unknown key, a wrong type, a doubled or unknown id, a path
/// that
///         leaves the repository, a hash that is not 64 digits, a model that lacks a part.
Result<Catalog> parse_catalog(std::string_view text, const std::string& source);
/// STUDIO_CATALOG, beside the program (../share/turbo-studio/models/catalog.json), or models/catalog.json of the source
/// tree.   Errors  those of parse_catalog; NotFound; Io.
Result<Catalog> read_catalog();

}  // namespace studio
