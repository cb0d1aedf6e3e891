#define STUDIO_CPU_SET plain
#define STUDIO_CPU_LANES 4
#include "kernels/sla/sla_cpu.inc"
