#include "net/url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace studio::net {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Url, KnowsItsParts) {
    const auto url = parse_https_url("https://Hub.Example.COM./a/b%20c?key=1");
    ASSERT_TRUE(url.ok()) << url.error().message;
    EXPECT_EQ(url->host, "hub.example.com");
    EXPECT_EQ(url->port, 443);
    EXPECT_EQ(url->host_and_port(), "hub.example.com");
    EXPECT_EQ(parse_https_url("https://localhost:8443/x")->host_and_port(), "localhost:8443");
    EXPECT_EQ(parse_https_url("https://[2001:db8::1]/x")->host, "2001:db8::1");
    EXPECT_EQ(parse_https_url("https://example.com")->text, "https://example.com/");
}

TEST(Url, RefusesEverythingButPlainHttps) {
    for (const char* const text :
         {"http://example.com/a", "ftp://example.com/a", "file:///etc/passwd", "HTTP://example.com/", "example.com/a",
          "", "https://user:secret@example.com/a", "https://user@example.com/", "https:///a", "https://exa mple.com/",
          "https://example.com:99999/", "https://example.com/\n", "javascript://x/%0aalert(1)", "https://"}) {
        const auto url = parse_https_url(text);
        ASSERT_FALSE(url.ok()) << text;
        EXPECT_EQ(url.error().code, ErrorCode::kInvalidArgument) << text;
        EXPECT_EQ(url.error().field, "url") << text;
        EXPECT_FALSE(url.error().fix.empty()) << text;
        EXPECT_THAT(url.error().message, Not(HasSubstr("secret"))) << text;
    }
}

TEST(Url, RedirectsAreResolvedAgainstTheirSender) {
    const auto from = parse_https_url("https://example.com/a/b?c=d");
    ASSERT_TRUE(from.ok());
    EXPECT_EQ(resolve_redirect(*from, "/x")->text, "https://example.com/x");
    EXPECT_EQ(resolve_redirect(*from, "x")->text, "https://example.com/a/x");
    EXPECT_EQ(resolve_redirect(*from, "//other.org/x")->host, "other.org");
    EXPECT_EQ(resolve_redirect(*from, "https://other.org:444/x?sign=1")->text, "https://other.org:444/x?sign=1");
    for (const char* const to :
         {"http://example.com/x", "file:///etc/passwd", "data:text/plain,hello", "gopher://example.com/"})
        EXPECT_FALSE(resolve_redirect(*from, to).ok()) << to;
}

TEST(Url, HostPatterns) {
    const std::vector<std::string> allowed{"huggingface.co", "*.hf.co"};
    EXPECT_TRUE(is_host_allowed("huggingface.co", allowed));
    EXPECT_TRUE(is_host_allowed("cdn-lfs.hf.co", allowed));
    EXPECT_TRUE(is_host_allowed("a.b.hf.co", allowed));
    for (const char* const host :
         {"hf.co", "evilhf.co", "hf.co.evil.org", "www.huggingface.co", "huggingface.com", ".hf.co", ""})
        EXPECT_FALSE(is_host_allowed(host, allowed)) << host;
}

TEST(Url, PrivateAddresses) {
    for (const char* const address : {"127.0.0.1",
                                      "127.255.1.2",
                                      "10.1.2.3",
                                      "172.16.0.1",
                                      "172.31.255.255",
                                      "192.168.1.1",
                                      "169.254.169.254",
                                      "0.0.0.0",
                                      "100.64.0.1",
                                      "224.0.0.1",
                                      "255.255.255.255",
                                      "::1",
                                      "::",
                                      "fe80::1%eth0",
                                      "febf::1",
                                      "fc00::1",
                                      "fd12:3456::1",
                                      "ff02::1",
                                      "::ffff:127.0.0.1",
                                      "::ffff:10.0.0.1",
                                      "64:ff9b::10.0.0.1",
                                      "nonsense",
                                      "1.2.3",
                                      "1.2.3.4.5",
                                      "1.2.3.256",
                                      ""})
        EXPECT_TRUE(is_private_address(address)) << address;
    for (const char* const address : {"1.1.1.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "198.18.0.5",
                                      "99.255.255.255", "100.128.0.1", "2600:1f18::1", "2001:db8::1", "::ffff:8.8.8.8"})
        EXPECT_FALSE(is_private_address(address)) << address;
}

TEST(Url, ShownWithoutSecrets) {
    EXPECT_EQ(url_for_display("https://h/p?Signature=abc#x"), "https://h/p");
    EXPECT_EQ(url_for_display("http://name:pass@proxy:80"), "http://proxy:80");
    EXPECT_EQ(url_for_display("http://name:p@ss@proxy:80/x@y"), "http://proxy:80/x@y");
    EXPECT_EQ(encode_path("a b/ü+%.pth"), "a%20b/%C3%BC%2B%25.pth");
}

}  // namespace
}  // namespace studio::net
