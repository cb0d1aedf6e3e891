// kernels/common/compare.h - how far a result is from its fp64 oracle. NaN on either side alone counts as infinitely
// far.
#pragma once
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <sstream>
#include <string>

#include "kernels/common/float_types.h"

namespace studio::kernels {

struct Difference {
    double relative_l2 = 0;  // ||got - want|| / ||want||
    double worst = 0;        // greatest |got - want| / rms(want)
    std::int64_t worst_at = -1;
    double got = 0, wanted = 0;  // at worst_at
    bool want_is_zero = true;    // an oracle of zeros proves nothing

    std::string text() const {
        std::ostringstream s;
        s << "relative L2 " << relative_l2 << ", worst " << worst << " of the rms at " << worst_at << ": got " << got
          << ", wanted " << wanted;
        return s.str();
    }
};

inline Difference compare(std::span<const double> want, const void* got, DType type) {
    Difference d;
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < want.size(); ++i)
        norm += std::isnan(want[i]) ? 0 : want[i] * want[i];
    d.want_is_zero = norm == 0;
    const double rms = std::sqrt(norm / double(want.size()));
    for (std::size_t i = 0; i < want.size(); ++i) {
        const double g = read_element(got, type, std::int64_t(i));
        if (std::isnan(want[i]) && std::isnan(g)) continue;
        double e = std::fabs(g - want[i]);
        if (std::isnan(e)) e = std::numeric_limits<double>::infinity();
        error += e * e;
        if (!(e / rms <= d.worst) || d.worst_at < 0) {
            d.worst = e / rms;
            d.worst_at = std::int64_t(i);
            d.got = g;
            d.wanted = want[i];
        }
    }
    d.relative_l2 = std::sqrt(error / norm);
    return d;
}

}  // namespace studio::kernels
