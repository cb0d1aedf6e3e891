#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/bounded_queue.h"
#include "core/event_queue.h"

namespace studio {
namespace {

using namespace std::chrono_literals;

TEST(EventQueue, KeepsOrderPerProducer) {
    EventQueue<std::pair<int, int>> queue;
    constexpr int kProducers = 4, kEach = 2000;
    std::vector<std::jthread> producers;
    for (int p = 0; p < kProducers; ++p) {
        producers.emplace_back([&queue, p] {
            for (int i = 0; i < kEach; ++i)
                queue.push({p, i});
        });
    }
    std::vector<int> next(kProducers, 0);
    for (int received = 0; received < kProducers * kEach; ++received) {
        const auto item = queue.wait_pop(5000ms);
        ASSERT_TRUE(item);
        EXPECT_EQ(item->second, next[static_cast<std::size_t>(item->first)]++);
    }
    EXPECT_FALSE(queue.wait_pop(0ms));
}

TEST(EventQueue, NoWakeUpRunsAfterItWasTakenAway) {
    EventQueue<int> queue;
    std::atomic<bool> is_alive{true};
    std::atomic<int> wake_ups{0}, late{0};
    queue.set_wakeup([&] {
        ++wake_ups;
        if (!is_alive) ++late;
    });
    std::jthread producer([&](std::stop_token stop) {
        for (int i = 0; !stop.stop_requested(); ++i)
            queue.push(i);
    });
    while (wake_ups < 100)
        std::this_thread::yield();
    queue.set_wakeup({});
    is_alive = false;
    std::this_thread::sleep_for(20ms);
    producer.request_stop();
    producer.join();
    EXPECT_EQ(late, 0);
    EXPECT_FALSE(queue.drain().empty());
    EXPECT_TRUE(queue.drain().empty());
}

TEST(EventQueue, ReplacesOnlyTheNewestAndOnlyWhenAllowed) {
    EventQueue<int> queue;
    const auto same_sign = [](int value) { return [value](int newest) { return (newest < 0) == (value < 0); }; };
    for (const int value : {1, 2, 3, -1, 4, 5})
        queue.push_or_replace(value, same_sign(value));
    EXPECT_EQ(queue.drain(), (std::vector<int>{3, -1, 5}));
}

TEST(BoundedQueue, MakesTheProducerWait) {
    BoundedQueue<int> queue(2);
    std::atomic<int> pushed{0};
    std::jthread producer([&] {
        for (int i = 0; i < 5; ++i) {
            ASSERT_TRUE(queue.push(i));
            ++pushed;
        }
        queue.close();
    });
    while (pushed < 2)
        std::this_thread::yield();
    std::this_thread::sleep_for(20ms);
    EXPECT_EQ(pushed, 2) << "the queue took more than its capacity";
    for (int i = 0; i < 5; ++i)
        EXPECT_EQ(queue.pop(), i);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, CloseWakesEveryoneAndKeepsWhatIsStored) {
    BoundedQueue<int> queue(1);
    ASSERT_TRUE(queue.push(7));
    std::atomic<int> refused{0};
    std::vector<std::jthread> producers;
    for (int i = 0; i < 3; ++i) {
        producers.emplace_back([&] { refused += queue.push(8) ? 0 : 1; });
    }
    std::this_thread::sleep_for(10ms);
    queue.close();
    producers.clear();
    EXPECT_EQ(refused, 3);
    EXPECT_FALSE(queue.push(9));
    EXPECT_EQ(queue.pop(), 7);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, CloseAndClearDropsWhatIsStored) {
    BoundedQueue<std::unique_ptr<int>> queue(4);
    ASSERT_TRUE(queue.push(std::make_unique<int>(1)));
    queue.close_and_clear();
    EXPECT_EQ(queue.size(), 0u);
    EXPECT_EQ(queue.pop(), std::nullopt);
}

TEST(BoundedQueue, ManyThreadsLoseNothing) {
    BoundedQueue<int> queue(3);
    std::atomic<long> sum{0};
    std::atomic<int> producing{4};
    std::vector<std::jthread> threads;
    for (int p = 0; p < 4; ++p) {
        threads.emplace_back([&] {
            for (int i = 1; i <= 1000; ++i)
                queue.push(i);
            if (--producing == 0) queue.close();
        });
        threads.emplace_back([&] {
            while (auto value = queue.pop())
                sum += *value;
        });
    }
    threads.clear();
    EXPECT_EQ(sum, 4L * 1000 * 1001 / 2);
}

}  // namespace
}  // namespace studio
