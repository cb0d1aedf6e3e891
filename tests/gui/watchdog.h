// tests/gui/watchdog.h - counts how often the GUI thread did not return to its event loop in time.
#pragma once
#include <QMetaObject>
#include <QObject>
#include <QString>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>
#ifdef Q_OS_UNIX
#include <pthread.h>
#include <time.h>
#endif

namespace studio::test {

/// One time that the event loop stood still for longer than the limit.
struct Block {
    double wall_ms = 0;  // between two turns of the event loop
    double cpu_ms = 0;   // processor time that the GUI thread itself used in that time
    std::string during;  // the test's own words, see Watchdog::during
};

/// A helper thread asks the event loop for a sign of life and measures how long it takes, with the wall clock and with
/// the GUI thread's processor time. A block counts when the thread itself was busy for longer than the limit (its own
/// work, whatever else the machine does), or when it slept through `wait_factor` limits although the machine was free:
/// a read from a disk, a lock, another thread. How free the machine is, the helper thread measures on itself: it is
/// late too when the machine is busy.
///
/// Threads   made, asked and destroyed on the GUI thread.
class Watchdog : public QObject {
  public:
    explicit Watchdog(double limit_ms = 50, double wait_factor = 4) : limit_ms_(limit_ms), wait_factor_(wait_factor) {
#ifdef Q_OS_UNIX
        has_clock_ = ::pthread_getcpuclockid(::pthread_self(), &clock_) == 0;
#endif
        helper_ = std::thread([this] { watch(); });
    }
    ~Watchdog() override {
        ends_ = true;
        helper_.join();
    }

    /// Name what the test does now; blocks carry it.
    void during(const std::string& what) {
        const std::lock_guard lock(mutex_);
        during_ = what;
    }
    std::vector<Block> blocks() {
        const std::lock_guard lock(mutex_);
        return blocks_;
    }
    double worstCpuMs() const {
        return worst_cpu_ms_;
    }
    int turns() const {
        return turns_;
    }  // signs of life so far: 0 means that nothing was measured

    QString report() {
        QString text;
        for (const Block& block : blocks())
            text += QStringLiteral("%1: %2 ms (%3 ms of its own work)\n")
                        .arg(QString::fromStdString(block.during))
                        .arg(block.wall_ms, 0, 'f', 0)
                        .arg(block.cpu_ms, 0, 'f', 0);
        return text;
    }

  private:
    using Clock = std::chrono::steady_clock;
    static double msSince(Clock::time_point begin) {
        return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
    }
    /// Processor time of the GUI thread in ms; wall time where it cannot be had.
    double cpuMs() const {
#ifdef Q_OS_UNIX
        timespec t{};
        if (has_clock_ && ::clock_gettime(clock_, &t) == 0) return double(t.tv_sec) * 1e3 + double(t.tv_nsec) / 1e6;
#endif
        return msSince(start_);
    }

    void watch() {
        double late_ms = 0;  // how much later than asked this thread woke up, while the GUI thread was silent
        while (!ends_) {
            const auto answered = std::make_shared<std::atomic<bool>>(false);
            const auto begin = Clock::now();
            const double cpu = cpuMs();
            late_ms = 0;
            QMetaObject::invokeMethod(
                this, [answered] { *answered = true; }, Qt::QueuedConnection);
            while (!*answered && !ends_) {
                const auto nap = Clock::now();
                std::this_thread::sleep_for(std::chrono::milliseconds(kNapMs));
                late_ms += std::max(0.0, msSince(nap) - kNapMs);
            }
            if (!*answered) return;
            judge(msSince(begin), cpuMs() - cpu, late_ms);
            std::this_thread::sleep_for(std::chrono::milliseconds(kNapMs));
        }
    }
    void judge(double wall_ms, double cpu_ms, double late_ms) {
        ++turns_;
        if (cpu_ms > worst_cpu_ms_) worst_cpu_ms_ = cpu_ms;
        const bool was_busy = cpu_ms > limit_ms_;
        const bool was_waiting = wall_ms - cpu_ms - late_ms > wait_factor_ * limit_ms_ && late_ms < limit_ms_;
        if (!was_busy && !was_waiting) return;
        const std::lock_guard lock(mutex_);
        blocks_.push_back({wall_ms, cpu_ms, during_});
    }

    static constexpr int kNapMs = 2;
    const double limit_ms_, wait_factor_;
    const Clock::time_point start_ = Clock::now();
#ifdef Q_OS_UNIX
    clockid_t clock_{};
#endif
    bool has_clock_ = false;
    std::atomic<bool> ends_{false};
    std::atomic<double> worst_cpu_ms_{0};
    std::atomic<int> turns_{0};
    std::mutex mutex_;
    std::string during_;         // guarded by mutex_
    std::vector<Block> blocks_;  // guarded by mutex_
    std::thread helper_;
};

}  // namespace studio::test
