#define STUDIO_CPU_SET avx512
#define STUDIO_CPU_LANES 16
#include "kernels/vae/causal_conv_cpu.inc"
