#include "ui/desktop/single_instance.h"

#include <QCryptographicHash>
#include <QDeadlineTimer>
#include <QDir>
#include <QFileInfo>
#include <QLocalSocket>
#include <QThread>
#include <QTimer>

#include "core/log.h"
#include "core/text.h"
#ifdef Q_OS_UNIX
#include <sys/stat.h>
#include <unistd.h>
#endif
#ifdef Q_OS_LINUX
#include <sys/socket.h>
#endif

namespace studio::ui {

namespace {
constexpr int kMaxConnections = 16;
constexpr int kMessageTimeoutMs = 5'000;  // from the connection to the end of its line
constexpr int kRetryMs = 50;

QString hashOf(const std::filesystem::path& folder) {
    std::error_code problem;
    auto real = std::filesystem::weakly_canonical(folder, problem);
    const QByteArray name = QByteArray::fromStdString(path_to_utf8(problem ? folder : real));
    return QString::fromLatin1(QCryptographicHash::hash(name, QCryptographicHash::Sha256).toHex().left(16));
}

#ifdef Q_OS_UNIX
/// A folder that is mine and closed to everybody else.
bool isPrivate(const QString& path) {
    struct stat about {};
    return ::lstat(QFile::encodeName(path).constData(), &about) == 0 && S_ISDIR(about.st_mode) &&
           about.st_uid == ::geteuid() && (about.st_mode & 077) == 0;
}

/// Short on purpose: a socket's path may have 107 bytes.
QString socketFolder() {
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (!runtime.isEmpty() && runtime.size() < 60 && isPrivate(runtime)) return runtime;
    const QString own = QStringLiteral("/tmp/turbo-studio-%1").arg(::geteuid());
    ::mkdir(QFile::encodeName(own).constData(), 0700);
    return isPrivate(own) ? own : QString();
}

QString socketPathFor(const std::filesystem::path& folder) {
    const QString place = socketFolder();
    return place.isEmpty() ? QString() : place + QStringLiteral("/turbo-studio-") + hashOf(folder);
}
#else
QString socketPathFor(const std::filesystem::path& folder) {
    return QStringLiteral("turbo-studio-") + hashOf(folder);  // a pipe; UserAccessOption keeps others out
}
#endif

/// Is the other end a process of this user?
bool isMine([[maybe_unused]] const QLocalSocket& socket) {
#ifdef Q_OS_LINUX
    ucred peer{};
    socklen_t size = sizeof peer;
    return ::getsockopt(int(socket.socketDescriptor()), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           peer.uid == ::geteuid();
#else
    return true;
#endif
}
}  // namespace

SingleInstance::SingleInstance(const std::filesystem::path& folder, QObject* parent)
    : QObject(parent), folder_(folder / "window"), socket_path_(socketPathFor(folder)) {
    connect(&server_, &QLocalServer::newConnection, this, &SingleInstance::onConnection);
}

SingleInstance::~SingleInstance() = default;

SingleInstance::Outcome SingleInstance::begin(const Opening& opening, int timeout_ms) {
    const auto message = writeOpening(opening);
    if (!message.ok()) problem_ = message.error();
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (failed || socket_path_.isEmpty()) {
        problem_ = Error{ErrorCode::kIo,
                         "Whether another window is open cannot be known here.",
                         path_to_utf8(folder_),
                         {},
                         "Give yourself the right to write in the data folder.",
                         {}};
        return Outcome::kAlone;
    }
    const QDeadlineTimer deadline(timeout_ms);
    do {
        auto lock = store::OwnerLock::acquire(folder_);
        if (lock.ok()) {
            lock_ = std::move(lock).value();
            return listen() ? Outcome::kOwner : Outcome::kAlone;
        }
        problem_ = lock.error();
        if (!message.ok()) return problem_ = message.error(), Outcome::kNoAnswer;
        if (handOver(*message, int(deadline.remainingTime()))) return Outcome::kHandedOver;
        QThread::msleep(kRetryMs);  // it is just starting, or just ending
    } while (!deadline.hasExpired());
    return Outcome::kNoAnswer;
}

bool SingleInstance::listen() {
    QLocalServer::removeServer(socket_path_);  // we hold the lock: whoever made it is gone
    server_.setSocketOptions(QLocalServer::UserAccessOption);
    server_.setMaxPendingConnections(kMaxConnections);
    if (server_.listen(socket_path_)) return true;
    problem_ =
        Error{ErrorCode::kIo,
              "Other starts of the program cannot reach this window: " + server_.errorString().toStdString() + ".",
              socket_path_.toStdString(),
              {},
              "Make room in the temporary folder.",
              {}};
    return false;
}

bool SingleInstance::handOver(const QByteArray& message, int timeout_ms) {
    const QDeadlineTimer deadline(timeout_ms);
    QLocalSocket socket;
    socket.connectToServer(socket_path_);
    if (!socket.waitForConnected(int(deadline.remainingTime())) || !isMine(socket)) return false;
    socket.write(message);
    QByteArray reply;
    while (!reply.contains('\n') && reply.size() < 64) {
        if (socket.bytesToWrite() == 0 && !socket.waitForReadyRead(int(deadline.remainingTime()))) return false;
        if (socket.bytesToWrite() > 0 && !socket.waitForBytesWritten(int(deadline.remainingTime()))) return false;
        reply += socket.readAll();
    }
    return reply.startsWith("ok\n");
}

void SingleInstance::onConnection() {
    while (QLocalSocket* socket = server_.nextPendingConnection()) {
        if (connections_ >= kMaxConnections || !isMine(*socket)) {
            socket->abort();
            socket->deleteLater();
            continue;
        }
        ++connections_;
        socket->setReadBufferSize(kMaxOpeningBytes + 1);
        connect(socket, &QObject::destroyed, this, [this] { --connections_; });
        connect(socket, &QLocalSocket::disconnected, socket, &QObject::deleteLater);
        connect(socket, &QLocalSocket::readyRead, this, [this, socket] { onData(socket); });
        QTimer::singleShot(kMessageTimeoutMs, socket, [socket] {
            socket->abort();
            socket->deleteLater();
        });
        onData(socket);  // what came with the connection
    }
}

void SingleInstance::onData(QLocalSocket* socket) {
    if (socket->property("answered").toBool()) {
        socket->readAll();  // one message a connection
        return;
    }
    if (socket->bytesAvailable() > kMaxOpeningBytes) return answer(socket, "too long\n");
    if (!socket->canReadLine()) return;
    const auto opening = readOpening(socket->readLine(kMaxOpeningBytes + 1));
    if (!opening.ok()) {
        log::warning("A message from another start was refused: {}", opening.error().message);
        return answer(socket, "refused\n");
    }
    answer(socket, "ok\n");
    Q_EMIT asked(*opening);
}

void SingleInstance::answer(QLocalSocket* socket, const QByteArray& line) {
    socket->setProperty("answered", true);
    socket->write(line);
    socket->flush();
    socket->disconnectFromServer();
}

}  // namespace studio::ui
