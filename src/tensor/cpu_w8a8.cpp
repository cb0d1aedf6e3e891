#include "tensor/cpu_w8a8.h"

#include "core/error.h"
#include "kernels/gemm_int8/w8a8_cpu.h"

namespace studio::ops {
namespace {

namespace cpu = kernels::cpu;

void require(kernels::Status status) {
    if (!status.ok()) throw Failure(internal_error(std::string("A W8A8 kernel refused: ") + status.reason + "."));
}

std::int64_t blocks_of(std::int64_t size, std::int64_t block) {
    return (size + block - 1) / block;
}

PackedRows empty_rows(std::int64_t rows, std::int64_t columns) {
    const std::int64_t bytes = cpu::w8a8_packed_bytes(rows, columns, cpu::best_dot());
    return {at::empty({rows, bytes / rows}, at::kByte),
            at::empty({blocks_of(rows, kInt8Tile), blocks_of(columns, kInt8Tile)}, at::kFloat), columns};
}

/// Tensors that W8A8Args points into.
struct Product {
    at::Tensor weight, weight_scale, bias;
    cpu::W8A8Args args;
};

Product prepared(const PackedRows& x, const Int8Tiles& weight, const at::Tensor& bias) {
    Product p{weight.values.contiguous(), weight.scale.contiguous(), bias, {}};
    if (bias.defined()) p.bias = bias.to(at::kFloat).contiguous();
    p.args.x_scale = x.scale.const_data_ptr<float>();
    p.args.weight = p.weight.const_data_ptr<std::int8_t>();
    p.args.weight_scale = p.weight_scale.const_data_ptr<float>();
    if (bias.defined()) p.args.bias = p.bias.const_data_ptr<float>();
    p.args.rows = x.rows();
    p.args.outputs = p.weight.size(0);
    p.args.depth = x.columns;
    p.args.packed = x.bytes.data_ptr<std::uint8_t>();
    p.args.kind = cpu::best_dot();
    return p;
}

// Rows of one call. Their activations stay in a cache while every panel of weights passes; fewer where there would not
// be work for all threads.
constexpr std::int64_t kMostRows = 1024, kCallsPerThread = 4;

void run(const cpu::W8A8Args& args) {
    const std::int64_t panels = blocks_of(args.outputs, cpu::kPanelColumns), threads = at::get_num_threads();
    const std::int64_t wanted = threads == 1 ? 1 : blocks_of(kCallsPerThread * threads, panels);
    const std::int64_t rows = std::min(kMostRows, blocks_of(blocks_of(args.rows, wanted), kInt8Tile) * kInt8Tile);
    const std::int64_t stretches = blocks_of(args.rows, rows);
    const std::int64_t scratch_bytes = blocks_of(cpu::w8a8_scratch_bytes(args), 64) * 64;
    at::Tensor scratch = at::empty({scratch_bytes * threads}, at::kByte);
    std::uint8_t* const mine = scratch.mutable_data_ptr<std::uint8_t>();
    at::parallel_for(0, panels * stretches, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) {
            const std::int64_t first = i / panels * rows;
            require(cpu::w8a8_panel(args, i % panels, first, std::min(first + rows, args.rows),
                                    mine + scratch_bytes * at::get_thread_num()));
        }
    });
}

}  // namespace

const char* cpu_w8a8_refusal(const at::Tensor& x) noexcept {
    if (!x.is_cpu()) return "the tensors are not on the CPU";
    if (x.numel() == 0) return "nothing to do";
    if (!cpu::has_dot(cpu::DotKind::kPlain)) return "built by a compiler without vector types";
    return nullptr;
}

const char* cpu_w8a8_name() noexcept {
    return name_of(cpu::best_dot());
}

PackedRows PackedRows::slice(std::int64_t begin, std::int64_t end) const {
    return {bytes.slice(0, begin, end), scale.slice(0, begin / kInt8Tile, blocks_of(end, kInt8Tile)), columns};
}

Int8Tiles cpu_quantize_tiles(const at::Tensor& x, bool rounds_to_bf16) {
    const at::Tensor whole = x.contiguous();
    const std::int64_t rows = x.size(0), columns = x.size(1), tile_rows = blocks_of(rows, kInt8Tile);
    Int8Tiles out{at::empty({rows, columns}, at::kChar),
                  at::empty({tile_rows, blocks_of(columns, kInt8Tile)}, at::kFloat)};
    cpu::QuantizeTilesArgs args;
    args.x = whole.const_data_ptr<float>();
    args.values = out.values.mutable_data_ptr<std::int8_t>();
    args.scale = out.scale.mutable_data_ptr<float>();
    args.rows = rows;
    args.columns = columns;
    args.rounds_to_bf16 = rounds_to_bf16;
    at::parallel_for(0, tile_rows, 1,
                     [&](std::int64_t begin, std::int64_t end) { require(cpu::quantize_tile_rows(args, begin, end)); });
    return out;
}

namespace {

// Quantises 128 rows at a time; rows_at(first, count) points at fp32 values of these rows.
template <class RowsAt>
PackedRows pack(std::int64_t rows, std::int64_t columns, const RowsAt& rows_at) {
    PackedRows out = empty_rows(rows, columns);
    const std::int64_t row_bytes = out.bytes.size(1), across = out.scale.size(1);
    std::uint8_t* const bytes = out.bytes.mutable_data_ptr<std::uint8_t>();
    float* const scale = out.scale.mutable_data_ptr<float>();
    at::parallel_for(0, out.scale.size(0), 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t tile = begin; tile < end; ++tile) {
            const std::int64_t first = tile * kInt8Tile;
            cpu::QuantizeTilesArgs args;
            args.rows = std::min(kInt8Tile, rows - first);
            args.columns = columns;
            args.x = rows_at(first, args.rows);
            args.scale = scale + tile * across;
            args.rounds_to_bf16 = true;
            args.packed = bytes + first * row_bytes;
            args.kind = cpu::best_dot();
            require(cpu::quantize_tile_rows(args, 0, 1));
        }
    });
    return out;
}

}  // namespace

PackedRows cpu_pack_rows(const at::Tensor& x) {
    const at::Tensor whole = x.contiguous();
    const float* data = whole.const_data_ptr<float>();
    return pack(x.size(0), x.size(1), [&](std::int64_t first, std::int64_t) { return data + first * whole.size(1); });
}

PackedRows cpu_pack_made_rows(std::int64_t rows, std::int64_t columns,
                              const std::function<void(std::int64_t, std::int64_t, float*)>& make) {
    const std::int64_t slab = std::min(rows, kInt8Tile) * columns;
    at::Tensor slabs = at::empty({at::get_num_threads(), slab}, at::kFloat);
    float* const data = slabs.mutable_data_ptr<float>();
    return pack(rows, columns, [&](std::int64_t first, std::int64_t count) {
        float* const mine = data + slab * at::get_thread_num();
        make(first, count, mine);
        return mine;
    });
}

at::Tensor cpu_int8_product(const Int8Tiles& x, const Int8Tiles& weight, const at::Tensor& bias) {
    const at::Tensor values = x.values.contiguous();
    PackedRows packed = empty_rows(values.size(0), values.size(1));
    packed.scale = x.scale.contiguous();
    Product p = prepared(packed, weight, bias);
    p.args.x = values.const_data_ptr<std::int8_t>();
    at::parallel_for(0, p.args.rows, 64,
                     [&](std::int64_t begin, std::int64_t end) { require(cpu::pack_w8a8_rows(p.args, begin, end)); });
    at::Tensor out = at::empty({p.args.rows, p.args.outputs}, at::kFloat);
    p.args.out = out.mutable_data_ptr<float>();
    run(p.args);
    return out;
}

at::Tensor cpu_product(const PackedRows& x, const Int8Tiles& weight, const at::Tensor& bias) {
    Product p = prepared(x, weight, bias);
    at::Tensor out = at::empty({p.args.rows, p.args.outputs}, at::kFloat);
    p.args.out = out.mutable_data_ptr<float>();
    run(p.args);
    return out;
}

PackedRows cpu_product_gelu(const PackedRows& x, const Int8Tiles& weight, const at::Tensor& bias) {
    Product p = prepared(x, weight, bias);
    PackedRows out = empty_rows(p.args.rows, p.args.outputs);
    p.args.with_gelu = true;
    p.args.next = out.bytes.mutable_data_ptr<std::uint8_t>();
    p.args.next_scale = out.scale.mutable_data_ptr<float>();
    run(p.args);
    return out;
}

void cpu_product_add_(at::Tensor& to, const PackedRows& x, const Int8Tiles& weight, const at::Tensor& bias,
                      const at::Tensor& gate, const at::Tensor& gate_rows) {
    Product p = prepared(x, weight, bias);
    const at::Tensor gates = gate.defined() ? gate.contiguous() : gate;
    p.args.out = to.mutable_data_ptr<float>();
    p.args.adds_to_out = true;
    if (gate.defined()) p.args.gate = gates.const_data_ptr<float>();
    if (gate_rows.defined()) p.args.gate_rows = gate_rows.const_data_ptr<std::int64_t>();
    run(p.args);
}

}  // namespace studio::ops
