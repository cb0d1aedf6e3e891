#define STUDIO_CPU_SET avx2
#define STUDIO_CPU_LANES 8
#include "kernels/gemm_int8/quantize_tiles_cpu.inc"
