// The prompt: how long it is for the model, earlier prompts, advice.
#include "ui/widgets/prompt_edit.h"
#include "ui/widgets/prompt_history.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;
using ui::PromptEdit;
using ui::PromptHistory;

class CreatePromptTest : public WindowFixture {
    Q_OBJECT

    PromptEdit* edit() { return static_cast<PromptEdit*>(find<QPlainTextEdit>("promptEdit")); }
    QString shown() { return edit()->toPlainText(); }
    void key(Qt::Key key, Qt::KeyboardModifiers with) { QTest::keyClick(edit(), key, with); }
    /// Every word a token, one more for the end; at most `limit`.
    void countWords(std::size_t limit) {
        backend_.count_prompt = [limit](const std::string&, const std::string& text) -> Result<PromptCount> {
            PromptCount count{1, limit, text.size()};
            bool is_in_word = false;
            for (std::size_t i = 0; i < text.size(); ++i) {
                const bool begins = text[i] != ' ' && !is_in_word;
                is_in_word = text[i] != ' ';
                if (begins && ++count.tokens == limit + 1) count.read_bytes = i;
            }
            return count;
        };
    }
    void openLongTrained() {
        backend_.list_models = [] {
            ModelInfo model = demoModel();
            model.example_prompts.clear();
            return std::vector<ModelInfo>{model};
        };
        open();
    }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void tokensAreCounted() {
        countWords(512);
        open();
        QCOMPARE(text("promptCounter"), QString());
        type("a yellow star");
        QTRY_COMPARE(text("promptCounter"), QString("4 of 512 tokens"));
        QVERIFY(edit()->extraSelections().isEmpty());
        QTRY_COMPARE(edit()->accessibleDescription(), QString("4 of 512 tokens"));
        type("");
        QTRY_COMPARE(text("promptCounter"), QString());
    }

    void whatIsNotReadIsDimmedAndSaid() {
        countWords(3);
        open();
        type(QString::fromUtf8("猫 🐈 跑 走 停"));
        QTRY_VERIFY(text("promptCounter").contains("6 of 3 tokens"));
        QVERIFY(text("promptCounter").contains("not read"));
        QCOMPARE(edit()->extraSelections().size(), 1);
        const QTextCursor unread = edit()->extraSelections().first().cursor;
        QCOMPARE(unread.selectedText(), QString::fromUtf8("跑 走 停"));
        QVERIFY(edit()->extraSelections().first().format.underlineStyle() != QTextCharFormat::NoUnderline);
        type("two words");
        QTRY_VERIFY(edit()->extraSelections().isEmpty());
        QTRY_COMPARE(text("promptCounter"), QString("3 of 3 tokens"));
    }

    void aModelThatCannotBeAskedCountsCharacters() {
        backend_.count_prompt = [](const std::string&, const std::string&) -> Result<PromptCount> {
            return Error{ErrorCode::kNotFound, "no tokenizer", {}, {}, "get one", {}};
        };
        open();
        type("abcde");
        QTest::qWait(250);
        QCOMPARE(text("promptCounter"), QString("5 character(s)"));
    }

    void aSlowCountNeverShowsAnOldAnswer() {
        countWords(512);
        const auto quick = backend_.count_prompt;
        backend_.count_prompt = [quick](const std::string& model, const std::string& text) {
            std::this_thread::sleep_for(std::chrono::milliseconds(text.size() < 5 ? 300 : 1));
            return quick(model, text);
        };
        open();
        LoopWatchdog watchdog;
        type("one");
        QTest::qWait(200);  // asked
        type("one two three four");
        QTRY_COMPARE(text("promptCounter"), QString("5 of 512 tokens"));
        QTest::qWait(350);
        QCOMPARE(text("promptCounter"), QString("5 of 512 tokens"));
        QVERIFY2(watchdog.worstMs() < 250, qPrintable(QString::number(watchdog.worstMs())));
    }

    void earlierPromptsComeAndTheUnfinishedOneStays() {
        script_->ended = {record(4, store::JobState::kFinished, "newest"),
                          record(3, store::JobState::kFailed, "newest"), record(2, store::JobState::kFinished, "older"),
                          record(1, store::JobState::kFinished, " ")};
        open();
        type("unfinished");
        key(Qt::Key_Up, Qt::AltModifier);
        QTRY_COMPARE(shown(), QString("newest"));
        key(Qt::Key_Up, Qt::AltModifier);
        QTRY_COMPARE(shown(), QString("older"));
        key(Qt::Key_Up, Qt::AltModifier);
        QCOMPARE(shown(), QString("older"));
        QVERIFY(text("promptHint").contains("oldest"));
        key(Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(shown(), QString("newest"));
        key(Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(shown(), QString("unfinished"));
        key(Qt::Key_Down, Qt::AltModifier);
        QCOMPARE(shown(), QString("unfinished"));
        press("olderPrompt");
        QTRY_COMPARE(shown(), QString("newest"));
        edit()->undo();
        QCOMPARE(shown(), QString("unfinished"));
    }

    void waitingPromptsAreTheNewest() {
        script_->is_paused = true;
        open();
        type("first wish");
        press("generateButton");
        QTRY_COMPARE(script_->submitCount(), std::size_t(1));
        QTRY_COMPARE(window_->session().queue().rowCount(), 1);
        type("");
        key(Qt::Key_Up, Qt::AltModifier);
        QTRY_COMPARE(shown(), QString("first wish"));
    }

    void withoutEarlierPromptsThatIsSaid() {
        open();
        type("kept");
        key(Qt::Key_Up, Qt::AltModifier);
        QTRY_VERIFY(text("promptHint").contains("no earlier prompts"));
        QCOMPARE(shown(), QString("kept"));
    }

    void aChangedOldPromptIsTheUnfinishedOne() {
        PromptHistory history;
        history.setPrompts({"b", "a"});
        QCOMPARE(*history.older("draft"), QString("b"));
        QCOMPARE(*history.older("b changed"), QString("b"));  // from here a new walk
        QCOMPARE(*history.newer("b"), QString("b changed"));
        QCOMPARE(*history.older("b"), QString("a"));  // "b" itself would look like no step
        PromptHistory none;
        QVERIFY(!none.older("x"));
        QVERIFY(!none.newer("x"));
    }

    void ideasCanBeUndone() {
        open();
        type("mine");
        press("ideaButton");
        QVERIFY(shown() != QString("mine"));
        edit()->undo();
        QCOMPARE(shown(), QString("mine"));
    }

    void shortAndForeignPromptsAreAdvised() {
        openLongTrained();
        QVERIFY(!find("promptHint")->isVisible());
        type("a cat");
        QVERIFY(find("promptHint")->isVisible());
        QVERIFY(text("promptHint").contains("long descriptions"));
        type(QString::fromUtf8("一只猫在窗台上看雨，灯光温暖，镜头缓缓推进"));
        QVERIFY(text("promptHint").contains("English"));
        type("a grey cat sits on a wooden windowsill and watches heavy rain run down the glass in warm light");
        QVERIFY(!find("promptHint")->isVisible());
    }

    void aModelWithExamplesNeedsNoAdvice() {
        open();
        type("a cat");
        QVERIFY(!find("promptHint")->isVisible());
    }
};

STUDIO_GUI_TEST(CreatePromptTest)
#include "create_prompt_test.moc"
