// 8-bit attention by mma.sync with fp8 values, over the finished blocks of hopper_attention.h: 128 query rows a block,
// 16 a warp, key blocks of 64 in two cp.async stages. The blocks carry the very swizzle that ldmatrix wants.
#include "kernels/attention/block_prepare.cuh"
#include "kernels/attention/flash_forward.cuh"

namespace studio::kernels {
namespace {
using namespace gpu;

constexpr int kFlashThreads = 256, kQBytes = 128 * 128, kBlockBytes = 64 * 128;
constexpr std::size_t kSharedBytes = kQBytes + 4 * kBlockBytes;
constexpr float kWeightOffset = 8.807354922f;  // log2 448: weights reach the greatest e4m3 value

GPU_FN void copy_block(char* to, const void* from, int bytes) {
    for (int i = int(threadIdx.x) * 16; i < bytes; i += kFlashThreads * 16) {
        cp_async16(to + i, static_cast<const char*>(from) + i, true);
    }
}

/// o += s v for this warp's 16 rows; s become e4m3, v lies as 128 channels of 64 bytes.
GPU_FN void fp8_value_products(float (&o)[16][4], const float (&s)[8][4], const char* v) {
    const int lane = int(threadIdx.x) & 31;
#pragma unroll
    for (int step = 0; step < 2; ++step) {
        u32 a[4];
#pragma unroll
        for (int r = 0; r < 4; ++r) {
            const int tile = step * 4 + (r >> 1) * 2, h = (r & 1) * 2;
            a[r] = pack_e4m3(s[tile][h], s[tile][h + 1], s[tile + 1][h], s[tile + 1][h + 1]);
        }
#pragma unroll
        for (int pair = 0; pair < 8; ++pair) {
            const int channel = pair * 16 + (lane & 7) + (lane >> 4) * 8, chunk = step * 2 + ((lane >> 3) & 1);
            int at = channel * 64 + chunk * 16;
            at ^= (at >> 7 & 3) << 4;
            u32 b[4];
            ldmatrix4<false>(b, v + at);
            const u32 b0[2] = {b[0], b[1]}, b1[2] = {b[2], b[3]};
            mma_e4m3(o[2 * pair], a, b0);
            mma_e4m3(o[2 * pair + 1], a, b1);
        }
    }
}

__global__ void __launch_bounds__(kFlashThreads) fp8_flash_kernel(HopperAttentionArgs p) {
    SharedCarver carve;
    char* sq = carve.take<char>(kQBytes);
    char* sk0 = carve.take<char>(kBlockBytes);
    char* sk1 = carve.take<char>(kBlockBytes);
    char* sv0 = carve.take<char>(kBlockBytes);
    char* sv1 = carve.take<char>(kBlockBytes);
    const i64 query_block = i64(blockIdx.y) * gridDim.x + blockIdx.x, key_blocks = (p.k_tokens + 63) / 64;
    const std::int32_t* list = p.block_list ? p.block_list + query_block * p.list_stride : nullptr;
    const int count = p.block_list ? p.block_count[query_block] : int(key_blocks);
    auto load_keys = [&](int i) {
        const i64 from = (i64(blockIdx.y) * key_blocks + (list ? list[i] : i)) * kBlockBytes;
        copy_block(i & 1 ? sk1 : sk0, p.blocks.k + from, kBlockBytes);
        copy_block(i & 1 ? sv1 : sv0, p.blocks.v + from, kBlockBytes);
    };
    copy_block(sq, p.blocks.q + query_block * kQBytes, kQBytes);
    if (count > 0) load_keys(0);
    cp_async_commit();
    float o[16][4] = {}, top[2] = {-5e6f, -5e6f}, sum[2] = {0, 0};
    for (int i = 0; i < count; ++i) {
        const int key_block = list ? list[i] : i;
        if (i + 1 < count) load_keys(i + 1);
        cp_async_commit();
        cp_async_wait<1>();
        __syncthreads();
        std::int32_t acc[8][4] = {};
        score_products<true>(acc, sq, i & 1 ? sk1 : sk0);
        const float factor = p.scale * 1.4426950408889634f * p.blocks.q_scale[query_block] *
                             p.blocks.k_scale[i64(blockIdx.y) * key_blocks + key_block];
        float s[8][4];
#pragma unroll
        for (int j = 0; j < 8; ++j) {
#pragma unroll
            for (int e = 0; e < 4; ++e) {
                const i64 key = i64(key_block) * 64 + j * 8 + (int(threadIdx.x) & 3) * 2 + (e & 1);
                s[j][e] = key < p.k_tokens ? float(acc[j][e]) * factor : -INFINITY;
            }
        }
        online_softmax(s, o, top, sum, kWeightOffset);
        fp8_value_products(o, s, i & 1 ? sv1 : sv0);
        __syncthreads();  // the next iteration overwrites the other stage
    }
    cp_async_wait<0>();
    const float* v_scale = p.blocks.v_scale + i64(blockIdx.y) * 128 + (int(threadIdx.x) & 3) * 2;
#pragma unroll
    for (int j = 0; j < 16; ++j) {
#pragma unroll
        for (int e = 0; e < 4; ++e)
            o[j][e] *= v_scale[j * 8 + (e & 1)];
    }
    AttentionArgs out;
    out.q_tokens = p.q_tokens, out.o_at = p.o_at;
    bf16* base =
        static_cast<bf16*>(p.o) + i64(blockIdx.y) / p.heads * p.o_at.batch + i64(blockIdx.y) % p.heads * p.o_at.head;
    write_rows(out, base, o, sum, i64(blockIdx.x) * 128);
}

Status require_fp8(std::size_t shared_bytes) noexcept {
    if (const Status s = require_device(89, shared_bytes); !s) return s;
    const int capability = device_caps().capability;
    if (capability == 89 || capability == 120) return {};
    return refuse(StatusCode::kNotSupported, "fp8 mma.sync is native on sm_89 and sm_120 only");
}
}  // namespace

Status fp8_prepare(const HopperPrepareArgs& args, Stream stream) noexcept {
    if (const Status s = check_prepare(args); !s) return s;
    if (const Status s = require_fp8(0); !s) return s;
    return prepare_blocks(args, stream);
}

Status fp8_attention(const HopperAttentionArgs& args, Stream stream) noexcept {
    if (const Status s = check_blocks(args); !s) return s;
    if (const Status s = require_fp8(kSharedBytes); !s) return s;
    if (args.batch == 0 || args.heads == 0 || args.q_tokens == 0) return {};
    const dim3 grid(unsigned(ceil_div(args.q_tokens, kQueryBlock)), unsigned(args.batch * args.heads));
    return launch(fp8_flash_kernel, grid, dim3(kFlashThreads), kSharedBytes, stream, args);
}

}  // namespace studio::kernels
