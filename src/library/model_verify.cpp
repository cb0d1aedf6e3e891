// `models verify`: every byte against what was published or recorded.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/json.h"
#include "core/text.h"
#include "io/checkpoint.h"
#include "io/finite.h"
#include "io/sha256.h"
#include "library/catalog.h"
#include "library/copy_files.h"
#include "library/model_hashes.h"
#include "library/model_manifest.h"
#include "library/model_places.h"
#include "library/model_store.h"
#include "library/published_files.h"
#include "net/part_file.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

/// A file to read, and what it should be.
struct Wanted {
    fs::path path;
    std::uint64_t size = 0;
    std::string sha256;  // empty: nothing recorded
    std::string known_as;
    bool is_published = false;
};

bool is_weights(const fs::path& path) {
    const std::string ending = path_to_utf8(path.extension());
    return ending == ".safetensors" || ending == ".gguf" || ending == ".pth" || ending == ".pt" || ending == ".bin" ||
           ending == ".ckpt";
}

bool may_matter(const fs::path& path) {
    const std::string ending = path_to_utf8(path.extension());
    return is_weights(path) || ending == ".json" || ending == ".model";
}

class Verification {
  public:
    Verification(const StoreReport& report, const std::stop_token& stop) : report_(report), stop_(stop) {
        if (auto catalog = read_catalog(); catalog.ok()) catalog_ = std::move(*catalog);
    }
    Result<void> choose(const std::string& what);
    Result<VerifyResult> run();

  private:
    Result<void> choose_catalogue(const CatalogModel& model);
    void add(Wanted wanted);
    void add_path(const fs::path& path);
    void add_parts(const fs::path& model);
    Result<VerifiedFile> verify(const Wanted& wanted, ProgressMeter& meter);
    Result<void> hash(const Wanted& wanted, VerifiedFile& out, ProgressMeter& meter);
    void judge_hash(const Wanted& wanted, VerifiedFile& out) const;
    void judge_content(VerifiedFile& out);

    const StoreReport& report_;
    const std::stop_token stop_;
    Catalog catalog_;
    ModelHashes hashes_;
    std::vector<Wanted> wanted_;
};

void Verification::add(Wanted wanted) {
    wanted.path = wanted.path.lexically_normal();
    const auto same =
        std::find_if(wanted_.begin(), wanted_.end(), [&](const Wanted& one) { return one.path == wanted.path; });
    if (same == wanted_.end())
        wanted_.push_back(std::move(wanted));
    else if (same->sha256.empty())
        *same = std::move(wanted);
}

void Verification::add_path(const fs::path& path) {
    std::error_code problem;
    if (!fs::is_directory(path, problem)) return add({path, 0, {}, {}, false});
    for (fs::recursive_directory_iterator it(path, problem), end; !problem && it != end; it.increment(problem)) {
        std::error_code ignored;
        if (it->is_regular_file(ignored) && may_matter(it->path()) && it->path() != manifest_path(path))
            add({it->path(), 0, {}, {}, false});
    }
}

/// Parts that a card names elsewhere.
void Verification::add_parts(const fs::path& model) {
    const auto card = read_json_file(model / "turbo-studio.json");
    if (!card.ok() || !card->is_object()) return;
    const auto parts = card->find("parts");
    if (parts == card->end() || !parts->is_object()) return;
    for (const Json& part : *parts) {
        if (!part.is_string()) continue;
        const fs::path path = (model / path_from_utf8(part.get<std::string>())).lexically_normal();
        const std::string name = path_to_utf8(path.filename());
        // An index stands for its shards, which lie beside it.
        add_path(name.ends_with(".index.json") ? path.parent_path() : path);
    }
}

Result<void> Verification::choose_catalogue(const CatalogModel& model) {
    for (const auto& [part, ids] : model.parts) {
        for (const std::string& id : ids) {
            const CatalogFile* const file = catalog_.find_file(id);
            if (file == nullptr) continue;
            add({models_folders().front() / kPartsFolder / path_from_utf8(file->repo) / path_from_utf8(file->path),
                 file->size, file->sha256, file->id, true});
        }
    }
    return {};
}

Result<void> Verification::choose(const std::string& what) {
    if (const CatalogModel* const model = catalog_.find_model(what)) return choose_catalogue(*model);
    if (const CatalogFile* const file = catalog_.find_file(what)) {
        add({models_folders().front() / kPartsFolder / path_from_utf8(file->repo) / path_from_utf8(file->path),
             file->size, file->sha256, file->id, true});
        return {};
    }
    STUDIO_TRY(path, find_model(what));
    STUDIO_TRY(manifest, read_manifest(path));
    if (manifest) {
        for (const OwnedFile& file : manifest->files)
            add({file.path, file.size, file.sha256, {}, false});
    }
    add_path(path);
    add_parts(path);
    for (Wanted& wanted : wanted_) {
        if (!wanted.sha256.empty()) continue;
        if (const CatalogFile* const file = published_as(catalog_, wanted.path))
            wanted = {wanted.path, file->size, file->sha256, file->id, true};
    }
    if (wanted_.empty())
        return Error{ErrorCode::kNotFound,
                     fmt::format("{} holds no model file.", escape_for_display(path_to_utf8(path), 1000)),
                     path_to_utf8(path),
                     {},
                     "Name a model file, or the folder that holds it.",
                     {}};
    return {};
}

Result<void> Verification::hash(const Wanted& wanted, VerifiedFile& out, ProgressMeter& meter) {
    std::ifstream in(wanted.path, std::ios::binary);
    const auto unreadable = [&] {
        return Error{ErrorCode::kIo,
                     fmt::format("{} cannot be read.", escape_for_display(path_to_utf8(wanted.path), 1000)),
                     path_to_utf8(wanted.path),
                     {},
                     "Check the permissions of the file and the disk.",
                     {}};
    };
    if (!in) return unreadable();
    io::Sha256 hash;
    std::vector<char> block(4u << 20);
    while (in.read(block.data(), static_cast<std::streamsize>(block.size())), in.gcount() > 0) {
        if (stop_.stop_requested()) return cancelled();
        hash.update(std::as_bytes(std::span(block.data(), static_cast<std::size_t>(in.gcount()))));
        out.size += static_cast<std::uint64_t>(in.gcount());
        meter.add(static_cast<std::uint64_t>(in.gcount()));
    }
    if (in.bad()) return unreadable();
    out.sha256 = hash.finish();
    hashes_.remember(wanted.path, out.sha256);
    return {};
}

void Verification::judge_hash(const Wanted& wanted, VerifiedFile& out) const {
    const std::string name = escape_for_display(path_to_utf8(wanted.path), 1000);
    const std::string file = path_to_utf8(wanted.path);
    const char* const again =
        wanted.is_published ? "Download it again: 'models download' replaces it." : "Copy or download it again.";
    const char* const should = wanted.is_published ? "published" : "recorded when it was stored";
    if (wanted.size > 0 && out.size != wanted.size) {
        out.verdict = FileVerdict::kBad;
        out.problem = corrupt_file(
            file, "size", fmt::format("{} has {} bytes; {} were {}.", name, out.size, wanted.size, should), again);
    } else if (!wanted.sha256.empty() && out.sha256 != wanted.sha256) {
        out.verdict = FileVerdict::kBad;
        out.problem = corrupt_file(file, "sha256",
                                   fmt::format("{} is not the file that was {}: its SHA-256 is {} and should be {}.",
                                               name, should, out.sha256, wanted.sha256),
                                   again);
    } else if (!wanted.sha256.empty()) {
        out.verdict = wanted.is_published ? FileVerdict::kPublished : FileVerdict::kRecorded;
        out.note = wanted.is_published ? "the published " + wanted.known_as : "as recorded";
    } else {
        const auto same = std::find_if(catalog_.files.begin(), catalog_.files.end(),
                                       [&](const CatalogFile& one) { return one.sha256 == out.sha256; });
        if (same != catalog_.files.end()) out.verdict = FileVerdict::kPublished;
        out.note = same != catalog_.files.end() ? "the published " + same->id : "no published hash to compare with";
    }
}

/// Structure and values: what no hash is known for can still be damaged.
void Verification::judge_content(VerifiedFile& out) {
    if (!is_weights(out.path) || out.verdict == FileVerdict::kBad) return;
    const auto refuse = [&](const Error& error) {
        out.verdict = FileVerdict::kBad;
        out.problem = error;
    };
    const auto checkpoint = io::Checkpoint::open(out.path);
    if (!checkpoint.ok()) return refuse(checkpoint.error());
    for (const io::TensorInfo& tensor : (*checkpoint)->tensors()) {
        if (stop_.stop_requested()) return;
        if (const auto finite = io::require_finite(**checkpoint, tensor); !finite.ok()) return refuse(finite.error());
    }
}

Result<VerifiedFile> Verification::verify(const Wanted& wanted, ProgressMeter& meter) {
    VerifiedFile out;
    out.path = wanted.path;
    meter.start_file(wanted.path);
    STUDIO_TRY_VOID(hash(wanted, out, meter));
    judge_hash(wanted, out);
    judge_content(out);
    if (stop_.stop_requested()) return cancelled();
    meter.end_file();
    return out;
}

Result<VerifyResult> Verification::run() {
    VerifyResult result;
    std::uint64_t total = 0;
    std::vector<Wanted> present;
    for (const Wanted& wanted : wanted_) {
        std::error_code problem;
        const auto size = fs::file_size(wanted.path, problem);
        if (!problem) {
            total += size;
            present.push_back(wanted);
            continue;
        }
        ++result.missing;
        const bool is_partial = fs::exists(net::part_path(wanted.path), problem);
        result.missing_files.push_back(path_to_utf8(wanted.path) +
                                       (is_partial ? " (download stopped in the middle)" : ""));
    }
    ProgressMeter meter("checking", total, present.size(), report_);
    for (const Wanted& wanted : present) {
        STUDIO_TRY(file, verify(wanted, meter));
        if (file.verdict == FileVerdict::kBad) ++result.bad;
        result.files.push_back(std::move(file));
    }
    return result;
}

}  // namespace

Result<VerifyResult> verify_model(const std::string& what, const StoreReport& report, const std::stop_token& stop) {
    Verification verification(report, stop);
    STUDIO_TRY_VOID(verification.choose(what));
    return verification.run();
}

}  // namespace studio
