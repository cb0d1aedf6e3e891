// io/torch_file.h - the content of a torch zip file: which tensor stands where.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "core/result.h"
#include "io/checkpoint.h"
#include "io/zip_directory.h"

namespace studio::io {

struct TorchFile {
    std::vector<TensorInfo> tensors;  // sorted by name; offsets from the start of the file
    std::vector<ZipEntry> entries;    // sorted by name
    std::string wrapper;              // as StateDict::wrapper
};

/// `file_bytes` is the whole file. Of the records only data.pkl and byteorder are read, and their checksums verified;
/// nothing is executed (io/pickle_reader.h). Every tensor lies inside one record; a view that repeats its bytes (stride
/// 0) may claim no more bytes than the file has, or 1 MiB. Errors   those of read_zip_directory, read_pickle and
/// find_state_dict; Unsupported: TorchScript programs, big-endian
///          files. The tensor or record is the `field`.
Result<TorchFile> parse_torch_file(std::span<const std::byte> file_bytes, const std::string& file);

}  // namespace studio::io
