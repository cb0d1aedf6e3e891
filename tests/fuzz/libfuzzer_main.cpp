// The whole of a libFuzzer program; clang's -fsanitize=fuzzer brings main().
#include <cstdint>

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    studio::fuzz::run_one({reinterpret_cast<const char*>(data), size});
    return 0;
}
