// The same targets without libFuzzer, for the normal suite and every compiler: replays files and folders, then the
// target's seeds, then a fixed number of mutations of all of them. The same numbers always give the same inputs.
//   PROGRAM [--runs N] [--seed N] [FILE|FOLDER ...]
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "core/text.h"
#include "fuzz/target.h"

namespace {

namespace fs = std::filesystem;
using studio::fuzz::run_one;

class Mutator {
  public:
    /// The first `own` inputs are the target's; half of the mutations begin there, however many files were named.
    Mutator(std::vector<std::string> corpus, std::size_t own, std::uint64_t seed)
        : corpus_(std::move(corpus)), own_(own), words_(studio::fuzz::words()), random_(seed) {}

    std::string next() {
        std::string text = corpus_[below(below(2) == 0 ? own_ : corpus_.size())];
        if (text.size() > 4096) text.resize(4096);
        for (std::size_t i = 0, n = 1 + below(6); i < n; ++i)
            change(text);
        if (below(2) == 0) studio::fuzz::repair(text);
        return text;
    }

  private:
    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : static_cast<std::size_t>(random_() % limit); }

    void change(std::string& text) {
        const std::size_t at = below(text.size() + 1), length = below(16);
        switch (below(6)) {
            case 0:
                if (at < text.size()) text[at] = static_cast<char>(random_());
                break;
            case 1:
                text.insert(at, words_[below(words_.size())]);
                break;
            case 2:
                text.erase(at, length);
                break;
            case 3:
                text.insert(at, text.substr(below(text.size() + 1), length));
                break;
            case 4:
                text.replace(at, length, words_[below(words_.size())]);
                break;
            default: {
                const std::string& other = corpus_[below(corpus_.size())];
                text = text.substr(0, at) + other.substr(below(other.size() + 1)).substr(0, 512);
            }
        }
    }

    std::vector<std::string> corpus_;
    std::size_t own_;
    std::vector<std::string> words_;
    std::mt19937_64 random_;
};

void add_file(const fs::path& path, std::vector<std::string>& corpus) {
    std::ifstream in(path, std::ios::binary);
    corpus.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
}

}  // namespace

int main(int argc, char** argv) {
    std::int64_t runs = 20000, seed = 1;
    std::vector<std::string> corpus = studio::fuzz::seeds();
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if ((argument == "--runs" || argument == "--seed") && i + 1 < argc) {
            const auto number = studio::parse_int64(argv[++i]);
            if (!number || *number < 0) return std::fprintf(stderr, "%s needs a number\n", argument.c_str()), 2;
            (argument == "--runs" ? runs : seed) = *number;
        } else if (fs::is_directory(argument)) {
            for (const auto& entry : fs::directory_iterator(argument))
                add_file(entry.path(), corpus);
        } else {
            add_file(argument, corpus);
        }
    }
    for (const std::string& input : corpus)
        run_one(input);
    for (const std::string& input : corpus) {
        for (std::size_t n = 0; n < input.size() && n < 400; ++n)
            run_one(std::string_view(input).substr(0, n));
    }
    Mutator mutator(corpus, studio::fuzz::seeds().size(), static_cast<std::uint64_t>(seed));
    for (std::int64_t i = 0; i < runs; ++i)
        run_one(mutator.next());
    std::printf("%zu inputs and %lld mutations: no promise broken\n", corpus.size(), static_cast<long long>(runs));
    return 0;
}
