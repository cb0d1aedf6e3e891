#define STUDIO_CPU_SET plain
#define STUDIO_CPU_LANES 4
#include "kernels/gemm_int8/quantize_tiles_cpu.inc"
