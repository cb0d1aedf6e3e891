// pipeline/part_scan.h - which checkpoints lie in a folder, and what each of them is, judged by its tensors.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint/recognise.h"
#include "core/error.h"

namespace studio::pipeline {

/// One usable part. Sizes that its role has not are 0.
struct FoundPart {
    std::filesystem::path path;  // a file, or the index of shards
    checkpoint::Role role = checkpoint::Role::kOther;
    std::string variant;
    std::string shape;       // transformers only: equal texts mean equal networks, so perhaps two experts of one model
    std::int64_t width = 0;  // of text and image encoder: what they hand to the transformer
    std::int64_t latent_channels = 0;  // of VAE and transformer (output)
    std::int64_t text_dim = 0;         // the transformer reads
    std::int64_t image_dim = 0;        // the transformer reads; 0: it takes no image tokens
    bool is_22_expert = false;         // image-to-video without image tokens: published only in pairs
    bool has_sla = false;              // TurboDiffusion
    bool has_tokenizer = false;        // text encoder with a tokenizer inside
    std::uint64_t bytes = 0;
};

struct PartScan {
    std::vector<FoundPart> parts;                   // sorted by path
    std::vector<std::filesystem::path> tokenizers;  // folders that hold spiece.model or tokenizer.json, sorted
    std::vector<Error> unusable;                    // files of our kinds that cannot be read or lack something
};

/// What one file or index is: usually one part; a full checkpoint holds several. Remembered while file and config.json
/// keep size and time.   Threads  any.
/// Errors  those of the readers; a file that is no part of a Wan model gives an empty list.
Result<std::vector<FoundPart>> scan_file(const std::filesystem::path& file);

/// Files (.safetensors, .pth, .pt, .ckpt, .gguf and indexes of shards) in `folder` and `depth` levels below. Hidden
/// entries are skipped; at most 2,000 files are looked at. A folder that is not there or cannot be read counts as
/// empty.
PartScan scan_folder(const std::filesystem::path& folder, int depth);

/// Append, without doubles.
void merge(PartScan& into, PartScan other);

}  // namespace studio::pipeline
