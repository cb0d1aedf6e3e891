#include "cli/interrupt.h"

#include <atomic>
#include <cstdlib>

#include "cli/command.h"
#include "core/platform.h"

namespace studio::cli {
namespace {

constexpr int kCtrlC = 2;

struct State {
    std::stop_source source;
    std::atomic<int> signal{0};
    std::atomic<int> scopes{0};
};

/// Never destroyed: the signal thread may still run while the process ends.
State& state() {
    static State* const the_state = new State;
    return *the_state;
}

void on_signal(int number) {
    State& s = state();
    int none = 0;
    const bool is_first = s.signal.compare_exchange_strong(none, number);
    if (!is_first || s.scopes.load() == 0) std::_Exit(kSignalBase + number);
    s.source.request_stop();
}

}  // namespace

void install_interrupt() {
    state();
    platform::on_termination(&on_signal);
}

InterruptScope::InterruptScope() {
    ++state().scopes;
}
InterruptScope::~InterruptScope() {
    --state().scopes;
}
std::stop_token InterruptScope::token() const {
    return state().source.get_token();
}

int interrupt_signal() {
    return state().signal.load();
}
int interrupt_exit_code() {
    const int number = interrupt_signal();
    return kSignalBase + (number != 0 ? number : kCtrlC);
}

}  // namespace studio::cli
