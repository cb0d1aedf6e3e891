#define STUDIO_DOT dot_plain
#define STUDIO_CPU_LANES 4
#define STUDIO_DOT_BYTES 2
#include "kernels/gemm_int8/w8a8_cpu.inc"
