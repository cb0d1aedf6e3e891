// tensor/side_stream.h - a helper thread that prepares tensors beside the one that computes.
#pragma once
#include <memory>

#include "tensor/torch_compat.h"

namespace studio {

/// While one lives, this thread works in inference mode, on one core, and on a graphics card in a stream of its own, so
/// that its copies run beside the computation.
class HelperThread {
  public:
    explicit HelperThread(at::Device device);
    ~HelperThread();
    HelperThread(const HelperThread&) = delete;
    HelperThread& operator=(const HelperThread&) = delete;

    /// What was started on the card is done: its results may be used in any stream.
    void finish() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Wait until this thread's work on the card is done, so that what it used may be freed. Nothing on a CPU.
void finish_device_work(at::Device device);

}  // namespace studio
