// What an answer's head and first bytes mean, without a network.
#include <curl/curl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/disk_space.h"
#include "net/curl_errors.h"
#include "net/download_file.h"
#include "net/request.h"
#include "net/wrong_body.h"
#include "support/temp_folder.h"

namespace studio::net {
namespace {

using ::testing::HasSubstr;

ResponseHead head_with(std::map<std::string, std::string> headers, int status = 200) {
    return {status, std::move(headers), *parse_https_url("https://hub.example/x")};
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text));
}

TEST(ResponseHead, ReadsLengthsAndRanges) {
    EXPECT_EQ(head_with({{"content-length", "123"}}).content_length(), 123u);
    for (const char* const text : {"", "-1", "12x", "99999999999999999999", "0x10"})
        EXPECT_FALSE(head_with({{"content-length", text}}).content_length()) << text;
    const auto range = head_with({{"content-range", "bytes 10-19/20"}}).content_range();
    ASSERT_TRUE(range);
    EXPECT_EQ(range->start, 10u);
    EXPECT_EQ(range->total, 20u);
    EXPECT_FALSE(head_with({{"content-range", "bytes 10-19/*"}}).content_range()->total);
    for (const char* const text : {"", "bytes", "bytes */20", "items 1-2/3", "bytes 1/2-3", "bytes -1-3/4"})
        EXPECT_FALSE(head_with({{"content-range", text}}).content_range()) << text;
}

TEST(ResponseHead, ReadsRetryAfterAsSecondsAndAsDate) {
    EXPECT_EQ(head_with({{"retry-after", "7"}}).retry_after_s(), 7);
    EXPECT_EQ(head_with({{"retry-after", "Tue, 24 Nov 2026 12:00:30 GMT"}, {"date", "Tue, 24 Nov 2026 12:00:00 GMT"}})
                  .retry_after_s(),
              30);
    EXPECT_EQ(head_with({{"retry-after", "Tue, 24 Nov 2026 11:00:30 GMT"}, {"date", "Tue, 24 Nov 2026 12:00:00 GMT"}})
                  .retry_after_s(),
              0);
    EXPECT_FALSE(head_with({{"retry-after", "soon"}}).retry_after_s());
    EXPECT_FALSE(head_with({}).retry_after_s());
}

TEST(WrongBody, PagesAndPointersAreRefused) {
    EXPECT_TRUE(wrong_head(head_with({{"content-type", "text/html; charset=utf-8"}}), "a.pth"));
    EXPECT_TRUE(wrong_head(head_with({{"content-encoding", "gzip"}}), "a.pth"));
    EXPECT_FALSE(
        wrong_head(head_with({{"content-type", "binary/octet-stream"}, {"content-encoding", "identity"}}), "a.pth"));
    const Url url = *parse_https_url("https://hub.example/x");
    for (const char* const text :
         {"<!DOCTYPE html>", "\xEF\xBB\xBF  <HTML>", "version https://git-lfs.github.com/spec/v1\n",
          "# xet version 0\n", "{\"error\":\"no\"}"}) {
        const auto wrong = wrong_start(bytes_of(text), url, "a.safetensors");
        ASSERT_TRUE(wrong) << text;
        EXPECT_EQ(wrong->code, ErrorCode::kCorruptFile);
        EXPECT_EQ(wrong->field, "content");
        EXPECT_THAT(wrong->message, HasSubstr("hub.example"));
        EXPECT_FALSE(wrong->fix.empty());
    }
    EXPECT_FALSE(wrong_start(bytes_of("{\"a\":1}"), url, "config.json"));
    EXPECT_FALSE(
        wrong_start(bytes_of(std::string_view("\x08\0\0\0\0\0\0\0{\"__metadata__\"", 22)), url, "a.safetensors"));
    EXPECT_FALSE(wrong_start(bytes_of("PK\x03\x04"), url, "a.pth"));
    // A header of 123 bytes: its length is written as "{" and zeros.
    EXPECT_FALSE(wrong_start(bytes_of(std::string_view("{\0\0\0\0\0\0\0{\"a\"", 12)), url, "a.safetensors"));
}

TEST(StatusError, EveryStatusSaysWhatToDo) {
    for (const int status : {204, 301, 400, 401, 403, 404, 407, 410, 429, 451, 500, 503}) {
        const Error error = status_error({head_with({}, status), ""}, false);
        EXPECT_FALSE(error.message.empty());
        EXPECT_GT(error.fix.size(), 10u) << status;
        EXPECT_EQ(error.field, "status");
    }
    EXPECT_EQ(status_error({head_with({}, 404), ""}, false).code, ErrorCode::kNotFound);
    EXPECT_THAT(status_error({head_with({}, 401), ""}, false).fix, HasSubstr("HF_TOKEN"));
    EXPECT_THAT(status_error({head_with({{"x-error-code", "GatedRepo"}}, 403), ""}, true).fix, HasSubstr("terms"));
}

TEST(CurlErrors, CertificatesTellTheClockFromTheLogInPage) {
    const Url url = *parse_https_url("https://hub.example/x");
    const auto certificate = [&](long verify) {
        return describe_curl_failure({CURLE_PEER_FAILED_VERIFICATION, verify, 0, "SSL peer certificate", false, ""},
                                     url);
    };
    EXPECT_THAT(certificate(9).error.message, HasSubstr("not yet valid"));
    EXPECT_THAT(certificate(9).error.fix, HasSubstr("clock"));
    EXPECT_THAT(certificate(10).error.message, HasSubstr("expired"));
    EXPECT_THAT(certificate(20).error.fix, HasSubstr("log-in page"));
    EXPECT_THAT(certificate(62).error.message, HasSubstr("another host"));
    for (const long verify : {0L, 9L, 10L, 18L, 19L, 20L, 62L}) {
        EXPECT_FALSE(certificate(verify).is_temporary);
        EXPECT_EQ(certificate(verify).error.field, "certificate");
    }
}

TEST(CurlErrors, EveryCodeOfLibcurlHasTextAndFix) {
    const Url url = *parse_https_url("https://hub.example/x");
    for (int code = 1; code < CURL_LAST; ++code) {
        const NetError failure = describe_curl_failure(
            {code, 0, 0, curl_easy_strerror(static_cast<CURLcode>(code)), code % 2 == 0, "http://proxy:1"}, url);
        EXPECT_EQ(failure.error.code, ErrorCode::kIo);
        EXPECT_GT(failure.error.message.size(), 10u);
        EXPECT_GT(failure.error.fix.size(), 10u);
    }
    EXPECT_THAT(describe_curl_failure({CURLE_COULDNT_RESOLVE_HOST, 0, 0, "", false, ""}, url).error.fix,
                HasSubstr("mirror"));
    EXPECT_EQ(describe_curl_failure({CURLE_COULDNT_CONNECT, 0, 0, "", true, "http://proxy:1"}, url).error.field,
              "proxy");
    EXPECT_FALSE(describe_curl_failure({CURLE_SSL_CACERT_BADFILE, 0, 0, "x", false, ""}, url).is_temporary);
}

TEST(DiskSpace, BothNumbersAreNamed) {
    const test::TempFolder folder;
    EXPECT_TRUE(require_disk_space(folder / "not" / "yet" / "there.pth", 1000, 0).ok());
    const auto refused = require_disk_space(folder / "big.pth", std::uint64_t{1} << 60, 1000);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::kIo);
    EXPECT_EQ(refused.error().field, "disk");
    EXPECT_THAT(refused.error().message, HasSubstr("are free"));
    EXPECT_THAT(refused.error().fix, HasSubstr("Free "));
    // A size near the largest number must not wrap around.
    EXPECT_FALSE(require_disk_space(folder / "big.pth", ~std::uint64_t{0}, 1000).ok());
}

}  // namespace
}  // namespace studio::net
