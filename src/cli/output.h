// cli/output.h - stdout for results, stderr for people. A closed or full stdout is noticed, never fatal by signal.
#pragma once
#include <string>
#include <string_view>

#include "core/error_json.h"
#include "core/json.h"
#include "core/result.h"

namespace studio::cli {

/// Threads   one.
class Output {
  public:
    /// A line on stdout, flushed: whoever reads a pipe sees it at once.
    void line(std::string_view text);
    void text(std::string_view text);  // as it is
    void json(const Json& document);   // one line; bytes that are not UTF-8 become U+FFFD
    /// A line on stderr. Redraws a live progress line below it.
    void note(std::string_view text);
    /// Replace the live line on stderr; empty: take it away. Only when terminal::is_stderr_live().
    void live(std::string text);
    /// The error in the house form: what failed, file, field, what to do.
    void error(const Error& error);

    /// Nobody reads any more (head, a closed pager): later lines are dropped, the work goes on.
    bool is_stdout_closed() const { return is_closed_; }
    /// An error when stdout could not be written for another reason, such as a full disk.
    Result<void> stdout_state() const;

  private:
    void write(std::string_view text);
    void erase_live();
    bool is_closed_ = false;
    int failed_errno_ = 0;
    std::string live_;
};

/// What error() prints.
std::string error_lines(const Error& error);

}  // namespace studio::cli
