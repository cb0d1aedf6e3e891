// For everyone: every widget of every window has a name, a role and a place in the focus order; words fit in both
// languages; progress is announced; nothing is told by colour alone.
#include <QDialog>
#include <QMessageBox>
#include <QTabWidget>

#include "live_tree.h"
#include "ui/language.h"
#include "ui/widgets/progress_panel.h"
#include "window_fixture.h"

using namespace studio;
using namespace studio::test;

class AccessibleTest : public WindowFixture {
    Q_OBJECT

    void check(QWidget* window, const QString& state) {
        QStringList problems = nameless(window) + unreachable(window);
        problems.removeDuplicates();
        if (!problems.isEmpty()) qWarning().noquote() << "\n" + state + ":\n  " + problems.join("\n  ");
        QVERIFY2(problems.isEmpty(), qPrintable(state + ": " + QString::number(problems.size()) + " problem(s)"));
    }
    void fits(QWidget* window, const QString& state) {
        QTest::qWait(20);
        const QStringList problems = clipped(window);
        if (!problems.isEmpty()) qWarning().noquote() << "\n" + state + ":\n  " + problems.join("\n  ");
        QVERIFY2(problems.isEmpty(), qPrintable(state + ": " + QString::number(problems.size()) + " problem(s)"));
    }
    /// Every window that a command opens, one after the other.
    template <class Look>
    void forEachDialog(Look look) {
        for (const QString& id : window_->actions().ids()) {
            if (!id.startsWith("view.") && !id.startsWith("app.") && !id.startsWith("file.")) continue;
            if (id == "app.quit" || id == "view.reset" || id == "view.fullscreen") continue;
            const QWidgetList before = QApplication::topLevelWidgets();
            window_->actions().find(id)->trigger();
            QTest::qWait(300);  // what a window finds out at first, it has then
            for (QWidget* dialog : QApplication::topLevelWidgets()) {
                if (!qobject_cast<QDialog*>(dialog) || !dialog->isVisible() || dialog->inherits("QFileDialog"))
                    continue;
                look(dialog, id);
                if (QTest::currentTestFailed()) return;
                dialog->close();
            }
            for (auto* dialog : window_->findChildren<QDialog*>())
                dialog->close();
            QTest::qWait(5);
        }
    }
    void withLanguage(const QString& language) { ui::installLanguage(*qApp, language); }

  private Q_SLOTS:
    void init() { reset(); }
    void cleanup() { window_.reset(); }

    void theWindowInEveryState() {
        open();
        check(window_.get(), "empty");
        const JobId id = generate();
        script_->events.push(progress(id, Stage::kDenoise, 1, 4, 0.3, 8.0));
        QTRY_VERIFY(find("progressPanel")->isVisible());
        check(window_.get(), "running");
        finish(id);
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        check(window_.get(), "playing");
        find<QTabWidget>("jobTabs")->setCurrentIndex(1);
        check(window_.get(), "queue");
        const JobId second = generate("another");
        script_->events.push(JobFailed{second, Error{ErrorCode::kOutOfMemory, "m", {}, {}, "f", {}}, {}});
        QTRY_VERIFY(find("errorPanel")->isVisible());
        check(window_.get(), "error");
        if (auto* advanced = window_->findChild<QAbstractButton*>("advancedButton")) {
            advanced->setChecked(true);
            check(window_.get(), "advanced");
        }
    }

    void everyDialog() {
        open();
        int seen = 0;
        forEachDialog([&](QWidget* dialog, const QString& id) {
            ++seen;
            check(dialog, id);
        });
        QVERIFY2(seen >= 5, qPrintable(QString::number(seen)));
    }

    void theQuitQuestion() {
        open();
        generate();
        window_->close();
        auto* question = window_->findChild<QMessageBox*>("quitQuestion");
        QVERIFY(question);
        check(question, "quit");
    }

    void theFocusCanBeSeen() {
        open();
        for (QWidget* widget : interactiveIn(window_.get())) {
            if (widget->focusPolicy() == Qt::NoFocus) continue;
            widget->clearFocus();
            const QImage before = widget->grab().toImage();
            widget->setFocus(Qt::TabFocusReason);
            if (!widget->hasFocus()) continue;  // a proxy took it
            QTest::qWait(1);
            // A caret that blinks is no ring: compare the edges of texts only.
            QImage after = widget->grab().toImage();
            QVERIFY2(before != after, qPrintable(pathOf(widget) + " looks the same with the focus"));
        }
    }

    /// That changes of it are told, the test on the accessibility bus shows (atspi_test.py): offscreen nobody listens.
    void progressIsABarWithAValue() {
        open();
        const JobId id = generate();
        script_->events.push(progress(id, Stage::kDenoise, 1, 4, 0.3, 8.0));
        QTRY_COMPARE(text("stageText"), QString("Denoising, step 2 of 4"));
        script_->events.push(progress(id, Stage::kDecode, 1, 5, 0.8));
        QTRY_COMPARE(text("stageText"), QString("Decoding the pictures"));
        // What a screen reader finds there: a bar with a value between its ends, named by what it measures.
        bool has_bar = false;
        for (QWidget* widget : find("progressPanel")->findChildren<QWidget*>()) {
            QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
            if (!face || face->role() != QAccessible::ProgressBar) continue;
            has_bar = true;
            QVERIFY(!face->text(QAccessible::Name).isEmpty());
            QVERIFY(face->valueInterface());
            const double value = face->valueInterface()->currentValue().toDouble();
            const double high = face->valueInterface()->maximumValue().toDouble();
            QVERIFY2(high > 0 && qAbs(value / high - 0.8) < 0.05, qPrintable(QString::number(value)));
        }
        QVERIFY(has_bar);
    }

    void errorsAreAlerts() {
        open();
        const JobId id = generate();
        script_->events.push(JobFailed{id, Error{ErrorCode::kIo, "m", {}, {}, "f", {}}, {}});
        QTRY_VERIFY(find("errorPanel")->isVisible());
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(find("errorPanel"));
        QCOMPARE(face->role(), QAccessible::AlertMessage);
        QVERIFY(!face->text(QAccessible::Name).isEmpty());
        QVERIFY(!face->text(QAccessible::Description).isEmpty());
    }

    void wordsFit_data() {
        QTest::addColumn<QString>("language");
        QTest::addColumn<QSize>("size");
        QTest::newRow("en small") << "en" << QSize(1024, 700);
        QTest::newRow("en") << "en" << QSize(1280, 800);
        QTest::newRow("zh small") << "zh_CN" << QSize(1024, 700);
        QTest::newRow("zh") << "zh_CN" << QSize(1280, 800);
    }
    void wordsFit() {
        QFETCH(QString, language);
        QFETCH(QSize, size);
        withLanguage(language);
        window_ = std::make_unique<ui::MainWindow>(backend_);
        window_->resize(size);
        window_->show();
        window_->start();
        QTRY_VERIFY(find<QComboBox>("modelPicker")->count() > 0);
        QCOMPARE(window_->size(), size);
        fits(window_.get(), language + " empty");
        const JobId id = generate("a star");
        script_->events.push(progress(id, Stage::kDenoise, 1, 4, 0.3, 8.0));
        QTest::qWait(40);
        fits(window_.get(), language + " running");
        finish(id);
        QTRY_COMPARE(stage()->player().frameCount(), 9);
        fits(window_.get(), language + " playing");
        forEachDialog([&](QWidget* dialog, const QString& name) { fits(dialog, language + " " + name); });
    }
};

STUDIO_GUI_TEST(AccessibleTest)
#include "accessible_test.moc"
