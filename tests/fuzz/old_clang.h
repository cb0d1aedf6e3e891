// fuzz/old_clang.h - clang before 16 lacks the builtin that libstdc++'s source_location needs (Debian 12 has clang 14).
// Forced into every file of such a fuzz build, and of no other.
#pragma once
namespace std {
struct source_location {
    static constexpr source_location current(const char* file = __builtin_FILE(),
                                             unsigned line = __builtin_LINE()) noexcept {
        source_location here;
        here.file_ = file;
        here.line_ = line;
        return here;
    }
    constexpr const char* file_name() const noexcept { return file_; }
    constexpr unsigned line() const noexcept { return line_; }

  private:
    const char* file_ = "";
    unsigned line_ = 0;
};
}  // namespace std
