// io/vector_code.h - marks for functions that are compiled for several processors. Their file needs -O3.
#pragma once

// Loops over values gain from wide registers; the loader of the C library picks the copy that fits the processor.
// Sanitizers start too late for that.
#if defined(__GNUC__) && defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__) && !defined(__clang__)
#define STUDIO_CLONES __attribute__((target_clones("avx2", "default")))
#define STUDIO_INLINE inline __attribute__((always_inline))
#elif defined(__GNUC__)
#define STUDIO_CLONES
#define STUDIO_INLINE inline __attribute__((always_inline))
#else
#define STUDIO_CLONES
#define STUDIO_INLINE __forceinline
#endif
