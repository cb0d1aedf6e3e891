#include "net/url.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "core/text.h"

namespace studio::net {
namespace {

struct CurlUrlDeleter {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using CurlUrl = std::unique_ptr<CURLU, CurlUrlDeleter>;

std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK || text == nullptr) return {};
    std::string out(text);
    curl_free(text);
    return out;
}

Error bad_url(const std::string& text, std::string_view why, std::string_view fix) {
    return invalid_argument(
        "url", fmt::format("The address {} cannot be used: {}.", escape_for_display(url_for_display(text), 300), why),
        std::string(fix));
}

Result<Url> from_curl(CURLU* handle, const std::string& original) {
    Url url;
    url.scheme = part_of(handle, CURLUPART_SCHEME);
    url.host = part_of(handle, CURLUPART_HOST);
    url.text = part_of(handle, CURLUPART_URL);
    std::transform(url.host.begin(), url.host.end(), url.host.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (url.host.size() > 2 && url.host.front() == '[') url.host = url.host.substr(1, url.host.size() - 2);
    while (!url.host.empty() && url.host.back() == '.')
        url.host.pop_back();
    if (url.scheme != "https") {
        return bad_url(original,
                       fmt::format("it is \"{}:\", and only https is safe against changes on the way",
                                   escape_for_display(url.scheme, 20)),
                       "Use an address that begins with https://.");
    }
    if (!part_of(handle, CURLUPART_USER).empty() || !part_of(handle, CURLUPART_PASSWORD).empty()) {
        return bad_url(original, "it holds a user name or password",
                       "Put the access token into the variable HF_TOKEN instead.");
    }
    if (url.host.empty()) return bad_url(original, "it names no host", "Write it as https://host/path.");
    const auto port = parse_int64(part_of(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT));
    url.port = port ? static_cast<int>(*port) : 443;
    return url;
}

std::optional<std::uint32_t> ipv4_of(std::string_view text) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        const auto dot = text.find('.');
        if ((dot == text.npos) != (i == 3)) return std::nullopt;
        const auto part = parse_int64(text.substr(0, dot));
        if (!part || *part < 0 || *part > 255) return std::nullopt;
        value = value << 8 | static_cast<std::uint32_t>(*part);
        text = dot == text.npos ? std::string_view() : text.substr(dot + 1);
    }
    return value;
}

bool is_private_ipv4(std::uint32_t address) {
    struct Range {
        std::uint32_t start;
        int bits;
    };
    static constexpr Range kRanges[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},
                                        {0xA9FE0000, 16}, {0xAC100000, 12}, {0xC0A80000, 16}, {0xE0000000, 3}};
    return std::any_of(std::begin(kRanges), std::end(kRanges),
                       [&](const Range& range) { return ((address ^ range.start) >> (32 - range.bits)) == 0; });
}

/// First 16 bits and whether everything before the last group is zero; enough to tell the reserved ranges.
bool is_private_ipv6(std::string_view text) {
    if (const auto zone = text.find('%'); zone != text.npos) text = text.substr(0, zone);
    if (text == "::" || text == "::1") return true;
    if (const auto last = text.rfind(':'); text.substr(last + 1).find('.') != text.npos) {
        const auto mapped = ipv4_of(text.substr(last + 1));
        return !mapped || is_private_ipv4(*mapped);
    }
    std::uint32_t first = 0;
    const auto end = text.find(':');
    if (end == 0) return true;  // "::x": unspecified and deprecated forms
    for (const char c : text.substr(0, end)) {
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0 || first > 0xFFF) return true;
        first = first << 4 | static_cast<std::uint32_t>(digit);
    }
    return (first & 0xFE00) == 0xFC00 || (first & 0xFFC0) == 0xFE80 || (first & 0xFF00) == 0xFF00 || first == 0;
}

}  // namespace

std::string Url::host_and_port() const {
    return port == 443 ? host : fmt::format("{}:{}", host, port);
}

Result<Url> parse_https_url(const std::string& text) {
    const CurlUrl handle(curl_url());
    if (handle == nullptr) return internal_error("libcurl gives no URL handle.");
    for (const char c : text) {
        if (static_cast<unsigned char>(c) <= 0x20 || c == 0x7F)
            return bad_url(text, "it holds a blank or control character", "Write it as https://host/path.");
    }
    // libcurl forgives a third slash and takes the next word for the host.
    if (text.find(":///") != text.npos) return bad_url(text, "it names no host", "Write it as https://host/path.");
    if (text.find("://") == text.npos) return bad_url(text, "it has no https://", "Write it as https://host/path.");
    const CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME);
    if (code != CURLUE_OK) return bad_url(text, curl_url_strerror(code), "Write it as https://host/path.");
    return from_curl(handle.get(), text);
}

Result<Url> resolve_redirect(const Url& from, const std::string& location) {
    const CurlUrl handle(curl_url());
    if (handle == nullptr) return internal_error("libcurl gives no URL handle.");
    CURLUcode code = curl_url_set(handle.get(), CURLUPART_URL, from.text.c_str(), 0);
    if (code == CURLUE_OK)
        code = curl_url_set(handle.get(), CURLUPART_URL, location.c_str(), CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE);
    if (code != CURLUE_OK)
        return bad_url(location, curl_url_strerror(code), "Try again later, or choose another mirror.");
    return from_curl(handle.get(), location);
}

bool is_host_allowed(std::string_view host, std::span<const std::string> patterns) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
        if (!pattern.starts_with("*.")) return host == pattern;
        const std::string_view domain = std::string_view(pattern).substr(1);  // ".domain"
        return host.size() > domain.size() && host.ends_with(domain);
    });
}

bool is_private_address(std::string_view address) {
    if (address.find(':') != address.npos) return is_private_ipv6(address);
    const auto v4 = ipv4_of(address);
    return !v4 || is_private_ipv4(*v4);
}

std::string url_for_display(std::string_view url) {
    std::string text(url.substr(0, url.find_first_of("?#")));
    const auto start = text.find("://");
    if (start == text.npos) return text;
    const auto end = text.find('/', start + 3);
    const auto at = text.rfind('@', end == text.npos ? text.size() : end);
    if (at != text.npos && at > start) text.erase(start + 3, at + 1 - (start + 3));
    return text;
}

std::string encode_path(std::string_view path) {
    static constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    std::string out;
    for (const char c : path) {
        if (kPlain.find(c) != kPlain.npos)
            out += c;
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace studio::net
