#define STUDIO_CPU_SET plain
#define STUDIO_CPU_LANES 4
#include "kernels/attention/block_attention_cpu.inc"
