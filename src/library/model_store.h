// library/model_store.h - models on disk: add, remove, verify. Downloads are in model_download.h.
#pragma once
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "core/result.h"
#include "library/models.h"
#include "library/store_progress.h"

namespace studio {

enum class AddMode { kInPlace, kCopy, kMove };

struct AddRequest {
    /// One file or folder; or the parts of one model (transformer, VAE, text encoder, tokenizer, ...), told apart by
    /// content.
    std::vector<std::filesystem::path> paths;
    std::string name;  // empty: from the first path
    AddMode mode = AddMode::kInPlace;
};

struct AddedModel {
    std::string name;
    std::filesystem::path path;
    ModelInfo info;
};

/// Make what is on disk usable by name. In place nothing is copied or changed; otherwise the files go to
/// <models folder>/<name>, and appear there only when complete.
/// Errors  those of check_model for what is no model; InvalidArgument (name taken, two files of one role); Io (`field`
/// "disk");
///         Cancelled, after which nothing new is left.
/// Threads any; `report` on the calling thread.
Result<AddedModel> add_model(const AddRequest& request, const StoreReport& report, const std::stop_token& stop);

/// What removing a model would do.
struct RemovalPlan {
    std::string name;
    std::filesystem::path path;
    bool is_only_forgotten = false;            // a place that was added: nothing is deleted
    std::vector<std::filesystem::path> files;  // that will be deleted
    std::uint64_t bytes = 0;                   // that the disk gets back (files with other hard links give nothing)
    struct Kept {
        std::filesystem::path path;
        std::string reason;  // "used by turbowan2.1-t2v-1.3b"
    };
    std::vector<Kept> kept;
};

/// By name of a model, or catalogue id of a single downloaded file.
/// Errors  NotFound with the known names; Unsupported for what the program did not put there; Io (`field` "lock") while
/// it is
///         being downloaded.
Result<RemovalPlan> plan_removal(const std::string& name);
/// Errors  Io naming the first file that could not be deleted; the model then stays in the list.
Result<void> run_removal(const RemovalPlan& plan);

enum class FileVerdict { kPublished, kRecorded, kUnknown, kBad };

struct VerifiedFile {
    std::filesystem::path path;
    std::uint64_t size = 0;
    std::string sha256;
    FileVerdict verdict = FileVerdict::kUnknown;  // kUnknown: sound, but nothing to compare with
    std::string note;                             // "the published wan2.1-vae", or what is wrong
    Error problem;                                // for kBad
};

struct VerifyResult {
    std::vector<VerifiedFile> files;
    std::size_t bad = 0, missing = 0;
    std::vector<std::string> missing_files;
};

/// Read every byte: hash against the catalogue or against what was recorded when the file was stored, structure of
/// every weights file, and no value that is not finite. `what`: a model's name, a catalogue id, or a path. Errors
/// NotFound, Io, Cancelled. A bad file is not an error of this function: see `bad` and `problem`.
Result<VerifyResult> verify_model(const std::string& what, const StoreReport& report, const std::stop_token& stop);

}  // namespace studio
