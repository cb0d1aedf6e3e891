#include "model/rope_table.h"

namespace studio {
namespace {

// cos and sin of position * 10000^(-2i / size) for each position and pair: [positions][pairs][2].
std::vector<float> axis_table(std::int64_t positions, std::int64_t real_size) {
    const std::int64_t pairs = real_size / 2;
    std::vector<float> table;
    table.reserve(static_cast<std::size_t>(positions * pairs * 2));
    for (std::int64_t position = 0; position < positions; ++position) {
        for (std::int64_t i = 0; i < pairs; ++i) {
            const double omega = std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(real_size));
            const double angle = static_cast<double>(position) * omega;
            table.push_back(static_cast<float>(std::cos(angle)));
            table.push_back(static_cast<float>(std::sin(angle)));
        }
    }
    return table;
}

float* append(const std::vector<float>& table, std::int64_t position, std::int64_t real_size, float* out) {
    const float* begin = table.data() + position * real_size;
    return std::copy(begin, begin + real_size, out);
}

}  // namespace

at::Tensor rope_table(const TokenGrid& grid, std::int64_t head_dim) {
    const std::int64_t space = 2 * (head_dim / 6);
    const std::int64_t time = head_dim - 2 * space;
    const auto by_frame = axis_table(grid.frames, time);
    const auto by_row = axis_table(grid.rows, space);
    const auto by_column = axis_table(grid.columns, space);
    at::Tensor table = at::empty({grid.tokens(), head_dim / 2, 2}, at::kFloat);
    float* out = table.mutable_data_ptr<float>();
    for (std::int64_t frame = 0; frame < grid.frames; ++frame) {
        for (std::int64_t row = 0; row < grid.rows; ++row) {
            for (std::int64_t column = 0; column < grid.columns; ++column) {
                out = append(by_frame, frame, time, out);
                out = append(by_row, row, space, out);
                out = append(by_column, column, space, out);
            }
        }
    }
    return table;
}

}  // namespace studio
