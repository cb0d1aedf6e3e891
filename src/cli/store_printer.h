// cli/store_printer.h - work on model files as one live line on a terminal, or a line per tenth elsewhere.
#pragma once
#include <string>

#include "cli/output.h"
#include "library/store_progress.h"

namespace studio::cli {

/// "downloading 2 of 5, 1.4 GB of 5.7 GB (24 %), 35.1 MB/s, 2 min 05 s left: a.pth", at most `width` - 1 columns.
std::string store_line(const StoreProgress& progress, int width);

/// Threads   report() may be called from any thread, one call at a time, while the owner waits.
class StorePrinter {
  public:
    StorePrinter(Output& output, bool is_live) : output_(output), is_live_(is_live) {}
    void report(const StoreProgress& progress);
    StoreReport callback() {
        return [this](const StoreProgress& progress) { report(progress); };
    }
    void end() { output_.live(""); }

  private:
    Output& output_;
    const bool is_live_;
    int last_tenth_ = -1;
    std::string last_action_;
};

}  // namespace studio::cli
