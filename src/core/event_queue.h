// core/event_queue.h - values from one thread to another, with a wake-up that may only wake.
#pragma once
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace studio {

/// Unbounded queue; many producers, one consumer.
/// Threads   All members are safe from any thread. The wake-up runs on the producer's thread and must not work or
/// block.
template <class T>
class EventQueue {
  public:
    /// After this returns with an empty function, no wake-up is running or will run.
    void set_wakeup(std::function<void()> wakeup) {
        std::lock_guard lock(wakeup_mutex_);
        wakeup_ = std::move(wakeup);
    }

    void push(T value) {
        {
            std::lock_guard lock(mutex_);
            items_.push_back(std::move(value));
        }
        ready_.notify_one();
        std::lock_guard lock(wakeup_mutex_);
        if (wakeup_) wakeup_();
    }

    /// Replace the newest item if `same(newest)` says it may be; push otherwise. Keeps progress from piling up.
    template <class Same>
    void push_or_replace(T value, Same same) {
        {
            std::lock_guard lock(mutex_);
            if (!items_.empty() && same(items_.back())) {
                items_.back() = std::move(value);
                return;
            }
        }
        push(std::move(value));
    }

    std::vector<T> drain() {
        std::lock_guard lock(mutex_);
        std::vector<T> out(std::make_move_iterator(items_.begin()), std::make_move_iterator(items_.end()));
        items_.clear();
        return out;
    }

    std::optional<T> wait_pop(std::chrono::milliseconds timeout) {
        std::unique_lock lock(mutex_);
        if (!ready_.wait_for(lock, timeout, [&] { return !items_.empty(); })) return std::nullopt;
        T out = std::move(items_.front());
        items_.pop_front();
        return out;
    }

  private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<T> items_;
    std::mutex wakeup_mutex_;
    std::function<void()> wakeup_;
};

}  // namespace studio
