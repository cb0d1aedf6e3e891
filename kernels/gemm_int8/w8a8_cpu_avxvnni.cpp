#define STUDIO_DOT dot_avxvnni
#define STUDIO_CPU_LANES 8
#define STUDIO_DOT_BYTES 1
#include "kernels/gemm_int8/w8a8_cpu.inc"
