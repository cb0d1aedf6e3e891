// Newcomer scenarios 4, 11 and 15 to 20 (own files, the queue over night, restore, export, doctor, no GPU, command
// line, cleaning up) on the real window with the real engine.
#include <QClipboard>
#include <QProcess>

#include "app/clip.h"
#include "app/compare_videos.h"
#include "core/platform.h"
#include "scenario_fixture.h"

using namespace studio;
using namespace studio::test;

class KeepingTest : public ScenarioFixture {
    Q_OBJECT

    void addWaiting(const QString& prompt) {
        const int before = window_->session().queue().rowCount();
        type(prompt);
        press("generateButton");
        QTRY_VERIFY_WITH_TIMEOUT(window_->session().queue().rowCount() == before + 1, 30'000);
    }
    QStringList waitingPrompts() {
        QStringList prompts;
        for (int row = 0; row < window_->session().queue().rowCount(); ++row)
            prompts << QString::fromStdString(window_->session().queue().at(row)->draft.prompt);
        return prompts;
    }

  private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }
    void cleanupTestCase() { judge(); }

    void tenJobsSurviveTheNight() {  // 11
        open();
        chooseShortClip();
        window_->session().setPaused(true);
        QTRY_VERIFY(window_->session().isPaused());
        for (int i = 1; i <= 10; ++i)
            addWaiting(QString("a star number %1").arg(i));
        auto& queue = window_->session().queue();
        const auto id = [&](int row) { return JobId(queue.at(row)->id); };
        window_->session().move(id(9), id(0));
        QTRY_COMPARE(waitingPrompts().first(), QString("a star number 10"));
        GenerationRequest third = *GenerationRequest::from_json(queue.at(2)->draft.request);
        third.prompt = "a green tree";
        window_->session().change(id(2), third);
        QTRY_COMPARE(waitingPrompts().at(2), QString("a green tree"));
        window_->session().remove(id(5));
        QTRY_COMPARE(queue.rowCount(), 9);
        const QStringList expected = waitingPrompts();
        shut();
        open();
        QTRY_COMPARE_WITH_TIMEOUT(waitingPrompts(), expected, 30'000);
        QVERIFY(window_->session().isPaused());
        QVERIFY(!window_->session().isBusy());
        press("pauseButton");  // it is the button that resumes now
        QTRY_VERIFY_WITH_TIMEOUT(window_->session().history().rowCount() >= 2, 200'000);
        QCOMPARE(window_->session().history().at(window_->session().history().rowCount() - 1)->draft.prompt,
                 std::string("a star number 10"));
    }

    void aDroppedVideoBringsEverySettingBack() {  // 15
        open();
        make("a white moon over the hills");
        const GenerationRequest made = *GenerationRequest::from_json(newest()->result["settings"]);
        const QString video = newestVideo();
        shut();
        open();
        type("");
        drop(window_.get(), video);
        QTRY_COMPARE_WITH_TIMEOUT(find<QPlainTextEdit>("promptEdit")->toPlainText(),
                                  QString("a white moon over the hills"), 30'000);
        const auto again = find<ui::PromptPanel>("createPanel")->request();
        QVERIFY(again.ok());
        QCOMPARE(again->seed, made.seed);
        QCOMPARE(again->num_frames, made.num_frames);
        QCOMPARE(again->steps, made.steps);
        QCOMPARE(again->width, made.width);
    }

    void exportsCanBeReadElsewhere() {  // 16
        open();
        make("a red boat on the sea");
        const int frames = newest()->result["settings"]["num_frames"].get<int>();
        for (const char* suffix : {"mp4", "gif", "webm"}) {
            command("result.export");
            auto* box = dialog<QDialog>("exportDialog");
            auto* format = box->findChild<QComboBox*>("exportFormat");
            bool is_there = false;
            for (int i = 0; i < format->count() && !is_there; ++i) {
                format->setCurrentIndex(i);
                is_there = QTest::qWaitFor(
                    [&] { return box->findChild<QLineEdit*>("exportTarget")->text().endsWith(QString(".") + suffix); },
                    1'500);
            }
            QVERIFY2(is_there, suffix);
            const QString target = home_->filePath(QString("out %1.%2").arg(suffix, suffix));
            auto* edit = box->findChild<QLineEdit*>("exportTarget");
            edit->setText(target);
            Q_EMIT edit->textEdited(target);
            auto* start = box->findChild<QPushButton*>("exportStart");
            QTRY_VERIFY_WITH_TIMEOUT(start->isEnabled(), 20'000);
            start->click();
            QTRY_VERIFY_WITH_TIMEOUT(QFileInfo(target).size() > 0, 120'000);
            box->close();
            delete box;
            if (QString(suffix) == "mp4") QCOMPARE(int(read_clip(target.toStdString())->frames.size()), frames);
            QProcess probe;
            probe.start("ffprobe", {"-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                                    "stream=nb_read_frames", "-of", "csv=p=0", target});
            if (!probe.waitForStarted(5'000)) continue;  // no second reader here
            QVERIFY(probe.waitForFinished(60'000));
            QCOMPARE(probe.readAllStandardOutput().trimmed().toInt(), frames);
        }
    }

    void theDoctorSaysWhatThisMachineIsWithoutPrivatePaths() {  // 17, 18
        open();
        command("view.doctor");
        auto* doctor = dialog<QDialog>("doctorDialog");
        QTRY_VERIFY_WITH_TIMEOUT(doctor->findChild<QAbstractButton*>("doctorCopy")->isEnabled(), 60'000);
        doctor->findChild<QAbstractButton*>("doctorCopy")->click();
        const QString report = QApplication::clipboard()->text();
        QVERIFY2(report.size() > 100, qPrintable(doctor->findChild<QLabel*>("doctorSummary")->text()));
        QVERIFY2(!report.contains(home_->path()), qPrintable(report));
        if (!QDir::homePath().isEmpty() && QDir::homePath() != "/")
            QVERIFY2(!report.contains(QDir::homePath() + "/"), qPrintable(report));
    }

    void theCopiedCommandMakesTheSameVideo() {  // 19
        const QString program = QString::fromUtf8(qgetenv("STUDIO_CLI"));
        if (program.isEmpty()) QSKIP("STUDIO_CLI does not name the command line");
        open();
        make("a yellow star");
        const QString first = newestVideo();
        command("result.copy_command");
        QTRY_VERIFY(QApplication::clipboard()->text().contains("generate"));
        const QString line = QApplication::clipboard()->text();
        shut();
        QVERIFY2(line.startsWith("turbo-studio-cli "), qPrintable(line));
        const QString target = home_->filePath("by command.mp4");
        QProcess shell;
        shell.start("sh", {"-c", "'" + program + "' " + line.mid(int(qstrlen("turbo-studio-cli "))) + " --output '" +
                                     target + "'"});
        QVERIFY(shell.waitForFinished(200'000));
        QVERIFY2(shell.exitCode() == 0, shell.readAllStandardError().constData());
        const auto compared = compare_videos(first.toStdString(), target.toStdString());
        QVERIFY(compared.ok());
        QVERIFY(compared->is_identical());
    }

    void manyJobsLeaveTheMemoryFlat() {  // 20, in short
        open();
        make("a star");
        make("a star");
        const double before = double(platform::process_rss_bytes());
        for (int i = 0; i < 6; ++i)
            make("a star");
        const double after = double(platform::process_rss_bytes());
        qInfo("resident memory %.0f MB after 2 jobs, %.0f MB after 8", before / 1e6, after / 1e6);
        QVERIFY(after < before * 1.10 + 20e6);
        command("engine.free_memory");
        QTRY_VERIFY_WITH_TIMEOUT(double(platform::process_rss_bytes()) < after, 30'000);
    }
};

STUDIO_GUI_TEST(KeepingTest)
#include "keeping_test.moc"
