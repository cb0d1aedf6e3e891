// One window per user and data folder: handing over, dead owners, hostile messages.
#include <QDir>
#include <QFile>
#include <QLocalSocket>
#include <QProcess>
#include <QTemporaryDir>
#include <thread>

#include "gui_test.h"
#include "ui/desktop/single_instance.h"

using namespace studio;
using namespace studio::test;
using ui::Opening;
using ui::SingleInstance;

Q_DECLARE_METATYPE(studio::ui::Opening)

namespace {
Opening full() {
    return {{"/视频/a cat.mp4", "/tmp/\"quoted\"\nline.json"}, "一颗星 ✨ \\ \"", "demo", "/out", true, "token-1"};
}
std::filesystem::path fs(const QString& path) {
    return std::filesystem::path(path.toStdString());
}
}  // namespace

class InstanceTest : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> dir_;

    /// Another start, in a thread: handing over blocks as it does in a process of its own.
    SingleInstance::Outcome secondStart(const QString& folder, const Opening& opening, int timeout_ms = 10'000) {
        SingleInstance::Outcome outcome{};
        std::atomic<bool> is_done{false};
        std::thread other([&] {
            SingleInstance second(fs(folder));
            outcome = second.begin(opening, timeout_ms);
            is_done = true;
        });
        const bool ended = QTest::qWaitFor([&] { return is_done.load(); }, 30'000);
        other.join();
        if (!ended) qWarning("the second start hung");
        return outcome;
    }
    /// Write raw bytes to the socket; what it answers until it closes.
    QByteArray send(const QString& path, const QByteArray& bytes, int wait_ms = 10'000) {
        QLocalSocket socket;
        socket.connectToServer(path);
        if (!socket.waitForConnected(2000)) return "no connection";
        QByteArray reply;
        connect(&socket, &QLocalSocket::readyRead, &socket, [&] { reply += socket.readAll(); });
        socket.write(bytes);
        static_cast<void>(QTest::qWaitFor([&] { return socket.state() == QLocalSocket::UnconnectedState; }, wait_ms));
        reply += socket.readAll();
        return socket.state() == QLocalSocket::UnconnectedState ? reply : QByteArray("still open");
    }

  private Q_SLOTS:
    void initTestCase() { qRegisterMetaType<Opening>(); }
    void init() {
        dir_ = std::make_unique<QTemporaryDir>();
        qputenv("XDG_RUNTIME_DIR", dir_->path().toUtf8());  // 0700, as QTemporaryDir makes it
    }

    void messagesRoundTrip() {
        for (const Opening& opening : {Opening{}, full()}) {
            const auto line = ui::writeOpening(opening);
            QVERIFY(line.ok());
            QCOMPARE(line->count('\n'), 1);
            const auto back = ui::readOpening(*line);
            QVERIFY2(back.ok(), back.ok() ? "" : back.error().message.c_str());
            QVERIFY(*back == opening);
        }
    }

    void strangeMessagesAreRefused_data() {
        QTest::addColumn<QByteArray>("line");
        const QByteArray good = ui::writeOpening(full()).value().trimmed();
        const auto change = [&](const char* from, const char* to) { return QByteArray(good).replace(from, to); };
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("no object") << QByteArray("[]");
        QTest::newRow("cut") << good.left(good.size() - 1);
        QTest::newRow("more after it") << good + "{}";
        QTest::newRow("unknown key") << change("\"version\"", "\"evil\":1,\"version\"");
        QTest::newRow("key twice") << change("\"version\"", "\"prompt\":\"x\",\"version\"");
        QTest::newRow("other version") << change("\"version\":1", "\"version\":2");
        QTest::newRow("version as text") << change("\"version\":1", "\"version\":\"1\"");
        QTest::newRow("missing prompt") << change("\"prompt\":", "\"model\":");
        QTest::newRow("files no list") << QByteArray(good).replace(good.indexOf("\"files\":["), 9, "\"files\":{");
        QTest::newRow("file a number") << change("\"files\":[", "\"files\":[5,");
        QTest::newRow("relative file") << change("\"files\":[", "\"files\":[\"../x.mp4\",");
        QTest::newRow("network share") << change("\"output\":\"/out\"", "\"output\":\"out\"");
        QTest::newRow("NUL") << change("\"model\":\"demo\"", "\"model\":\"de\\u0000mo\"");
        QTest::newRow("generate as text") << change("\"generate\":true", "\"generate\":\"true\"");
        QTest::newRow("deep") << QByteArray(100'000, '[');
        QTest::newRow("bad UTF-8") << change("demo", "de\xff\xfemo");
        QTest::newRow("too many files") << change("\"files\":[",
                                                  ("\"files\":[" + QByteArray("\"/a\",").repeated(65)).constData());
        QTest::newRow("huge prompt") << change("\"prompt\":\"",
                                               ("\"prompt\":\"" + QByteArray(40'000, 'x')).constData());
        QTest::newRow("huge path") << change("\"files\":[",
                                             ("\"files\":[\"/" + QByteArray(20'000, 'x') + "\",").constData());
    }
    void strangeMessagesAreRefused() {
        QFETCH(QByteArray, line);
        const auto opening = ui::readOpening(line);
        QVERIFY(!opening.ok());
        QVERIFY(!opening.error().message.empty() && !opening.error().fix.empty());
    }

    void aSecondStartHandsOver() {
        SingleInstance first(fs(dir_->filePath("data")));
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        QSignalSpy asked(&first, &SingleInstance::asked);
        for (int i = 1; i <= 3; ++i) {
            QCOMPARE(secondStart(dir_->filePath("data"), full()), SingleInstance::Outcome::kHandedOver);
            QTRY_COMPARE(asked.size(), i);
        }
        QVERIFY(asked.front().front().value<Opening>() == full());
    }

    void anotherDataFolderIsAnotherWindow() {
        SingleInstance first(fs(dir_->filePath("data"))), second(fs(dir_->filePath("other")));
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        QCOMPARE(second.begin({}), SingleInstance::Outcome::kOwner);
        QVERIFY(first.socketPath() != second.socketPath());
    }

    void twoWaysToOneFolderAreOneWindow() {
        QVERIFY(QDir(dir_->path()).mkpath("data"));
        QVERIFY(QFile::link(dir_->filePath("data"), dir_->filePath("link")));
        SingleInstance first(fs(dir_->filePath("data")));
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        QCOMPARE(secondStart(dir_->filePath("link"), {}), SingleInstance::Outcome::kHandedOver);
    }

    void whatADeadOwnerLeavesIsReplaced() {
        const QString folder = dir_->filePath("data");
        QString path;
        {
            SingleInstance first(fs(folder));
            QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
            path = first.socketPath();
        }
        QFile stale(path);  // a socket file that nobody answers looks like this to connect()
        QVERIFY(stale.open(QIODevice::WriteOnly));
        stale.close();
        SingleInstance next(fs(folder));
        QCOMPARE(next.begin({}), SingleInstance::Outcome::kOwner);
        QCOMPARE(secondStart(folder, {}), SingleInstance::Outcome::kHandedOver);
    }

    void anOwnerThatDoesNotAnswerIsSaid() {
        // The lock is held, but nobody listens: a window that hangs before its start.
        QVERIFY(QDir(dir_->path()).mkpath("data/window"));
        const auto lock = store::OwnerLock::acquire(fs(dir_->filePath("data/window")));
        QVERIFY(lock.ok());
        QElapsedTimer clock;
        clock.start();
        SingleInstance second(fs(dir_->filePath("data")));
        QCOMPARE(second.begin({}, 400), SingleInstance::Outcome::kNoAnswer);
        QVERIFY(clock.elapsed() >= 400);
        QVERIFY(second.problem() && !second.problem()->message.empty());
    }

    void anOwnerThatIsJustStartingIsWaitedFor() {
        SingleInstance first(fs(dir_->filePath("data")));
        QTimer::singleShot(0, this, [&] {});
        std::atomic<int> owners{0}, handed{0};
        std::vector<std::thread> starts;
        // Two starts at the same moment: one becomes the owner in this thread, the others hand over to it.
        for (int i = 0; i < 4; ++i)
            starts.emplace_back([&] {
                QThread::msleep(20);
                SingleInstance other(fs(dir_->filePath("data")));
                const auto outcome = other.begin(full(), 10'000);
                owners += outcome == SingleInstance::Outcome::kOwner;
                handed += outcome == SingleInstance::Outcome::kHandedOver;
            });
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        QTRY_COMPARE_WITH_TIMEOUT(handed.load(), 4, 20'000);
        for (std::thread& start : starts)
            start.join();
        QCOMPARE(owners.load(), 0);
    }

    void aStartWhileTheOwnerEndsGetsAWindowOfItsOwn() {
        auto first = std::make_unique<SingleInstance>(fs(dir_->filePath("data")));
        QCOMPARE(first->begin({}), SingleInstance::Outcome::kOwner);
        first->close();
        QTimer::singleShot(500, this, [&] { first.reset(); });
        QCOMPARE(secondStart(dir_->filePath("data"), full(), 20'000), SingleInstance::Outcome::kOwner);
        QVERIFY(!first);
    }

    void hostileBytesChangeNothing() {
        SingleInstance first(fs(dir_->filePath("data")));
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        QSignalSpy asked(&first, &SingleInstance::asked);
        LoopWatchdog watchdog;
        QCOMPARE(send(first.socketPath(), "GET / HTTP/1.1\r\n\r\n"), QByteArray("refused\n"));
        QCOMPARE(send(first.socketPath(), QByteArray("\0\n", 2)), QByteArray("refused\n"));
        QCOMPARE(send(first.socketPath(), "\n"), QByteArray("refused\n"));
        QCOMPARE(send(first.socketPath(), QByteArray(600'000, 'x')), QByteArray("too long\n"));
        QCOMPARE(send(first.socketPath(), QByteArray(5'000'000, 'x') + "\n"), QByteArray("too long\n"));
        const QByteArray good = ui::writeOpening(full()).value();
        QCOMPARE(send(first.socketPath(), good + good + good), QByteArray("ok\n"));
        QCOMPARE(asked.size(), 1);  // one message a connection
        QVERIFY2(watchdog.worstMs() < 1000, qPrintable(QString::number(watchdog.worstMs())));
    }

    void aConnectionThatSaysNothingIsClosed() {
        SingleInstance first(fs(dir_->filePath("data")));
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        QElapsedTimer clock;
        clock.start();
        QCOMPARE(send(first.socketPath(), "{\"version\":", 20'000), QByteArray());
        QVERIFY2(clock.elapsed() > 3000, "closed before a slow start could have finished its line");
    }

    void manyConnectionsDoNotLockOthersOut() {
        SingleInstance first(fs(dir_->filePath("data")));
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        std::vector<std::unique_ptr<QLocalSocket>> idle;
        for (int i = 0; i < 40; ++i) {
            idle.push_back(std::make_unique<QLocalSocket>());
            idle.back()->connectToServer(first.socketPath());
        }
        QTest::qWait(50);
        QSignalSpy asked(&first, &SingleInstance::asked);
        QCOMPARE(secondStart(dir_->filePath("data"), full(), 20'000), SingleInstance::Outcome::kHandedOver);
        QTRY_COMPARE(asked.size(), 1);
    }

    void theSocketIsForThisUserAlone() {
        SingleInstance first(fs(dir_->filePath("data")));
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kOwner);
        const auto everybody = QFile::permissions(first.socketPath()) &
                               (QFile::ReadOther | QFile::WriteOther | QFile::ReadGroup | QFile::WriteGroup);
        QVERIFY(!everybody);
    }

    void aRuntimeFolderOpenToOthersIsNotUsed() {
        QFile::setPermissions(dir_->path(), QFile::Permissions(0x7777));
        SingleInstance first(fs(dir_->filePath("data")));
        QVERIFY(!first.socketPath().startsWith(dir_->path()));
        QFile::setPermissions(dir_->path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    void withoutARightToWriteItGoesOnAlone() {
        SingleInstance first("/proc/nothing/here");
        QCOMPARE(first.begin({}), SingleInstance::Outcome::kAlone);
        QVERIFY(first.problem());
    }
};

STUDIO_GUI_TEST(InstanceTest)
#include "instance_test.moc"
