// Notices and the task bar, on a private message bus (dbus-run-session): a desktop played by the test listens.
#include <QDBusConnection>
#include <QDBusMessage>

#include "ui/desktop/presence.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

/// The part of a desktop that shows notices and progress.
class Desktop : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

  public:
    struct Notice {
        uint replaces;
        QString title, text;
        QStringList actions;
        QVariantMap hints;
    };
    QList<Notice> notices;
    QList<QVariantMap> progress;
    QString uri;

    void press(uint id) {
        Q_EMIT ActivationToken(id, "token-7");
        Q_EMIT ActionInvoked(id, "default");
    }

  public Q_SLOTS:
    uint Notify(const QString&, uint replaces, const QString&, const QString& title, const QString& text,
                const QStringList& actions, const QVariantMap& hints, int) {
        notices << Notice{replaces, title, text, actions, hints};
        return 7;
    }
    void onUpdate(const QString& of, const QVariantMap& values) {
        uri = of;
        progress << values;
    }

  Q_SIGNALS:
    void ActionInvoked(uint id, const QString& key);
    void ActivationToken(uint id, const QString& token);
};

class PresenceTest : public WindowFixture {
    Q_OBJECT

    std::unique_ptr<Desktop> desktop_;
    ui::PreferencesStore preferences_;

    void openHere() {
        ui::WindowOptions options;
        options.preferences = &preferences_;
        open(options);
    }
    /// The person looks elsewhere.
    void leave() {
        window_->hide();
        QTRY_VERIFY(!QApplication::activeWindow());
    }
    JobId wait(const QString& prompt) {
        const std::size_t before = script_->submitCount();
        type(prompt);
        press("generateButton");
        if (!QTest::qWaitFor([&] { return script_->submitCount() == before + 1; })) qFatal("not submitted");
        return JobId(before + 1);
    }
    void end(JobId id, bool is_good = true) {
        const JobFinished event = finished(id, script_->submitted.at(id - 1));
        script_->end(id, is_good ? store::JobState::kFinished : store::JobState::kFailed);
        if (is_good)
            script_->events.push(event);
        else
            script_->events.push(JobFailed{id, Error{ErrorCode::kIo, "m", {}, {}, "f", {}}, {}});
        script_->events.push(QueueChanged{});
    }
    void beginNext(JobId id) {
        {
            const std::lock_guard lock(script_->mutex);
            for (store::JobRecord& job : script_->waiting)
                if (JobId(job.id) == id) job.state = store::JobState::kRunning;
        }
        script_->events.push(started(id, script_->submitted.at(id - 1)));
        script_->events.push(QueueChanged{});
        QTRY_VERIFY(window_->session().currentJob() == id);
    }

  private Q_SLOTS:
    void initTestCase() {
        QGuiApplication::setDesktopFileName("org.turbostudio.TurboStudio");
        if (!QDBusConnection::sessionBus().isConnected()) QSKIP("There is no message bus; run it by dbus-run-session.");
    }
    void init() {
        reset();
        QVERIFY(preferences_.resetAll().ok());
        desktop_ = std::make_unique<Desktop>();
        auto bus = QDBusConnection::connectToBus(QDBusConnection::SessionBus, "desktop");
        QVERIFY(bus.registerService("org.freedesktop.Notifications"));
        QVERIFY(bus.registerObject("/org/freedesktop/Notifications", desktop_.get(),
                                   QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals));
        QVERIFY(bus.connect({}, {}, "com.canonical.Unity.LauncherEntry", "Update", desktop_.get(),
                            SLOT(onUpdate(QString, QVariantMap))));
    }
    void cleanup() {
        window_.reset();
        QDBusConnection::disconnectFromBus("desktop");
    }

    void oneNoticeForTheWholeQueue() {
        openHere();
        const JobId first = generate("one");
        const JobId second = wait("two"), third = wait("three");
        leave();
        end(first);
        beginNext(second);
        end(second);
        beginNext(third);
        QTest::qWait(100);
        QCOMPARE(desktop_->notices.size(), 0);
        end(third);
        QTRY_COMPARE(desktop_->notices.size(), 1);
        QCOMPARE(desktop_->notices.front().title, QString("The queue is finished"));
        QVERIFY2(desktop_->notices.front().text.startsWith("3 "), qPrintable(desktop_->notices.front().text));
        QVERIFY(desktop_->notices.front().hints.contains("suppress-sound"));
        QCOMPARE(desktop_->notices.front().hints["desktop-entry"].toString(), QString("org.turbostudio.TurboStudio"));
        QTest::qWait(100);
        QCOMPARE(desktop_->notices.size(), 1);
        // The next queue replaces the notice instead of making a heap.
        const JobId fourth = wait("four");
        QTRY_VERIFY(window_->session().currentJob() == fourth);
        end(fourth);
        QTRY_COMPARE(desktop_->notices.size(), 2);
        QCOMPARE(desktop_->notices.back().replaces, 7u);
        QVERIFY2(desktop_->notices.back().text.startsWith("1 "), qPrintable(desktop_->notices.back().text));
    }

    void failuresAreTold() {
        openHere();
        const JobId first = generate("one"), second = wait("two");
        leave();
        end(first);
        beginNext(second);
        end(second, false);
        QTRY_COMPARE(desktop_->notices.size(), 1);
        QCOMPARE(desktop_->notices.front().title, QString("The queue has ended"));
        QCOMPARE(desktop_->notices.front().text, QString("1 of 2 videos are ready; the others failed."));
    }

    void noNoticeInFrontOfThePerson() {
        openHere();
        window_->activateWindow();
        QTRY_VERIFY(QApplication::activeWindow());
        end(generate());
        QTRY_VERIFY(!window_->session().isBusy());
        QTest::qWait(150);
        QCOMPARE(desktop_->notices.size(), 0);
    }

    void noNoticeWhenSwitchedOffOrCancelled() {
        QVERIFY(preferences_.set("notifications.queue_end", "off").ok());
        openHere();
        const JobId id = generate();
        leave();
        end(id);
        QTRY_VERIFY(!window_->session().isBusy());
        QTest::qWait(100);
        QVERIFY(preferences_.set("notifications.queue_end", "on").ok());
        wait("another");
        QTRY_VERIFY(window_->session().currentJob());
        window_->session().cancel();
        QTRY_VERIFY(!window_->session().isBusy());
        QTest::qWait(150);
        QCOMPARE(desktop_->notices.size(), 0);
    }

    void aSoundWhenWanted() {
        QVERIFY(preferences_.set("notifications.sound", "on").ok());
        openHere();
        const JobId id = generate();
        leave();
        end(id);
        QTRY_COMPARE(desktop_->notices.size(), 1);
        QCOMPARE(desktop_->notices.front().hints["sound-name"].toString(), QString("complete"));
        QVERIFY(!desktop_->notices.front().hints.contains("suppress-sound"));
    }

    void pressingTheNoticeBringsTheWindow() {
        openHere();
        const JobId id = generate();
        leave();
        end(id);
        QTRY_COMPARE(desktop_->notices.size(), 1);
        QVERIFY(!window_->isVisible());
        desktop_->press(6);  // another program's
        QTest::qWait(100);
        QVERIFY(!window_->isVisible());
        desktop_->press(7);
        QTRY_VERIFY(window_->isVisible());
    }

    void theTaskBarFollowsTheQueue() {
        openHere();
        const JobId first = generate("one"), second = wait("two");
        QTRY_COMPARE(window_->session().queue().waitingCount(), 1);
        script_->events.push(progress(first, Stage::kDenoise, 2, 4, 0.5, 8.0));
        QTRY_VERIFY(!desktop_->progress.isEmpty() &&
                    qAbs(desktop_->progress.back()["progress"].toDouble() - 0.25) < 0.011);
        QCOMPARE(desktop_->uri, QString("application://org.turbostudio.TurboStudio.desktop"));
        QVERIFY(desktop_->progress.back()["progress-visible"].toBool());
        QCOMPARE(desktop_->progress.back()["count"].toInt(), 1);
        end(first);
        beginNext(second);
        script_->events.push(progress(second, Stage::kDenoise, 2, 4, 0.5, 8.0));
        QTRY_VERIFY(qAbs(desktop_->progress.back()["progress"].toDouble() - 0.75) < 0.011);
        end(second);
        QTRY_VERIFY(!desktop_->progress.back()["progress-visible"].toBool());
        double last = 0;
        for (const QVariantMap& update : desktop_->progress) {
            if (!update["progress-visible"].toBool()) continue;
            QVERIFY(update["progress"].toDouble() <= 1);
            last = std::max(last, update["progress"].toDouble());
        }
        QVERIFY(last >= 0.74);
    }

    void theTaskBarCanBeSwitchedOff() {
        QVERIFY(preferences_.set("notifications.taskbar", "off").ok());
        openHere();
        const JobId id = generate();
        script_->events.push(progress(id, Stage::kDenoise, 2, 4, 0.5, 8.0));
        QTest::qWait(150);
        QCOMPARE(desktop_->progress.size(), 0);
    }
};

STUDIO_GUI_TEST(PresenceTest)
#include "presence_test.moc"
