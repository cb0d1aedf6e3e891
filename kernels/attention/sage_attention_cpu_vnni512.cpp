#define STUDIO_CPU_SET vnni512
#define STUDIO_CPU_LANES 16
#define STUDIO_CPU_VNNI
#include "kernels/attention/sage_attention_cpu.inc"
