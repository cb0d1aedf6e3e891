// core/bounded_queue.h - values from a fast thread to a slow one, where the fast one waits instead of piling up.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

namespace studio {

/// Blocking queue of at most `capacity` values (at least 1).
/// Threads   All members are safe from any thread, any number of producers and consumers.
template <class T>
class BoundedQueue {
  public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity == 0 ? 1 : capacity) {}
    BoundedQueue(const BoundedQueue&) = delete;
    BoundedQueue& operator=(const BoundedQueue&) = delete;

    /// Wait for room, then store. False when the queue is closed; the value is then dropped.
    bool push(T value) {
        std::unique_lock lock(mutex_);
        room_.wait(lock, [&] { return is_closed_ || items_.size() < capacity_; });
        if (is_closed_) return false;
        items_.push_back(std::move(value));
        lock.unlock();
        ready_.notify_one();
        return true;
    }

    /// Wait for a value. Nothing once the queue is closed and empty.
    std::optional<T> pop() {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [&] { return is_closed_ || !items_.empty(); });
        if (items_.empty()) return std::nullopt;
        std::optional<T> value(std::move(items_.front()));
        items_.pop_front();
        lock.unlock();
        room_.notify_one();
        return value;
    }

    /// No more values: wakes everyone. What is stored can still be popped.
    void close() {
        {
            std::lock_guard lock(mutex_);
            is_closed_ = true;
        }
        room_.notify_all();
        ready_.notify_all();
    }

    /// Close and drop what is stored, for a cancelled job.
    void close_and_clear() {
        {
            std::lock_guard lock(mutex_);
            is_closed_ = true;
            items_.clear();
        }
        room_.notify_all();
        ready_.notify_all();
    }

    std::size_t size() const {
        std::lock_guard lock(mutex_);
        return items_.size();
    }

  private:
    mutable std::mutex mutex_;
    std::condition_variable room_, ready_;
    std::deque<T> items_;
    const std::size_t capacity_;
    bool is_closed_ = false;
};

}  // namespace studio
