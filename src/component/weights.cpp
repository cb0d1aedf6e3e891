// Every tensor of a checkpoint under its canonical name, with sums over its real values.
#include <array>
#include <cmath>

#include "checkpoint/recognise.h"
#include "component/call.h"
#include "component/components.h"
#include "core/result.h"
#include "io/finite.h"
#include "io/read_values.h"
#include "io/sha256.h"
#include "tensor/guard.h"

namespace studio::component {
namespace {

using checkpoint::NamedTensor;
using checkpoint::Scheme;

constexpr std::uint64_t kChunk = 1 << 18;  // values widened at a time: memory stays small whatever the file holds
constexpr double kCosineStep = 0.37;       // fixed by the contract
constexpr std::uint64_t kTile = 128;

/// Stored numbers to weights: what the scheme multiplies each of them with.
class Scales {
  public:
    Scales(const io::Checkpoint& checkpoint, const NamedTensor& tensor) : scheme_(tensor.scheme) {
        if (scheme_ == Scheme::kPlain) return;
        columns_ = static_cast<std::uint64_t>(tensor.shape[1]);
        io::require_finite(checkpoint, *tensor.scale).value();
        values_.resize(static_cast<std::size_t>(io::value_count(*tensor.scale)));
        io::read_values(checkpoint, *tensor.scale, 0, values_);
    }
    bool is_plain() const { return scheme_ == Scheme::kPlain; }
    float at(std::uint64_t index) const {
        const std::uint64_t row = index / columns_;
        switch (scheme_) {
            case Scheme::kRowScale:
                return values_[row];
            case Scheme::kTileScale:
                return values_[row / kTile * ((columns_ + kTile - 1) / kTile) + index % columns_ / kTile];
            default:
                return values_[0];
        }
    }

  private:
    Scheme scheme_;
    std::uint64_t columns_ = 1;
    std::vector<float> values_;
};

struct Sums {
    double sum = 0, magnitude = 0, cosine = 0;
    std::string sha256;
};

/// Over the fp32 values in row-major order.
Sums sums_of(const io::Checkpoint& checkpoint, const NamedTensor& tensor, const std::stop_token& stop) {
    io::require_finite(checkpoint, *tensor.stored).value();
    const Scales scales(checkpoint, tensor);
    const std::uint64_t count = io::value_count(*tensor.stored);
    std::vector<float> chunk(static_cast<std::size_t>(std::min(kChunk, count)));
    Sums out;
    io::Sha256 hash;
    for (std::uint64_t begin = 0; begin < count; begin += chunk.size()) {
        throw_if_cancelled(stop);
        const std::span part(chunk.data(),
                             static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), count - begin)));
        io::read_values(checkpoint, *tensor.stored, begin, part);
        for (std::size_t i = 0; i < part.size(); ++i) {
            if (!scales.is_plain()) part[i] *= scales.at(begin + i);
            const double value = part[i];
            out.sum += value;
            out.magnitude += std::fabs(value);
            out.cosine += value * std::cos(kCosineStep * static_cast<double>(begin + i));
        }
        hash.update(std::as_bytes(part));
    }
    out.sha256 = hash.finish();
    return out;
}

}  // namespace

void run_weights(Call& call) {
    (void)call.model();
    call.begin();
    const auto recognised = checkpoint::recognise(io::Checkpoint::open(call.model()).value()).value();
    Json tensors = Json::array();
    for (const NamedTensor& tensor : recognised.tensors) {
        const Sums sums = sums_of(*recognised.checkpoint, tensor, call.stop);
        tensors.push_back({{"name", tensor.name},
                           {"shape", tensor.shape},
                           {"stored", checkpoint::stored_as(tensor)},
                           {"sum", sums.sum},
                           {"abs", sums.magnitude},
                           {"cos", sums.cosine},
                           {"sha256_f32", sums.sha256}});
    }
    recognised.checkpoint->verify_unchanged().value();
    call.result = Json{{"kind", checkpoint::to_string(recognised.role)}, {"tensors", std::move(tensors)}};
}

}  // namespace studio::component
