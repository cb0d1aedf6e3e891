// mbarriers and the copies that report to them.
#include "kernels/common/host/hopper.h"

#include <cstring>

#include "kernels/common/host/machine.h"

namespace studio::shim {

void wgmma_reset();

namespace {

struct Word {  // an mbarrier: 64 bits in shared memory
    std::uint64_t magic : 8, phase : 1, count : 12, pending : 12;
    std::int64_t bytes : 24;
    std::uint64_t unused : 7;
};
static_assert(sizeof(Word) == 8);
constexpr std::uint64_t kMagic = 0xA5;

struct Load {
    char* dst;
    std::uint64_t* barrier;
    TensorMap map;  // base null: a linear copy of `bytes` from src
    const char* src;
    std::uint32_t bytes;
    int x, y;
    bool done;
};
constexpr std::size_t kMaxLoads = 4096;
std::vector<Load> loads;
char token_space[1 << 18];  // one happens-before token per shared address

void* token(const std::uint64_t* barrier) {
    return &token_space[(reinterpret_cast<const char*>(barrier) - shared_base()) & 0x3ffff];
}
Word read_word(const std::uint64_t* p) {
    Word word;
    std::memcpy(&word, p, 8);
    return word;
}
void write_word(std::uint64_t* p, Word word) {
    if (word.pending == 0 && word.bytes == 0) {
        word.phase ^= 1;
        word.pending = word.count;
        note_progress();
    }
    std::uint64_t bits;
    std::memcpy(&bits, &word, 8);
    *const_cast<volatile std::uint64_t*>(p) = bits;
}
Word checked(const std::uint64_t* p, const Loc& loc) {
    shared_check(p, 8, loc);
    if (std::uintptr_t(p) % 8 != 0) fail("misaligned mbarrier", loc);
    const Word word = read_word(p);
    if (word.magic != kMagic) fail("mbarrier used before it was initialised", loc);
    return word;
}

void copy_box(const Load& load) {
    const TensorMap& map = load.map;
    const int row_bytes = map.box_width * map.element_bytes;
    for (int r = 0; r < map.box_height; ++r) {
        for (int c = 0; c < row_bytes; c += 16) {
            const std::int64_t y = load.y + r, x = load.x + c / map.element_bytes;
            std::int64_t have = (map.width - x) * map.element_bytes;
            if (y < 0 || y >= map.height || x < 0 || have < 0) have = 0;
            std::uint32_t at = std::uint32_t(load.dst - shared_base()) + std::uint32_t(r * row_bytes + c);
            const std::uint32_t pattern = map.swizzle_bytes ? std::uint32_t(map.swizzle_bytes / 16 - 1) : 0;
            at ^= (at >> 7 & pattern) << 4;
            const char* from = have ? map.base + y * map.pitch_bytes + x * map.element_bytes : map.base;
            visible_copy_function(shared_base() + at, from, std::uint32_t(have > 16 ? 16 : have), 16);
        }
    }
}
void perform(const Load& load) {
    as_proxy(
        [](const void* p) {
            const auto& l = *static_cast<const Load*>(p);
            acquire(token(l.barrier));
            if (l.map.base)
                copy_box(l);
            else
                visible_copy_function(l.dst, l.src, l.bytes, l.bytes);
            release(token(l.barrier));
        },
        &load);
    Word word = read_word(load.barrier);
    word.bytes -= load.bytes;
    write_word(load.barrier, word);
}
void enqueue(const Load& load, const Loc& loc) {
    checked(load.barrier, loc);
    shared_check(load.dst, load.bytes, loc);
    release(token(load.barrier));
    if (async_happens_now()) return perform(load);
    for (Load& old : loads) {
        if (old.done) {
            old = load;
            return;
        }
    }
    if (loads.size() == kMaxLoads) fail("too many loads in flight", loc);
    loads.push_back(load);
}

}  // namespace

const char* tensor_map_error(const TensorMap& map) {
    if (!map.base || std::uintptr_t(map.base) % 16 != 0) return "the base of a tensor map must be 16-byte aligned";
    if (map.pitch_bytes % 16 != 0) return "the row pitch of a tensor map must be a multiple of 16 bytes";
    if (map.width <= 0 || map.height <= 0) return "a tensor map needs a positive size";
    if (map.box_width < 1 || map.box_width > 256 || map.box_height < 1 || map.box_height > 256) {
        return "a box of a tensor map has 1 to 256 elements a side";
    }
    if (map.box_width * map.element_bytes % 16 != 0) return "the inner box must be a multiple of 16 bytes";
    if (map.swizzle_bytes && map.box_width * map.element_bytes > map.swizzle_bytes) {
        return "the inner box must fit into the swizzle span";
    }
    return "";
}

void mbarrier_init(std::uint64_t* barrier, unsigned arrivals, const Loc& loc) {
    shared_check(barrier, 8, loc);
    if (arrivals == 0) fail("an mbarrier needs at least one arrival", loc);
    const Word word{kMagic, 0, arrivals, arrivals, 0, 0};
    std::uint64_t bits;
    std::memcpy(&bits, &word, 8);
    *const_cast<volatile std::uint64_t*>(barrier) = bits;
}
void mbarrier_arrive(std::uint64_t* barrier, std::uint32_t expected_bytes, const Loc& loc) {
    Word word = checked(barrier, loc);
    if (word.pending == 0) fail("more arrivals than the mbarrier expects", loc);
    release(token(barrier));
    word.bytes += expected_bytes;
    word.pending = word.pending - 1;
    write_word(barrier, word);
}
void mbarrier_wait(std::uint64_t* barrier, unsigned parity, const Loc& loc) {
    while (checked(barrier, loc).phase == (parity & 1)) {
        for (Load& load : loads) {
            if (load.barrier != barrier || load.done) continue;
            load.done = true;  // a flag, not an erase: no memmove inside a fiber
            perform(load);
            break;
        }
        if (checked(barrier, loc).phase == (parity & 1)) poll_yield(loc);
    }
    acquire(token(barrier));
}
void tma_load(void* dst, const TensorMap& map, std::uint64_t* barrier, int x, int y, const Loc& loc) {
    if (*tensor_map_error(map)) fail(tensor_map_error(map), loc);
    const std::uint32_t at = shared_offset(dst, loc);
    if (at % (map.swizzle_bytes == 128 ? 1024 : 128) != 0) fail("misaligned destination of a TMA load", loc);
    const auto bytes = std::uint32_t(map.box_width * map.box_height * map.element_bytes);
    enqueue({static_cast<char*>(dst), barrier, map, nullptr, bytes, x, y, false}, loc);
}
void bulk_copy(void* dst, const void* src, std::uint32_t bytes, std::uint64_t* barrier, const Loc& loc) {
    if (std::uintptr_t(dst) % 16 || std::uintptr_t(src) % 16 || bytes % 16 || bytes == 0) {
        fail("a bulk copy needs addresses and a size that are multiples of 16 bytes", loc);
    }
    enqueue({static_cast<char*>(dst), barrier, {}, static_cast<const char*>(src), bytes, 0, 0, false}, loc);
}

void hopper_reset() {
    loads.clear();
    loads.reserve(kMaxLoads);
    wgmma_reset();
}

}  // namespace studio::shim
