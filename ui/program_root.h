// ui/program_root.h - the data root at the start of the program: a move that waits, a drive that is not there, and
// starting again.
#pragma once
#include <QApplication>
#include <optional>

namespace studio::ui {

/// What runWindow() answers when the program is to be started again.
constexpr int kRestart = -1;

/// Call after use_data_root() and before anything of the program is opened but the log. A status: end with it.
std::optional<int> prepareRoot(QApplication& app);
/// A new process, which decides for itself where its files are.
int startAgain();

}  // namespace studio::ui
