#define STUDIO_DOT dot_avx512
#define STUDIO_CPU_LANES 16
#define STUDIO_DOT_BYTES 2
#include "kernels/gemm_int8/w8a8_cpu.inc"
