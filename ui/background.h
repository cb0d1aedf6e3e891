// ui/background.h - blocking work on pool threads whose result comes back to the GUI thread, or not at all.
#pragma once
#include <QMetaObject>
#include <QObject>
#include <QThreadPool>
#include <memory>
#include <type_traits>
#include <utility>

#include "core/error.h"

namespace studio::ui {

/// Run `work()`, which returns a Result of some kind, and turn whatever it throws into that Result's Error.
template <class Work>
auto guarded(Work&& work) -> std::invoke_result_t<Work> {
    try {
        return work();
    } catch (const Failure& failure) {
        return failure.error();
    } catch (const std::bad_alloc&) {
        return Error{ErrorCode::kOutOfMemory,
                     "There is not enough memory for this.",
                     {},
                     {},
                     "Close other programs, or choose a smaller size or a shorter video.",
                     {}};
    } catch (const std::exception& problem) {
        return Error{ErrorCode::kInternal, problem.what(), {}, {}, "Try again; if it happens again, report it.", {}};
    }
}

/// Threads     run() on the GUI thread; `work` on a pool thread, where it must not throw; `done(result)` on the GUI
/// thread. Ownership   the destructor drops what has not begun, waits for what has, and guarantees that no `done` runs
/// afterwards.
class Background : public QObject {
  public:
    explicit Background(QObject* parent = nullptr) : QObject(parent) {}
    ~Background() override {
        pool_.clear();
        pool_.waitForDone();
    }

    template <class Work, class Done>
    void run(Work work, Done done) {
        pool_.start([this, work = std::move(work), done = std::move(done)]() mutable {
            auto result = std::make_shared<std::invoke_result_t<Work>>(work());
            QMetaObject::invokeMethod(
                this, [result, done = std::move(done)]() mutable { done(std::move(*result)); }, Qt::QueuedConnection);
        });
    }
    bool isIdle() const { return pool_.activeThreadCount() == 0; }
    /// Block until all work is done; its `done` calls still come later.
    void waitForAll() { pool_.waitForDone(); }

  private:
    QThreadPool pool_;
};

}  // namespace studio::ui
