#include "tensor/torch_compat.h"
