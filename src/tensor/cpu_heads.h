// tensor/cpu_heads.h - heads and blocks of a tensor dealt out to LibTorch's threads, for the attention kernels of the
// CPU. Private to tensor/cpu_attention, cpu_sla and cpu_sage.
#pragma once
#include "core/error.h"
#include "kernels/attention/block_attention_cpu.h"
#include "tensor/torch_compat.h"

namespace studio::ops {

namespace cpu = kernels::cpu;

// Packed keys and values that exist at one time, in floats: 32 MiB, or one head.
inline constexpr std::int64_t kPackedFloats = 8 << 20;
inline constexpr std::int64_t kDenseQueryBlock = 192, kMaxHeadWidth = 256;

inline void require(kernels::Status status) {
    if (!status.ok()) throw Failure(internal_error(std::string("An attention kernel refused: ") + status.reason + "."));
}

inline std::int64_t blocks_of(std::int64_t rows, std::int64_t block) {
    return (rows + block - 1) / block;
}

/// Buffers that every thread has its own piece of.
class Scratch {
  public:
    explicit Scratch(std::int64_t floats)
        : floats_((floats + 15) / 16 * 16), memory_(at::empty({floats_ * at::get_num_threads()}, at::kFloat)) {}
    float* mine() { return memory_.mutable_data_ptr<float>() + floats_ * at::get_thread_num(); }

  private:
    std::int64_t floats_;
    at::Tensor memory_;
};

/// run(head, part) for every part of every head, on all threads.
template <class Run>
void for_all(std::int64_t heads, std::int64_t parts, const Run& run) {
    at::parallel_for(0, heads * parts, 1, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i)
            run(i / parts, i % parts);
    });
}

/// One head of a contiguous [B, L, H, D].
struct HeadView {
    explicit HeadView(const at::Tensor& x)
        : data(x.const_data_ptr<float>()), tokens(x.size(1)), heads(x.size(2)), dim(x.size(3)) {}
    const float* head(std::int64_t i) const { return data + i / heads * tokens * heads * dim + i % heads * dim; }
    std::int64_t stride() const { return heads * dim; }
    const float* data;
    std::int64_t tokens, heads, dim;
};

inline float* head_of(at::Tensor& x, std::int64_t i) {
    return x.mutable_data_ptr<float>() + (HeadView(x).head(i) - x.const_data_ptr<float>());
}

inline std::int64_t heads_at_once(std::int64_t heads, std::int64_t floats) {
    return std::clamp<std::int64_t>(kPackedFloats / std::max<std::int64_t>(1, floats), 1, heads);
}

inline cpu::BlockAttentionArgs attention_args(const HeadView& q, const HeadView& k, const HeadView& v, at::Tensor& out,
                                              std::int64_t head, double scale) {
    cpu::BlockAttentionArgs args;
    args.q = q.head(head);
    args.k = k.head(head);
    args.v = v.head(head);
    args.out = head_of(out, head);
    args.q_stride = q.stride();
    args.k_stride = k.stride();
    args.v_stride = v.stride();
    args.out_stride = out.size(2) * out.size(3);
    args.query_rows = q.tokens;
    args.key_rows = k.tokens;
    args.dim = q.dim;
    args.scale = static_cast<float>(scale);
    return args;
}

}  // namespace studio::ops
