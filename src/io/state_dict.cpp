#include "io/state_dict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "core/text.h"
#include "io/tensor_name.h"

namespace studio::io {
namespace {

using Kind = PickleKind;

constexpr const char* kFix = "Use the published file of this model, best its .safetensors version.";

/// Best first. Averaged weights make the better pictures; training code keeps both.
constexpr std::array<std::string_view, 14> kWrappers{
    "generator_ema", "model_ema",        "ema_state_dict", "params_ema", "ema", "generator", "state_dict",
    "model_state",   "model_state_dict", "model",          "module",     "net", "params",    "weights"};

std::size_t rank_of(std::string_view key) {
    return static_cast<std::size_t>(std::find(kWrappers.begin(), kWrappers.end(), key) - kWrappers.begin());
}

/// Depth-first over all containers, without recursion: a file may not bend our stack.
class CycleFinder {
  public:
    explicit CycleFinder(const PickleValues& values, std::size_t most_depth)
        : values_(values),
          most_depth_(most_depth),
          lists_(values.lists.size()),
          dicts_(values.dicts.size()),
          tuples_(values.tuples.size()) {}

    /// What is wrong, or null.
    const char* find(const PickleValue& root) {
        if (!enter(root)) return problem_;
        while (!path_.empty()) {
            Step& step = path_.back();
            if (step.next == size_of(step.value)) {
                *state_of(step.value) = kDone;
                path_.pop_back();
                continue;
            }
            const PickleValue child = child_of(step.value, step.next++);
            if (!enter(child)) return problem_;
        }
        return nullptr;
    }

  private:
    enum State : unsigned char { kNew, kOpen, kDone };
    struct Step {
        PickleValue value;
        std::size_t next = 0;
    };

    unsigned char* state_of(const PickleValue& value) {
        switch (value.kind) {
            case Kind::kList:
                return &lists_[value.index()];
            case Kind::kDict:
                return &dicts_[value.index()];
            case Kind::kTuple:
                return &tuples_[value.index()];
            default:
                return nullptr;
        }
    }
    std::size_t size_of(const PickleValue& value) const {
        if (value.kind == Kind::kList) return values_.lists[value.index()].size();
        if (value.kind == Kind::kTuple) return values_.count(value);
        return 2 * values_.dicts[value.index()].size();
    }
    PickleValue child_of(const PickleValue& value, std::size_t i) const {
        if (value.kind == Kind::kList) return values_.lists[value.index()][i];
        if (value.kind == Kind::kTuple) return values_.items(value)[i];
        const auto& [key, item] = values_.dicts[value.index()][i / 2];
        return i % 2 == 0 ? key : item;
    }
    bool enter(const PickleValue& value) {
        unsigned char* const state = state_of(value);
        if (state == nullptr || *state == kDone) return true;
        if (*state == kOpen) return problem_ = "a container holds itself", false;
        if (path_.size() == most_depth_) return problem_ = "its containers are nested too deep", false;
        *state = kOpen;
        path_.push_back({value, 0});
        return true;
    }

    const PickleValues& values_;
    std::size_t most_depth_;
    std::vector<unsigned char> lists_, dicts_, tuples_;
    std::vector<Step> path_;
    const char* problem_ = nullptr;
};

std::size_t count_tensors(const PickleValues& values, const PickleValue& dict) {
    const auto& items = values.dicts[dict.index()];
    return static_cast<std::size_t>(
        std::count_if(items.begin(), items.end(), [](const auto& item) { return item.second.kind == Kind::kTensor; }));
}

struct Candidate {
    PickleValue dict;
    std::string path;
    std::size_t tensors = 0, rank = kWrappers.size(), depth = 0;
};

class Finder {
  public:
    Finder(const PickleValues& values, const std::string& file)
        : values_(values), file_(file), is_seen_(values.dicts.size()) {}

    Result<StateDict> find(std::size_t most_depth) {
        if (const char* const problem = CycleFinder(values_, most_depth).find(values_.root)) return bad({}, problem);
        if (values_.root.kind != Kind::kDict) {
            return bad({}, "its content is not a dict of tensors but " + std::string(kind_name(values_.root.kind)));
        }
        collect(values_.root, {}, kWrappers.size(), 0);
        if (candidates_.empty()) return bad({}, "it holds no tensors");
        STUDIO_TRY(chosen, choose());
        return read(chosen);
    }

  private:
    static constexpr std::size_t kMostLevels = 3;  // {"model": {"module": {...}}} and the root

    Error bad(std::string_view field, const std::string& why) const {
        return corrupt_file(file_, escape_for_display(field),
                            fmt::format("{}: {}.", escape_for_display(file_, 1000), why), kFix);
    }

    static std::string_view kind_name(Kind kind) {
        return kind == Kind::kTensor                         ? "one tensor"
               : kind == Kind::kList || kind == Kind::kTuple ? "a list"
                                                             : "one value";
    }

    void collect(const PickleValue& dict, const std::string& path, std::size_t rank, std::size_t depth) {
        // One dict may stand in many places, and each of those in many again: look at it once.
        if (is_seen_[dict.index()]) return;
        is_seen_[dict.index()] = true;
        if (const std::size_t tensors = count_tensors(values_, dict))
            candidates_.push_back({dict, path, tensors, rank, depth});
        if (depth + 1 == kMostLevels) return;
        for (const auto& [key, value] : values_.dicts[dict.index()]) {
            if (key.kind != Kind::kText || value.kind != Kind::kDict) continue;
            const std::string_view name = values_.text(key);
            const std::string shown = escape_for_display(name, 80);
            collect(value, path.empty() ? shown : path + "." + shown, std::min(rank, rank_of(name)), depth + 1);
        }
    }

    /// Of those with at least half as many tensors as the largest: the best name, then the outermost.
    Result<Candidate> choose() {
        std::size_t most = 0;
        for (const Candidate& candidate : candidates_)
            most = std::max(most, candidate.tensors);
        std::erase_if(candidates_, [most](const Candidate& candidate) { return 2 * candidate.tensors < most; });
        const auto order = [](const Candidate& a, const Candidate& b) {
            return a.rank != b.rank ? a.rank < b.rank : a.depth < b.depth;
        };
        std::stable_sort(candidates_.begin(), candidates_.end(), order);
        if (candidates_.size() > 1 && !order(candidates_[0], candidates_[1])) {
            return Error{ErrorCode::kUnsupported,
                         fmt::format("{} holds several sets of weights: {} and {}.", escape_for_display(file_, 1000),
                                     candidates_[0].path, candidates_[1].path),
                         file_,
                         candidates_[1].path,
                         "Save the set that you mean alone, or use the published file of this model.",
                         {}};
        }
        return candidates_.front();
    }

    Result<StateDict> read(const Candidate& chosen) const {
        StateDict out;
        out.wrapper = chosen.path;
        for (const auto& [key, value] : values_.dicts[chosen.dict.index()]) {
            if (value.kind != Kind::kTensor) continue;
            if (key.kind != Kind::kText) return bad({}, "a tensor's name is not text");
            const std::string_view name = values_.text(key);
            if (const char* const why = bad_tensor_name(name)) return bad(name, fmt::format("a tensor's name {}", why));
            out.tensors.emplace_back(name, value.index());
        }
        std::sort(out.tensors.begin(), out.tensors.end());
        const auto twice = std::adjacent_find(out.tensors.begin(), out.tensors.end(),
                                              [](const auto& a, const auto& b) { return a.first == b.first; });
        if (twice != out.tensors.end()) return bad(twice->first, fmt::format("tensor {} appears twice", twice->first));
        return out;
    }

    const PickleValues& values_;
    const std::string& file_;
    std::vector<bool> is_seen_;
    std::vector<Candidate> candidates_;
};

}  // namespace

Result<StateDict> find_state_dict(const PickleValues& values, const std::string& file, std::size_t most_depth) {
    return Finder(values, file).find(most_depth);
}

}  // namespace studio::io
