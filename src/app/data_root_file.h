// app/data_root_file.h - inside of data_root: what is remembered about the root, and its folders.
#pragma once
#include <filesystem>
#include <optional>
#include <vector>

#include "app/data_root.h"

namespace studio {

struct DataFolders {
    std::filesystem::path data, config, state;
    std::vector<std::filesystem::path> all() const { return {data, config, state}; }
};
DataFolders folders_below(const std::filesystem::path& root);
DataFolders folders_of(const DataRoot& root);

/// data-root.json in the system's folder for settings. A file that cannot be read counts as empty.
struct RootFile {
    std::filesystem::path root;                    // empty: the system's folders
    std::optional<std::filesystem::path> move_to;  // at the next start
    std::vector<std::filesystem::path> remove;     // old folders after a move
};
const std::filesystem::path& root_file_path();
RootFile read_root_file(const std::filesystem::path& path);
Result<void> write_root_file(const RootFile& file);
/// Take away what a move has left behind. Tried again at the next start when it fails.
void finish_removal(RootFile file);

}  // namespace studio
