#include "app/error_text.h"

#include <gtest/gtest.h>

namespace studio {
namespace {

TEST(ErrorText, NothingIsEverEmpty) {
    for (int code = 0; code <= static_cast<int>(ErrorCode::kInternal); ++code) {
        Error error;
        error.code = static_cast<ErrorCode>(code);
        const ErrorText text = error_text(error);
        EXPECT_FALSE(text.title.empty() || text.what.empty() || text.to_do.empty() || text.details.empty()) << code;
    }
}

TEST(ErrorText, NamesTheFileOnce) {
    const ErrorText silent =
        error_text({ErrorCode::kCorruptFile, "The header is cut off.", "/m/a.safetensors", {}, "Again.", {}});
    EXPECT_NE(silent.what.find("/m/a.safetensors"), std::string::npos);
    const ErrorText spoken =
        error_text({ErrorCode::kNotFound, "There is no /m/a.safetensors.", "/m/a.safetensors", {}, "Look.", {}});
    EXPECT_EQ(spoken.what, "There is no /m/a.safetensors.");
}

TEST(ErrorText, HostileNamesAreEscaped) {
    const ErrorText text = error_text({ErrorCode::kNotFound, "no \x1b[31mfile", "a\x07z", {}, "fix", {"loading"}});
    EXPECT_EQ(to_lines(text).find('\x1b'), std::string::npos);
    EXPECT_EQ(text.what.find('\x07'), std::string::npos);
    EXPECT_NE(text.details.find("loading"), std::string::npos);
}

}  // namespace
}  // namespace studio
