// The settings window: made from the table, acting at once, found by words, refusing what is wrong.
#include <QCheckBox>
#include <QMessageBox>
#include <QSpinBox>
#include <QStackedWidget>
#include <QTemporaryDir>

#include "ui/dialogs/settings_dialog.h"
#include "ui/language.h"
#include "ui/preferences_effects.h"
#include "ui/retranslate.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class SettingsDialogTest : public WindowFixture {
    Q_OBJECT
    QTemporaryDir folder_;
    std::unique_ptr<ui::PreferencesStore> store_;
    ui::SettingsDialog* dialog_ = nullptr;

    std::filesystem::path file() { return folder_.filePath("settings.json").toStdString(); }
    void show() {
        ui::WindowOptions options;
        options.preferences = store_.get();
        open(std::move(options));
        window_->actions().find("view.settings")->trigger();
        dialog_ = window_->findChild<ui::SettingsDialog*>();
        QVERIFY(dialog_ && dialog_->isVisible());
    }
    bool wasCalled(const char* what) {
        const auto calls = script_->callsSoFar();
        return std::find(calls.begin(), calls.end(), what) != calls.end();
    }
    template <class W>
    W* part(const QString& name) {
        auto* widget = dialog_->findChild<W*>(name);
        if (!widget) qFatal("no part is named %s", qPrintable(name));
        return widget;
    }

  private Q_SLOTS:
    void init() {
        reset();
        std::filesystem::remove(file());
        store_ = std::make_unique<ui::PreferencesStore>(Preferences::load(file()));
    }
    void cleanup() {
        window_.reset();
        store_.reset();
        ui::applyAppearance(*qApp, ui::Appearance::kDark);
        ui::installLanguage(*qApp, "en");
    }

    void everySettingHasARowAndHiddenOnesHaveNone() {
        show();
        for (const Preference& one : preferences_table()) {
            const QString key = QString::fromUtf8(one.key.data(), qsizetype(one.key.size()));
            QCOMPARE(dialog_->findChild<QWidget*>("row:" + key) != nullptr, !one.is_hidden);
            if (!one.is_hidden) QVERIFY(!part<QWidget>("value:" + key)->accessibleName().isEmpty());
        }
        QStringList pages;
        auto* list = part<QListWidget>("settingsPages");
        for (int i = 0; i < list->count(); ++i)
            pages << list->item(i)->data(Qt::UserRole).toString();
        QCOMPARE(pages, QStringList({"general", "folders", "downloads", "performance", "output", "notifications",
                                     "shortcuts"}));
    }

    void aChangeActsAtOnceAndIsInTheFile() {
        show();
        part<QSpinBox>("value:performance.threads")->setValue(3);
        QCOMPARE(Preferences::load(file()).number("performance.threads"), 3);
        part<QCheckBox>("value:downloads.offline")->setChecked(true);
        QVERIFY(Preferences::load(file()).is_on("downloads.offline"));
        auto* ram = part<QLineEdit>("value:performance.ram_limit");
        ram->setText("12gb");
        Q_EMIT ram->editingFinished();
        QCOMPARE(Preferences::load(file()).number("performance.ram_limit"), 12'000'000'000);
        QCOMPARE(ram->text(), QString("12.0 GB"));
        generate();
        QCOMPARE(script_->lastRequest().threads, 3);  // the next video obeys
        QCOMPARE(script_->lastRequest().ram_limit, 12'000'000'000);
    }

    void theResetMarkIsThereOnlyWhenItIsNeeded() {
        show();
        auto* threads = part<QSpinBox>("value:performance.threads");
        auto* mark = part<QToolButton>("reset:performance.threads");
        QVERIFY(mark->isHidden());
        threads->setValue(5);
        QVERIFY(!mark->isHidden());
        mark->click();
        QCOMPARE(threads->value(), 0);
        QVERIFY(mark->isHidden());
        QVERIFY(Preferences::load(file()).is_default("performance.threads"));
    }

    void aWrongValueIsSaidAndNotTaken() {
        show();
        auto* proxy = part<QLineEdit>("value:downloads.proxy");
        auto* problem = part<QLabel>("problem:downloads.proxy");
        proxy->setText("ftp://x");
        Q_EMIT proxy->editingFinished();
        QVERIFY(!problem->isHidden());
        QVERIFY(problem->text().contains("http://"));
        QCOMPARE(proxy->text(), QString("ftp://x"));  // there to be corrected
        QCOMPARE(store_->text("downloads.proxy"), QString());
        proxy->setText("http://host:8080");
        Q_EMIT proxy->editingFinished();
        QVERIFY(problem->isHidden());
        QCOMPARE(store_->text("downloads.proxy"), QString("http://host:8080"));
    }

    void whatAnotherProgramWritesIsShown() {
        show();
        Preferences other = Preferences::load(file());
        QVERIFY(other.set("performance.threads", "7").ok());
        QTRY_COMPARE(part<QSpinBox>("value:performance.threads")->value(), 7);
        QVERIFY(other.set("general.appearance", "light").ok());
        QTRY_COMPARE(store_->text("general.appearance"), QString("light"));
    }

    void searchFindsByWordsOfNameHelpAndChoices() {
        show();
        auto* search = part<QLineEdit>("settingsSearch");
        const auto visible = [this] {
            QStringList keys;
            for (QWidget* row : dialog_->findChildren<QWidget*>())
                if (row->objectName().startsWith("found:row:") && !row->isHidden()) keys << row->objectName().mid(10);
            return keys;
        };
        search->setText("hf-mirror");
        QCOMPARE(visible(), QStringList{"downloads.mirror"});
        search->setText("memory most");
        QCOMPARE(visible().size(), 2);
        search->setText("zebra");
        QVERIFY(visible().isEmpty());
        QVERIFY(!part<QLabel>("settingsNothingFound")->isHidden());
        search->clear();
        QCOMPARE(part<QListWidget>("settingsPages")->currentRow(), 0);
    }

    void everythingCanBeResetAfterAQuestion() {
        show();
        QVERIFY(store_->set("performance.threads", "9").ok());
        part<QPushButton>("settingsResetAll")->click();
        auto* question = part<QMessageBox>("resetQuestion");
        QCOMPARE(store_->number("performance.threads"), 9);
        for (QAbstractButton* button : question->buttons())
            if (question->buttonRole(button) == QMessageBox::DestructiveRole) button->click();
        QCOMPARE(store_->number("performance.threads"), 0);
    }

    void appearanceAndLanguageChangeWhileRunning() {
        ui::PreferencesEffects effects(*qApp, *store_, {"en", ui::Appearance::kDark});
        show();
        QVERIFY(store_->set("general.appearance", "light").ok());
        QCOMPARE(ui::currentAppearance(), ui::Appearance::kLight);
        auto* button = find<QPushButton>("generateButton");
        const QString english = button->text();
        const QString typed = "Generate";
        type(typed);
        QVERIFY(store_->set("general.language", "zh_CN").ok());
        QCOMPARE(button->text(), QString("生成"));
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), typed);  // a person's words stay
        QCOMPARE(dialog_->windowTitle(), QString("设置"));
        QCOMPARE(text("engineText"), QString("就绪"));
        QVERIFY(store_->set("general.language", "en").ok());
        QCOMPARE(button->text(), english);
        QCOMPARE(dialog_->windowTitle(), QString("Settings"));
        QCOMPARE(text("engineText"), QString("Ready"));
    }

    void textsWithNumbersAreTranslatedBackAndForth() {
        ui::installLanguage(*qApp, "en");
        const QString english = QCoreApplication::translate("studio::ui::SettingsForm", "%n frame(s)", nullptr, 17);
        const ui::Retranslator from_english("en");
        ui::installLanguage(*qApp, "zh_CN");
        const QString chinese = from_english.text(english, {"studio::ui::SettingsForm"});
        QCOMPARE(chinese, QString("17 帧"));
        const ui::Retranslator from_chinese("zh_CN");
        ui::installLanguage(*qApp, "en");
        QCOMPARE(from_chinese.text(chinese, {"studio::ui::SettingsForm"}), english);
        QCOMPARE(from_chinese.text("a person's own words"), QString("a person's own words"));
    }

    void idleTimeAndMemoryReachTheEngine() {
        show();
        part<QSpinBox>("value:performance.unload_after_min")->setValue(5);
        QTRY_VERIFY(wasCalled("unload after 300 s"));
        window_->actions().find("engine.free_memory")->trigger();
        QTRY_VERIFY(wasCalled("free memory"));
    }

    void theEngineRestartsAndTheQueueStays() {
        open();
        const JobId id = generate();
        window_->actions().find("engine.restart")->trigger();
        auto* question = window_->findChild<QMessageBox*>("restartQuestion");
        QVERIFY(question && question->isVisible());  // a video is being made: it asks
        for (QAbstractButton* button : question->buttons())
            if (question->buttonRole(button) == QMessageBox::DestructiveRole) button->click();
        QTRY_VERIFY(wasCalled("destroyed"));
        QTRY_COMPARE(text("engineText"), QString("Ready"));
        QVERIFY(script_->is_alive);
        QTRY_COMPARE(window_->session().queue().rowCount(), 1);
        std::lock_guard lock(script_->mutex);
        QCOMPARE(script_->waiting.front().id, std::int64_t(id));
    }

    /// For people to look at: both languages, light and dark, where STUDIO_SHOT_DIR says.
    void pictures() {
        const QString folder = qEnvironmentVariable("STUDIO_SHOT_DIR");
        if (folder.isEmpty()) QSKIP("STUDIO_SHOT_DIR is not set");
        QDir().mkpath(folder);
        ui::PreferencesEffects effects(*qApp, *store_, {"en", ui::Appearance::kDark});
        show();
        window_->house().begin();
        window_->house().showModels(true);
        for (const char* language : {"en", "zh_CN"}) {
            QVERIFY(store_->set("general.language", language).ok());
            for (const char* look : {"dark", "light"}) {
                QVERIFY(store_->set("general.appearance", look).ok());
                for (QDialog* dialog : window_->findChildren<QDialog*>()) {
                    QTest::qWait(50);
                    dialog->grab().save(
                        QStringLiteral("%1/%2-%3-%4.png").arg(folder, dialog->objectName(), language, look));
                }
                for (const char* page : {"folders", "performance", "downloads"}) {
                    dialog_->showPage(page);
                    QTest::qWait(50);
                    dialog_->grab().save(QStringLiteral("%1/settings-%2-%3-%4.png").arg(folder, page, language, look));
                }
                dialog_->showPage("general");
            }
        }
    }

    void theFolderOfTheSettingsIsUsed() {
        ui::WindowOptions options;
        options.preferences = store_.get();
        options.default_output = folder_.filePath("standard").toStdString();
        open(std::move(options));
        generate();
        QCOMPARE(script_->lastRequest().output, folder_.filePath("standard").toStdString());
        QVERIFY(store_->set("output.folder", folder_.filePath("own")).ok());
        QVERIFY(store_->set("output.metadata", "strip").ok());
        generate("a second star");
        QCOMPARE(script_->lastRequest().output, folder_.filePath("own").toStdString());
        QCOMPARE(script_->lastRequest().metadata, std::string("strip"));
    }
};

STUDIO_GUI_TEST(SettingsDialogTest)
#include "settings_dialog_test.moc"
