#define STUDIO_CPU_SET avx2
#define STUDIO_CPU_LANES 8
#include "kernels/attention/sage_attention_cpu.inc"
