// ui/desktop/single_instance.h - one window per user and data folder: a second start hands over what it was asked for.
#pragma once
#include <QByteArray>
#include <QLocalServer>
#include <QObject>
#include <filesystem>
#include <memory>
#include <optional>

#include "store/owner_lock.h"
#include "ui/desktop/opening.h"

class QLocalSocket;

namespace studio::ui {

/// The place of a window with this data folder. Who owns it is decided by a lock that the operating system keeps
/// (store/ owner_lock.h), so that a program that died leaves nothing behind that could be taken for a living one: with
/// the lock in hand, a socket that is still there is stale and is replaced.
///
/// The socket lies in a folder that only this user can enter, is named after the data folder, and answers only to
/// processes of this user. Messages are bounded in size and time (desktop/opening.h).
/// Threads   GUI thread; handOver blocks and is for a process without a window yet.
class SingleInstance : public QObject {
    Q_OBJECT
  public:
    /// `folder`: this window's data folder (platform::user_data_dir()); made if it is missing.
    explicit SingleInstance(const std::filesystem::path& folder, QObject* parent = nullptr);
    ~SingleInstance() override;

    enum class Outcome {
        kOwner,       // this process is the one: listen() has been done, `asked` may come
        kHandedOver,  // another one has taken the message: end with 0
        kNoAnswer,    // another one lives but does not answer; problem() says more
        kAlone        // neither lock nor socket can be made here: go on without; problem() says why
    };
    /// Become the owner, or give `opening` to the one that is. Waits at most `timeout_ms` for another one that is just
    /// starting or busy.
    Outcome begin(const Opening& opening, int timeout_ms = 10'000);
    /// Take no more messages: the next start waits until this process is gone and has a window of its own.
    void close() { server_.close(); }
    const std::optional<Error>& problem() const { return problem_; }
    QString socketPath() const { return socket_path_; }

  Q_SIGNALS:
    /// Another start asked for this; the window should come to the front.
    void asked(const studio::ui::Opening& opening);

  private:
    bool listen();
    bool handOver(const QByteArray& message, int timeout_ms);
    void onConnection();
    void onData(QLocalSocket* socket);
    void answer(QLocalSocket* socket, const QByteArray& line);

    std::filesystem::path folder_;
    QString socket_path_;
    std::optional<store::OwnerLock> lock_;
    std::optional<Error> problem_;
    QLocalServer server_;
    int connections_ = 0;
};

}  // namespace studio::ui
