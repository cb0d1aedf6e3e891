// Libraries that are no plugin of this program: FAKE_VERSION knows another version, FAKE_SIZE another table.
#include <cstdint>

extern "C" {
#if defined(FAKE_VERSION)
const void* studio_cuda_table(std::uint32_t wanted) {
    static const std::uint32_t table = FAKE_VERSION;
    return wanted == FAKE_VERSION ? &table : nullptr;
}
#elif defined(FAKE_SIZE)
const void* studio_cuda_table(std::uint32_t wanted) {
    static std::uint32_t table[3];
    table[0] = wanted;
    table[1] = sizeof table;
    return table;
}
#else
int studio_some_other_function(void) {
    return 1;
}
#endif
}
