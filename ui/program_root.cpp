#include "ui/program_root.h"

#include <QMessageBox>
#include <QProcess>

#include "app/data_root.h"
#include "core/log.h"
#include "core/text.h"
#include "ui/dialogs/move_dialog.h"
#include "ui/preferences_effects.h"
#include "ui/wording.h"

namespace studio::ui {

namespace {
/// Beginning anew in an empty folder would look like the loss of everything.
int endWithoutRoot(const DataRoot& root) {
    PreferencesStore preferences;
    const PreferencesEffects effects(*qApp, preferences, {});
    QMessageBox box(QMessageBox::NoIcon, MoveDialog::tr("The folder of the program is not there"),
                    MoveDialog::tr("Models, queue and settings are in %1, which cannot be found. Plug the drive in and "
                                   "start the program again.")
                        .arg(fromUtf8(path_to_utf8(root.path))));
    box.setObjectName(QStringLiteral("rootMissing"));
    QObject::connect(&box, &QMessageBox::finished, qApp, &QApplication::quit);
    box.open();
    QApplication::exec();
    return 3;
}
}  // namespace

std::optional<int> prepareRoot(QApplication& app) {
    if (data_root().is_missing) return endWithoutRoot(data_root());
    if (!data_root().move_to) return std::nullopt;
    PreferencesStore preferences(Preferences::load(Preferences::default_path()));
    const PreferencesEffects effects(app, preferences, {});
    MoveDialog dialog([](const StoreReport& report, const std::stop_token& stop) { return run_move(report, stop); },
                      fromUtf8(path_to_utf8(*data_root().move_to)));
    QObject::connect(&dialog, &QDialog::finished, &app, &QApplication::quit);
    dialog.show();
    QApplication::exec();
    if (dialog.result() != QDialog::Accepted)
        if (const auto kept = cancel_move(); !kept.ok()) log::warning("{}", kept.error().message);
    return startAgain();
}

int startAgain() {
    if (data_root().can_change()) qunsetenv("STUDIO_HOME");
    return QProcess::startDetached(QCoreApplication::applicationFilePath(), {}) ? 0 : 1;
}

}  // namespace studio::ui
