// Commands: keys, where they act, conflicts, what is kept; menu, help and shortcuts page made from them.
#include <QKeySequenceEdit>
#include <QMenu>
#include <QSet>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/dialogs/shortcuts_dialog.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;
using ui::ActionPlace;
using ui::Actions;
using ui::Command;

namespace {
constexpr const char* kWords = "Words";

QList<QKeySequence> keys(const char* text) {
    return QKeySequence::listFromString(QString::fromLatin1(text), QKeySequence::PortableText);
}
}  // namespace

class ActionsTest : public WindowFixture {
    Q_OBJECT

    std::unique_ptr<QWidget> plain_;
    Actions* actions_ = nullptr;
    QWidget* stage_area_ = nullptr;
    QLineEdit* edit_ = nullptr;
    QPushButton* button_ = nullptr;
    std::map<QString, int> runs_;

    void makePlain() {
        plain_ = std::make_unique<QWidget>();
        actions_ = new Actions(plain_.get());
        stage_area_ = new QWidget;
        stage_area_->setFocusPolicy(Qt::StrongFocus);
        edit_ = new QLineEdit;
        button_ = new QPushButton("press", stage_area_);
        auto* layout = new QVBoxLayout(plain_.get());
        layout->addWidget(stage_area_);
        layout->addWidget(edit_);
        stage_area_->setMinimumSize(100, 100);
        actions_->addPlace(ActionPlace::kStage, stage_area_);
        add("all.save", "Ctrl+S");
        add("stage.play", "Space; K", ActionPlace::kStage);
        add("list.delete", "Del", ActionPlace::kList);
        plain_->show();
        plain_->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(plain_.get()));
    }
    QAction* add(const char* id, const char* text, ActionPlace place = ActionPlace::kWindow) {
        return actions_->add(Command{id, kWords, "", keys(text), place}, [this, id] { ++runs_[id]; });
    }
    void key(QWidget* widget, Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        widget->setFocus();
        QTest::keyClick(widget, key, modifiers);
    }

  private Q_SLOTS:
    void init() {
        reset();
        runs_.clear();
    }
    void cleanup() {
        window_.reset();
        plain_.reset();
    }

    void keysActWhereTheyBelong() {
        makePlain();
        key(stage_area_, Qt::Key_Space);
        key(stage_area_, Qt::Key_K);
        QCOMPARE(runs_["stage.play"], 2);
        key(stage_area_, Qt::Key_S, Qt::ControlModifier);
        key(edit_, Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(runs_["all.save"], 2);
        key(edit_, Qt::Key_K);
        key(edit_, Qt::Key_Space);
        QCOMPARE(runs_["stage.play"], 2);
        QCOMPARE(edit_->text(), QString("k "));
    }

    void textInsideTheStageKeepsItsLetters() {
        makePlain();
        auto* note = new QLineEdit(stage_area_);
        note->show();
        key(note, Qt::Key_K);
        key(note, Qt::Key_Space);
        QCOMPARE(note->text(), QString("k "));
        QCOMPARE(runs_["stage.play"], 0);
    }

    void spacePressesTheFocusedButton() {
        makePlain();
        int presses = 0;
        connect(button_, &QPushButton::clicked, this, [&] { ++presses; });
        key(button_, Qt::Key_Space);
        QCOMPARE(presses, 1);
        QCOMPARE(runs_["stage.play"], 0);
        key(button_, Qt::Key_K);  // a button has no use for letters
        QCOMPARE(runs_["stage.play"], 1);
    }

    void aTakenKeyIsRefusedByName() {
        makePlain();
        QVERIFY(
            actions_->problemWith("stage.play", keys("Ctrl+S")).contains(kWords));  // the window's keys act there too
        QVERIFY(actions_->problemWith("all.save", keys("Del")).size() > 0);
        QVERIFY(!actions_->setKeys("stage.play", keys("Ctrl+S")));
        QCOMPARE(actions_->find("stage.play")->shortcuts(), keys("Space; K"));
        // Stage and list never have the focus together.
        QVERIFY(actions_->setKeys("list.delete", keys("K")));
        // The first part of a longer sequence is taken too.
        QVERIFY(!actions_->problemWith("stage.play", keys("Ctrl+S, Ctrl+A")).isEmpty());
    }

    void lettersAloneAreForStageAndLists() {
        makePlain();
        for (const char* typed : {"A", "Shift+A", "5", "Space", "."})
            QVERIFY2(!actions_->problemWith("all.save", keys(typed)).isEmpty(), typed);
        for (const char* fine : {"F2", "Ctrl+A", "Alt+A", "F11"})
            QVERIFY2(actions_->problemWith("all.save", keys(fine)).isEmpty(), fine);
        QVERIFY(!actions_->problemWith("stage.play", keys("Tab")).isEmpty());
        QVERIFY(!actions_->problemWith("nothing", keys("F2")).isEmpty());
    }

    void changedKeysActAtOnceAndAreKept() {
        makePlain();
        std::map<QString, QString> kept;
        actions_->useStore({.load = [&](const QString& id) -> std::optional<QString> {
                                return kept.count(id) ? std::optional(kept[id]) : std::nullopt;
                            },
                            .save =
                                [&](const QString& id, const std::optional<QString>& text) {
                                    if (text)
                                        kept[id] = *text;
                                    else
                                        kept.erase(id);
                                }});
        QSignalSpy told(actions_, &Actions::keysChanged);
        QVERIFY(actions_->setKeys("all.save", keys("F2; Ctrl+W")));
        QCOMPARE(told.size(), 1);
        QCOMPARE(kept["all.save"], QString("F2; Ctrl+W"));
        key(edit_, Qt::Key_F2);
        key(edit_, Qt::Key_S, Qt::ControlModifier);
        QCOMPARE(runs_["all.save"], 1);
        QVERIFY(actions_->setKeys("all.save", {}));
        QCOMPARE(kept["all.save"], QString());
        QVERIFY(actions_->isChanged("all.save"));
        actions_->resetKeys("all.save");
        QVERIFY(kept.empty() && !actions_->isChanged("all.save"));
        // A command registered later finds its keys.
        kept["late"] = "F7";
        add("late", "F6");
        QCOMPARE(actions_->find("late")->shortcuts(), keys("F7"));
    }

    void badKeptKeysAreLeftOut() {
        makePlain();
        const std::map<QString, QString> kept = {
            {"all.save", "Q"}, {"stage.play", "Ctrl+S"}, {"list.delete", "no key at all ✨"}};
        actions_->useStore({.load = [&](const QString& id) -> std::optional<QString> {
                                const auto found = kept.find(id);
                                return found == kept.end() ? std::nullopt : std::optional(found->second);
                            },
                            .save = {}});
        QCOMPARE(actions_->find("all.save")->shortcuts(), keys("Ctrl+S"));
        QCOMPARE(actions_->find("stage.play")->shortcuts(), keys("Space; K"));
        QCOMPARE(actions_->find("list.delete")->shortcuts(), keys("Del"));
    }

    void aResetTakesADefaultKeyBack() {
        makePlain();
        QVERIFY(actions_->setKeys("all.save", keys("F2")));
        QVERIFY(actions_->setKeys("stage.play", keys("Ctrl+S")));
        actions_->resetKeys("all.save");
        QCOMPARE(actions_->find("all.save")->shortcuts(), keys("Ctrl+S"));
        QCOMPARE(actions_->find("stage.play")->shortcuts(), keys("Space; K"));
        // A kept key that a new version's command needs as its default gives way.
        QVERIFY(actions_->setKeys("all.save", keys("F9")));
        add("new", "F9");
        QCOMPARE(actions_->find("new")->shortcuts(), keys("F9"));
        QCOMPARE(actions_->find("all.save")->shortcuts(), keys("Ctrl+S"));
    }

    void aBoundButtonFollows() {
        makePlain();
        QPushButton face;
        QToolButton icon;
        actions_->bind(&face, "all.save");
        actions_->bind(&icon, "all.save");
        QCOMPARE(icon.accessibleName(), QString(kWords));
        face.click();
        QCOMPARE(runs_["all.save"], 1);
        QVERIFY2(face.toolTip().contains(keys("Ctrl+S").first().toString(QKeySequence::NativeText)),
                 qPrintable(face.toolTip()));
        actions_->setKeys("all.save", keys("F2"));
        QVERIFY(face.toolTip().contains("F2"));
        actions_->setEnabled("all.save", false, "There is nothing to save.");
        QVERIFY(!face.isEnabled() && !icon.isEnabled());
        QVERIFY(face.toolTip().contains("There is nothing to save."));
        key(edit_, Qt::Key_F2);
        QCOMPARE(runs_["all.save"], 1);
        actions_->find("all.save")->setEnabled(true);
        QVERIFY(face.isEnabled());
    }

    void theWindowsCommandsDoNotCollide() {
        open();
        Actions& actions = window_->actions();
        QVERIFY(actions.ids().size() >= 12);
        for (const QString& id : actions.ids()) {
            QVERIFY2(actions.problemWith(id, actions.defaultKeys(id)).isEmpty(),
                     qPrintable(id + ": " + actions.problemWith(id, actions.defaultKeys(id))));
            QVERIFY2(!actions.isChanged(id), qPrintable(id));
            QVERIFY2(!actions.textOf(id).isEmpty(), qPrintable(id));
        }
        // What window.md promises of the window itself.
        const std::map<const char*, const char*> promised = {
            {"create.generate", "Ctrl+Return; Ctrl+Enter"},
            {"create.generate_next", "Ctrl+Shift+Return; Ctrl+Shift+Enter"},
            {"job.cancel", "Ctrl+Alt+Return; Ctrl+Alt+Enter; Esc"},
            {"queue.pause", "Ctrl+Shift+P"},
            {"file.open", "Ctrl+O"},
            {"edit.paste", "Ctrl+V"},
            {"view.log", "Ctrl+`"},
            {"app.help", "F1"},
            {"app.quit", "Ctrl+Q"},
        };
        for (const auto& [id, text] : promised)
            QCOMPARE(actions.find(id)->shortcuts(), keys(text));
    }

    void everyMenuEntryIsACommand() {
        open();
        for (QAction* action : find<QMenu>("mainMenu")->actions())
            if (!action->isSeparator())
                QVERIFY2(window_->actions().find(action->objectName()), qPrintable(action->text()));
    }

    void helpListsAllCommands() {
        open();
        window_->activateWindow();
        QTest::keyClick(window_.get(), Qt::Key_F1);
        auto* list = window_->findChild<QTreeWidget*>("shortcutList");
        QVERIFY(list && list->isVisible());
        QSet<QString> shown;
        for (QTreeWidgetItemIterator it(list); *it; ++it)
            shown.insert((*it)->data(0, Qt::UserRole).toString());
        for (const QString& id : window_->actions().ids())
            QVERIFY2(shown.contains(id), qPrintable(id));
        // A second F1 shows the same window, and searching narrows the list.
        QTest::keyClick(window_.get(), Qt::Key_F1);
        QCOMPARE(window_->findChildren<QTreeWidget*>("shortcutList").size(), 1);
        window_->findChild<QLineEdit*>("shortcutSearch")->setText("ctrl+shift+p");
        QCOMPARE(list->topLevelItemCount(), 1);
        QCOMPARE(list->topLevelItem(0)->childCount(), 1);
    }

    void thePageChangesKeysOfTheLiveWindow() {
        open();
        ui::ShortcutsPage page(window_->actions(), true);
        page.show();
        auto* list = page.findChild<QTreeWidget*>("shortcutList");
        const auto choose = [&](const QString& id) {
            for (QTreeWidgetItemIterator it(list); *it; ++it)
                if ((*it)->data(0, Qt::UserRole).toString() == id) list->setCurrentItem(*it);
        };
        const auto enter = [&](const char* text) {
            auto* edit = page.findChild<QKeySequenceEdit*>("shortcutEdit");
            edit->setKeySequence(keys(text).first());
            Q_EMIT edit->editingFinished();
        };
        choose("queue.pause");
        enter("Ctrl+O");
        QVERIFY(page.findChild<QLabel*>("shortcutProblem")->text().contains("Open a video or recipe"));
        QCOMPARE(window_->actions().find("queue.pause")->shortcuts(), keys("Ctrl+Shift+P"));
        enter("F8");
        QVERIFY(page.findChild<QLabel*>("shortcutProblem")->text().isEmpty());
        QTest::keyClick(window_.get(), Qt::Key_F8);
        QTRY_VERIFY(script_->is_paused);
        QCOMPARE(window_->preferences().text("shortcuts.queue.pause"), QString("F8"));
        page.findChild<QPushButton*>("shortcutClear")->click();
        QCOMPARE(window_->preferences().text("shortcuts.queue.pause"), QString("none"));
        page.findChild<QPushButton*>("shortcutReset")->click();
        QCOMPARE(window_->actions().find("queue.pause")->shortcuts(), keys("Ctrl+Shift+P"));
        QVERIFY(window_->preferences().isDefault("shortcuts.queue.pause"));
    }

    void keptKeysAreThereAtTheNextStart() {
        ui::PreferencesStore preferences;
        QVERIFY(preferences.set("shortcuts.queue.pause", "F8").ok());
        QVERIFY(preferences.set("shortcuts.file.open", "none").ok());
        ui::WindowOptions options;
        options.preferences = &preferences;
        open(options);
        QCOMPARE(window_->actions().find("queue.pause")->shortcuts(), keys("F8"));
        QVERIFY(window_->actions().find("file.open")->shortcuts().isEmpty());
        window_.reset();
    }

    void pastingAPictureOutsideTexts() {
        open();
        QApplication::clipboard()->setText("words");
        find("promptEdit")->setFocus();
        QTest::keyClick(find("promptEdit"), Qt::Key_V, Qt::ControlModifier);
        QCOMPARE(find<QPlainTextEdit>("promptEdit")->toPlainText(), QString("words"));
    }
};

STUDIO_GUI_TEST(ActionsTest)
#include "actions_test.moc"
