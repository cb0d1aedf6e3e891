// cli/interrupt.h - Ctrl-C, SIGTERM and SIGHUP as a stop token. The first asks politely, the second ends the process.
#pragma once
#include <stop_token>

namespace studio::cli {

/// Before any other thread exists.
void install_interrupt();

/// While one lives, the first signal only requests a stop; without one every signal ends the process at once.
class InterruptScope {
  public:
    InterruptScope();
    ~InterruptScope();
    InterruptScope(const InterruptScope&) = delete;
    InterruptScope& operator=(const InterruptScope&) = delete;
    std::stop_token token() const;
};

/// The signal that came, or 0.
int interrupt_signal();
/// 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP; 130 when no signal came (cancelled in another way).
int interrupt_exit_code();

}  // namespace studio::cli
