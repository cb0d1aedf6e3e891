#include "pipeline/part_scan.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <set>

#include "checkpoint/configs.h"
#include "core/text.h"
#include "io/weight_index.h"
#include "pipeline/model_parts.h"

namespace studio::pipeline {
namespace fs = std::filesystem;
namespace {

using checkpoint::Recognised;
using checkpoint::Role;

constexpr std::size_t kMostFiles = 2000;

bool ends_with_any(const std::string& name, std::initializer_list<const char*> ends) {
    return std::any_of(ends.begin(), ends.end(), [&](const char* end) { return name.ends_with(end); });
}

Result<FoundPart> describe(const Recognised& part, const fs::path& path) {
    FoundPart out;
    out.path = path;
    out.role = part.role;
    out.variant = part.variant;
    out.bytes = stored_bytes(part);
    if (part.role == Role::kDit) {
        STUDIO_TRY(c, checkpoint::dit_config(part));
        out.shape = fmt::format("{} {} {} {} {} {} {}", c.dim, c.ffn_dim, c.num_layers, c.in_channels, c.out_channels,
                                c.text_dim, c.has_sla);
        out.latent_channels = c.out_channels;
        out.text_dim = c.text_dim;
        out.image_dim = c.has_image_embedder ? c.image_dim : 0;
        out.is_22_expert = !c.has_image_embedder && c.in_channels == 2 * c.out_channels + 4;
        out.has_sla = c.has_sla;
    } else if (part.role == Role::kVae) {
        STUDIO_TRY(c, checkpoint::vae_config(part));
        out.latent_channels = c.z_dim;
    } else if (part.role == Role::kTextEncoder) {
        STUDIO_TRY(c, checkpoint::umt5_config(part));
        out.width = c.d_model;
        out.has_tokenizer = part.checkpoint->find("spiece_model") != nullptr;
    } else if (part.role == Role::kClip) {
        STUDIO_TRY(c, checkpoint::clip_config(part));
        out.width = c.dim;
    }
    return out;
}

/// Everything below `folder` that may be a checkpoint or a tokenizer; deterministic order.
void collect(const fs::path& folder, int depth, std::vector<fs::path>& files, std::vector<fs::path>& tokenizers) {
    std::vector<fs::path> folders;
    std::error_code failed;
    std::vector<fs::path> here;
    for (fs::directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
        here.push_back(it->path());
        if (here.size() > kMostFiles) break;
    }
    std::sort(here.begin(), here.end());
    for (const fs::path& path : here) {
        const std::string name = path_to_utf8(path.filename());
        std::error_code ignored;
        if (name.starts_with(".")) continue;
        if (fs::is_directory(path, ignored)) {
            // Official image-to-video folders bring the tokenizer of CLIP's text side, which is not used.
            if (!name.starts_with("xlm-roberta")) folders.push_back(path);
        } else if (name == "spiece.model" || name == "tokenizer.json") {
            if (tokenizers.empty() || tokenizers.back() != folder) tokenizers.push_back(folder);
        } else if (ends_with_any(name, {".safetensors", ".pth", ".pt", ".ckpt", ".gguf", ".safetensors.index.json"})) {
            if (files.size() < kMostFiles) files.push_back(path);
        }
    }
    if (depth <= 0) return;
    for (const fs::path& inner : folders)
        collect(inner, depth - 1, files, tokenizers);
}

/// Shards belong to their index and are no models themselves.
void drop_shards(std::vector<fs::path>& files) {
    std::set<fs::path> shards;
    for (const fs::path& file : files) {
        if (file.extension() != ".json") continue;
        const auto index = io::read_weight_index(file);
        if (!index.ok()) continue;
        for (const std::string& shard : index->shards)
            shards.insert(file.parent_path() / path_from_utf8(shard));
    }
    std::erase_if(files, [&](const fs::path& file) { return shards.contains(file); });
}

Result<std::vector<FoundPart>> look_into(const fs::path& file) {
    std::vector<FoundPart> out;
    STUDIO_TRY(checkpoint, io::Checkpoint::open(file));
    STUDIO_TRY(part, checkpoint::recognise(checkpoint));
    if (part.role == Role::kOther || part.role == Role::kLora) return out;
    STUDIO_TRY(found, describe(part, file));
    out.push_back(std::move(found));
    if (part.role != Role::kDit) return out;
    for (const Role role : {Role::kVae, Role::kTextEncoder, Role::kClip}) {
        STUDIO_TRY(other, checkpoint::recognise(checkpoint, role));
        if (other.role != role) continue;
        STUDIO_TRY(inside, describe(other, file));
        out.push_back(std::move(inside));
    }
    return out;
}

/// A folder of models is looked through again and again, and a header may take milliseconds: what is known of a file
/// holds as long as the file and the config.json beside it stay as they are. Failures are not kept.
class Memory {
  public:
    Result<std::vector<FoundPart>> ask(const fs::path& file) {
        const std::string key = files_identity({file, file.parent_path() / "config.json"});
        {
            const std::lock_guard lock(mutex_);
            if (const auto known = known_.find(key); known != known_.end()) return known->second;
        }
        auto found = look_into(file);
        if (found.ok()) {
            const std::lock_guard lock(mutex_);
            if (known_.size() >= 2 * kMostFiles) known_.clear();
            known_[key] = *found;
        }
        return found;
    }

  private:
    std::mutex mutex_;
    std::map<std::string, std::vector<FoundPart>> known_;
};

}  // namespace

Result<std::vector<FoundPart>> scan_file(const fs::path& file) {
    static Memory memory;
    std::error_code ignored;
    if (!fs::is_regular_file(file, ignored)) return look_into(file);
    return memory.ask(file);
}

PartScan scan_folder(const fs::path& folder, int depth) {
    PartScan out;
    std::vector<fs::path> files;
    collect(folder, depth, files, out.tokenizers);
    drop_shards(files);
    for (const fs::path& file : files) {
        auto parts = scan_file(file);
        if (!parts.ok()) {
            out.unusable.push_back(std::move(parts).error());
            continue;
        }
        for (FoundPart& part : *parts)
            out.parts.push_back(std::move(part));
    }
    return out;
}

void merge(PartScan& into, PartScan other) {
    for (FoundPart& part : other.parts) {
        const bool is_known = std::any_of(into.parts.begin(), into.parts.end(), [&](const FoundPart& known) {
            return known.path == part.path && known.role == part.role;
        });
        if (!is_known) into.parts.push_back(std::move(part));
    }
    for (fs::path& tokenizer : other.tokenizers) {
        if (std::find(into.tokenizers.begin(), into.tokenizers.end(), tokenizer) == into.tokenizers.end())
            into.tokenizers.push_back(std::move(tokenizer));
    }
    for (Error& error : other.unusable)
        into.unusable.push_back(std::move(error));
}

}  // namespace studio::pipeline
