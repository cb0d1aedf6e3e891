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

Int8Tiles cpu_quantize_tiles(const at::Tensor& x, bool rounds_to_bf16) {
    const at::Tensor whole = x.contiguous();
    const std::int64_t rows = x.size(0), columns = x.size(1), tile_rows = blocks_of(rows, kInt8Tile);
    Int8Tiles out{at::empty({rows, columns}, at::kChar),
                  at::empty({tile_rows, blocks_of(columns, kInt8Tile)}, at::kFloat)};
    const cpu::QuantizeTilesArgs args{whole.const_data_ptr<float>(),
                                      out.values.mutable_data_ptr<std::int8_t>(),
                                      out.scale.mutable_data_ptr<float>(),
                                      rows,
                                      columns,
                                      rounds_to_bf16};
    at::parallel_for(0, tile_rows, 1,
                     [&](std::int64_t begin, std::int64_t end) { require(cpu::quantize_tile_rows(args, begin, end)); });
    return out;
}

at::Tensor cpu_int8_product(const Int8Tiles& x, const Int8Tiles& weight, const at::Tensor& bias) {
    const at::Tensor xs = x.values.contiguous(), x_scale = x.scale.contiguous();
    const at::Tensor ws = weight.values.contiguous(), w_scale = weight.scale.contiguous();
    at::Tensor out = at::empty({xs.size(0), ws.size(0)}, at::kFloat);
    cpu::W8A8Args args;
    args.x = xs.const_data_ptr<std::int8_t>();
    args.x_scale = x_scale.const_data_ptr<float>();
    args.weight = ws.const_data_ptr<std::int8_t>();
    args.weight_scale = w_scale.const_data_ptr<float>();
    const at::Tensor added = bias.defined() ? bias.to(at::kFloat).contiguous() : bias;
    if (added.defined()) args.bias = added.const_data_ptr<float>();
    args.out = out.mutable_data_ptr<float>();
    args.rows = xs.size(0);
    args.outputs = ws.size(0);
    args.depth = xs.size(1);
    args.kind = cpu::best_dot();
    at::Tensor packed = at::empty({cpu::w8a8_packed_bytes(args)}, at::kByte);
    args.packed = packed.mutable_data_ptr<std::uint8_t>();
    const std::int64_t scratch_bytes = blocks_of(cpu::w8a8_scratch_bytes(args), 64) * 64;
    at::Tensor scratch = at::empty({scratch_bytes * at::get_num_threads()}, at::kByte);
    std::uint8_t* const mine = scratch.mutable_data_ptr<std::uint8_t>();
    at::parallel_for(0, args.rows, 64,
                     [&](std::int64_t begin, std::int64_t end) { require(cpu::pack_w8a8_rows(args, begin, end)); });
    const std::int64_t chunks = blocks_of(args.rows, cpu::kChunkRows);
    at::parallel_for(
        0, blocks_of(args.outputs, cpu::kPanelColumns) * chunks, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t i = begin; i < end; ++i)
                require(cpu::w8a8_panel(args, i / chunks, i % chunks, mine + scratch_bytes * at::get_thread_num()));
        });
    return out;
}

}  // namespace studio::ops
