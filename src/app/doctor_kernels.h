// app/doctor_kernels.h - doctor's finding about our own kernels. Private to app.
#pragma once
#include "app/doctor.h"

namespace studio {
/// One line; with checks every kernel is run once, and one that is wrong here makes it a problem.
Finding kernels_finding(bool with_checks);
}  // namespace studio
