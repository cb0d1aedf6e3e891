#define STUDIO_CPU_SET plain
#define STUDIO_CPU_LANES 4
#include "kernels/attention/sage_attention_cpu.inc"
