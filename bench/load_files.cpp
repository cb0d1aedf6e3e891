#include "load_files.h"

#include <fmt/format.h>

#include <cstdio>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "io/crc32.h"
#include "tests/support/gguf_bytes.h"
#include "tests/support/torch_bytes.h"

#ifndef _WIN32
#include <unistd.h>
#endif

namespace studio::bench {
namespace {

constexpr std::int64_t kColumns = 4096, kRows = 2048, kSmall = 5120;  // of a large and of a small tensor

class Output {
  public:
    explicit Output(const std::filesystem::path& path) : file_(std::fopen(path.string().c_str(), "wb")) {
        if (file_ == nullptr) throw std::runtime_error("cannot write " + path.string());
    }
    ~Output() {
        if (file_ != nullptr) std::fclose(file_);
    }
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    void add(std::string_view bytes) {
        if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) throw std::runtime_error("disk full?");
        size_ += bytes.size();
    }
    std::uint64_t size() const { return size_; }
    void finish() {
        bool is_fine = std::fflush(file_) == 0;
#ifndef _WIN32
        is_fine = is_fine && ::fsync(::fileno(file_)) == 0;
#endif
        if (!is_fine) throw std::runtime_error("disk full?");
    }

  private:
    std::FILE* file_;
    std::uint64_t size_ = 0;
};

/// Random bits without infinities: every 16-bit word loses the top bit of its exponent.
std::string random_words(std::size_t bytes) {
    std::mt19937_64 random(7);
    std::string out;
    out.reserve(bytes + 8);
    while (out.size() < bytes)
        out += test::le(random() & 0xBFFFBFFFBFFFBFFFu, 8);
    out.resize(bytes);
    return out;
}

struct Part {
    std::string name;
    bool is_large = false;
};

std::vector<Part> parts_for(std::uint64_t bytes, std::uint64_t large, std::uint64_t small) {
    std::vector<Part> out;
    const std::uint64_t pairs = std::max<std::uint64_t>(1, bytes / (large + small));
    for (std::uint64_t i = 0; i < pairs; ++i) {
        out.push_back({fmt::format("blocks.{}.ffn.0.bias", i), false});
        out.push_back({fmt::format("blocks.{}.ffn.0.weight", i), true});
    }
    return out;
}

void write_safetensors(Output& out, std::uint64_t bytes) {
    const std::string large = random_words(kColumns * kRows * 2), small = random_words(kSmall * 4);
    const auto parts = parts_for(bytes, large.size(), small.size());
    std::string header;
    std::uint64_t at = 0;
    for (const Part& part : parts) {
        const std::uint64_t size = part.is_large ? large.size() : small.size();
        header += fmt::format(R"({}"{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})",
                              header.empty() ? "{" : ",", part.name, part.is_large ? "BF16" : "F32",
                              part.is_large ? fmt::format("[{},{}]", kRows, kColumns) : fmt::format("[{}]", kSmall), at,
                              at + size);
        at += size;
    }
    header += "}";
    header.resize((header.size() + 7) / 8 * 8, ' ');
    out.add(test::le(header.size(), 8) + header);
    for (const Part& part : parts)
        out.add(part.is_large ? large : small);
}

/// One record as torch writes it: aligned to 64 bytes by padding, checksum and sizes behind the data.
void add_record(Output& out, std::string& directory, const std::string& name, std::string_view data,
                std::uint32_t crc) {
    const std::uint64_t at = out.size();
    const std::size_t padding = (64 - (at + 30 + name.size() + 4) % 64) % 64;
    out.add("PK\x03\x04" + test::le(0, 2) + test::le(8 | 1 << 11, 2) + test::le(0, 18) + test::le(name.size(), 2) +
            test::le(4 + padding, 2) + name + "FB" + test::le(padding, 2) + std::string(padding, 'Z'));
    out.add(data);
    out.add("PK\x07\x08" + test::le(crc, 4) + test::le(data.size(), 4) + test::le(data.size(), 4));
    const std::string wide = test::le(1, 2) + test::le(8, 2) + test::le(at, 8);
    directory += "PK\x01\x02" + test::le(0, 4) + test::le(8 | 1 << 11, 2) + test::le(0, 6) + test::le(crc, 4) +
                 test::le(data.size(), 4) + test::le(data.size(), 4) + test::le(name.size(), 2) +
                 test::le(wide.size(), 2) + test::le(0, 10) + test::le(0xFFFFFFFF, 4) + name + wide;
}

void write_torch(Output& out, std::uint64_t bytes) {
    namespace p = test::pickle;
    const std::string large = random_words(kColumns * kRows * 2), small = random_words(kSmall * 4);
    const auto checksum = [](std::string_view data) { return io::crc32(0, std::as_bytes(std::span(data))); };
    const std::uint32_t large_crc = checksum(large), small_crc = checksum(small);
    const auto parts = parts_for(bytes, large.size(), small.size());
    std::string items, directory;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const std::string key = std::to_string(i);
        items += p::text(parts[i].name);
        items += parts[i].is_large ? p::tensor(p::storage("BFloat16Storage", key, kRows * kColumns),
                                               {0, {kRows, kColumns}, {kColumns, 1}})
                                   : p::tensor(p::storage("FloatStorage", key, kSmall), {0, {kSmall}, {1}});
    }
    const std::string pickle = p::stream(p::dict(items)), order = "little";
    add_record(out, directory, "weights/data.pkl", pickle, checksum(pickle));
    add_record(out, directory, "weights/byteorder", order, checksum(order));
    for (std::size_t i = 0; i < parts.size(); ++i) {
        add_record(out, directory, "weights/data/" + std::to_string(i), parts[i].is_large ? large : small,
                   parts[i].is_large ? large_crc : small_crc);
    }
    const std::uint64_t at = out.size(), record_at = at + directory.size(), entries = parts.size() + 2;
    out.add(directory);
    out.add("PK\x06\x06" + test::le(44, 8) + test::le(0, 12) + test::le(entries, 8) + test::le(entries, 8) +
            test::le(directory.size(), 8) + test::le(at, 8));
    out.add("PK\x06\x07" + test::le(0, 4) + test::le(record_at, 8) + test::le(1, 4));
    out.add("PK\x05\x06" + test::le(0, 4) + test::le(0xFFFF, 2) + test::le(0xFFFF, 2) + std::string(8, '\xFF') +
            test::le(0, 2));
}

void write_gguf(Output& out, std::uint64_t bytes) {
    constexpr std::uint64_t kRowsQ8 = 4096;
    const std::string large = random_words(kColumns / 32 * 34 * kRowsQ8), small = random_words(kSmall * 4);
    const auto parts = parts_for(bytes, large.size(), small.size());
    test::GgufParts file;
    file.tensors.clear();
    file.data.clear();
    std::uint64_t at = 0;
    for (const Part& part : parts) {
        file.tensors.push_back({.name = part.name, .dims = {kSmall}, .offset = at});
        if (part.is_large) {
            file.tensors.back().dims = {kColumns, kRowsQ8};
            file.tensors.back().type = 8;
        }
        at += part.is_large ? large.size() : small.size();  // both are multiples of 32
    }
    out.add(test::gguf_bytes(file));
    for (const Part& part : parts)
        out.add(part.is_large ? large : small);
}

}  // namespace

void write_weights(const std::filesystem::path& path, Container container, std::uint64_t bytes) {
    Output out(path);
    switch (container) {
        case Container::kSafetensors:
            write_safetensors(out, bytes);
            break;
        case Container::kTorch:
            write_torch(out, bytes);
            break;
        case Container::kGguf:
            write_gguf(out, bytes);
            break;
    }
    out.finish();
}

}  // namespace studio::bench
