// The colours of both looks: everything that is read can be read, and the focus can be seen.
#include <QRegularExpression>
#include <cmath>

#include "gui_test.h"
#include "ui/theme/motion.h"

using namespace studio;
using ui::Appearance;

namespace {
/// WCAG 2.2, relative luminance and contrast ratio.
double luminance(const QColor& colour) {
    const auto part = [](double c) { return c <= 0.04045 ? c / 12.92 : std::pow((c + 0.055) / 1.055, 2.4); };
    return 0.2126 * part(colour.redF()) + 0.7152 * part(colour.greenF()) + 0.0722 * part(colour.blueF());
}
double contrast(const QColor& a, const QColor& b) {
    const double x = luminance(a), y = luminance(b);
    return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}
}  // namespace

class ThemeTest : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void theFormulaIsRight() {
        QCOMPARE(qRound(contrast(Qt::black, Qt::white) * 100), 2100);
        QCOMPARE(qRound(contrast(QColor("#767676"), Qt::white) * 100), 454);
    }

    void textCanBeRead_data() {
        QTest::addColumn<int>("appearance");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("ground");
        QTest::addColumn<double>("least");
        const QList<std::pair<QString, QStringList>> read = {
            {"text", {"window", "panel", "raised", "hover", "input", "stage"}},
            {"muted", {"window", "panel", "input", "stage", "raised"}},
            {"danger", {"panel", "window"}},
            {"on-accent", {"accent", "accent-hover"}},
            {"accent", {"panel", "window"}},  // the tab with the focus, links
        };
        for (const auto appearance : {Appearance::kDark, Appearance::kLight}) {
            const char* look = appearance == Appearance::kDark ? "dark" : "light";
            for (const auto& [text, grounds] : read)
                for (const QString& ground : grounds)
                    QTest::addRow("%s: %s on %s", look, qPrintable(text), qPrintable(ground))
                        << int(appearance) << text << ground << 4.5;
            // Lines that say where the focus is or how far something is: 3.
            for (const char* ground : {"window", "panel", "input", "raised"})
                QTest::addRow("%s: focus ring on %s", look, ground)
                    << int(appearance) << "accent" << QString(ground) << 3.0;
        }
    }
    void textCanBeRead() {
        QFETCH(int, appearance);
        QFETCH(QString, text);
        QFETCH(QString, ground);
        QFETCH(double, least);
        const auto colours = ui::themeColours(Appearance(appearance));
        QVERIFY(colours.contains(text) && colours.contains(ground));
        const double found = contrast(colours[text], colours[ground]);
        QVERIFY2(found >= least, qPrintable(QString("%1, needed %2").arg(found, 0, 'f', 2).arg(least)));
    }

    void theStyleSheetKnowsAllItsColours() {
        for (const auto appearance : {Appearance::kDark, Appearance::kLight}) {
            ui::applyAppearance(*qApp, appearance);
            QString sheet = qApp->styleSheet();
            sheet.remove(QRegularExpression("/\\*.*?\\*/", QRegularExpression::DotMatchesEverythingOption));
            QVERIFY(sheet.size() > 1000);
            QVERIFY2(!sheet.contains('@'), "a colour of the style sheet is not known");
        }
    }

    void reducedMotionFollowsWishAndSystem() {
        auto& motion = ui::Motion::instance();
        QSignalSpy told(&motion, &ui::Motion::changed);
        QVERIFY(!motion.isReduced());
        motion.setSystemReduced(true);
        QVERIFY(motion.isReduced());
        QVERIFY(!QApplication::isEffectEnabled(Qt::UI_AnimateCombo));
        motion.setWish(ui::Motion::Wish::kFull);
        QVERIFY(!motion.isReduced());
        motion.setWish(ui::Motion::Wish::kReduced);
        motion.setSystemReduced(false);
        QVERIFY(motion.isReduced());
        motion.setWish(ui::Motion::Wish::kSystem);
        QVERIFY(!motion.isReduced());
        QCOMPARE(told.size(), 4);
    }
};

STUDIO_GUI_TEST(ThemeTest)
#include "theme_test.moc"
