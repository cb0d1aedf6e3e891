#include "tensor/side_stream.h"

#include <c10/core/StreamGuard.h>
#include <c10/core/impl/VirtualGuardImpl.h>

#include <optional>

namespace studio {

struct HelperThread::State {
    explicit State(at::Device where) : device(where), threads(at::get_num_threads()) {
        if (device.is_cpu()) {
            // The count is this thread's own, but LibTorch also notes it for threads that start later: put back at the
            // end.
            at::set_num_threads(1);
            return;
        }
        const c10::impl::VirtualGuardImpl driver(device.type());
        stream.emplace(driver.getStreamFromGlobalPool(device, false));
    }
    ~State() {
        if (device.is_cpu()) at::set_num_threads(threads);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    c10::InferenceMode mode;
    at::Device device;
    int threads;
    std::optional<c10::StreamGuard> stream;
};

HelperThread::HelperThread(at::Device device) : state_(std::make_unique<State>(device)) {}
HelperThread::~HelperThread() = default;

void HelperThread::finish() const {
    if (state_->device.is_cpu()) return;
    const c10::impl::VirtualGuardImpl driver(state_->device.type());
    driver.synchronizeStream(state_->stream->current_stream());
}

void finish_device_work(at::Device device) {
    if (device.is_cpu()) return;
    const c10::impl::VirtualGuardImpl driver(device.type());
    driver.synchronizeStream(driver.getStream(device));
}

}  // namespace studio
