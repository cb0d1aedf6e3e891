#define STUDIO_CPU_SET avx2
#define STUDIO_CPU_LANES 8
#include "kernels/vae/causal_conv_cpu.inc"
