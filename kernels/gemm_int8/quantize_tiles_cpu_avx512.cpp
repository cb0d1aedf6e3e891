#define STUDIO_CPU_SET avx512
#define STUDIO_CPU_LANES 16
#include "kernels/gemm_int8/quantize_tiles_cpu.inc"
