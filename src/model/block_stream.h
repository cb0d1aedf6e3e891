// model/block_stream.h - blocks of a network made ready one after the other: the next on a helper thread while the one
// before computes. At most two exist at a time.
#pragma once
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "tensor/side_stream.h"

namespace studio {

/// `Block` owns or views its weights; to drop it is to free it.
/// Threads   take() from one thread; make() and forget() run on the helper.
template <class Block>
class BlockStream {
  public:
    using Make = std::function<Block(std::int64_t index)>;
    using Forget = std::function<void(std::int64_t index)>;

    /// `forget` is told each block that was taken and is no longer in use.
    BlockStream(std::int64_t count, at::Device device, Make make, Forget forget)
        : count_(count), device_(device), make_(std::move(make)), forget_(std::move(forget)) {
        helper_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
    }
    BlockStream(const BlockStream&) = delete;
    BlockStream& operator=(const BlockStream&) = delete;

    /// Block `index`, and start on the one after it (after the last comes the first: another pass will follow). The
    /// block taken before must be dropped first.   Throws  what make() threw.
    Block take(std::int64_t index) {
        std::unique_lock lock(mutex_);
        if (wanted_ != index && ready_index_ != index) {
            changed_.wait(lock, [&] { return wanted_ < 0; });  // what is being made cannot be stopped
            ready_.reset();
            start(index);
        }
        changed_.wait(lock, [&] { return ready_index_ == index; });
        if (error_) {
            ready_index_ = -1;
            std::rethrow_exception(std::exchange(error_, nullptr));
        }
        Block block = std::move(*ready_);
        ready_.reset();
        ready_index_ = -1;
        used_ = std::exchange(in_use_, index);
        start((index + 1) % count_);
        return block;
    }

  private:
    void start(std::int64_t index) {
        ready_index_ = -1;
        wanted_ = index;
        changed_.notify_all();
    }

    void work(const std::stop_token& stop) {
        const HelperThread helper(device_);  // one core: the others compute
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, stop, [&] { return wanted_ >= 0; });
            if (stop.stop_requested()) return;
            const std::int64_t index = wanted_, used = std::exchange(used_, -1);
            lock.unlock();
            std::optional<Block> block;
            std::exception_ptr error;
            try {
                if (used >= 0 && used != index) forget_(used);
                block = make_(index);
                helper.finish();
            } catch (...) {
                error = std::current_exception();
            }
            lock.lock();
            ready_ = std::move(block);
            error_ = error;
            ready_index_ = index;
            wanted_ = -1;
            changed_.notify_all();
        }
    }

    const std::int64_t count_;
    const at::Device device_;
    const Make make_;
    const Forget forget_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Block> ready_;
    std::exception_ptr error_;
    std::int64_t wanted_ = -1, ready_index_ = -1;  // being made; made
    std::int64_t in_use_ = -1, used_ = -1;         // taken last; dropped, its pages not yet forgotten
    std::jthread helper_;                          // last: it uses all of the above
};

}  // namespace studio
