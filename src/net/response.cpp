// Reading an answer's head: lengths, ranges and waiting times that a server may state.
#include <curl/curl.h>

#include <algorithm>

#include "core/text.h"
#include "net/request.h"

namespace studio::net {
namespace {

std::optional<std::uint64_t> unsigned_of(std::string_view text) {
    const auto value = parse_int64(text);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

}  // namespace

std::string ResponseHead::header(const std::string& name) const {
    const auto it = headers.find(name);
    return it == headers.end() ? std::string() : it->second;
}

std::optional<std::uint64_t> ResponseHead::content_length() const {
    return unsigned_of(header("content-length"));
}

std::optional<ResponseHead::Range> ResponseHead::content_range() const {
    const std::string text = header("content-range");
    constexpr std::string_view kUnit = "bytes ";
    if (!text.starts_with(kUnit)) return std::nullopt;
    const std::string_view rest = std::string_view(text).substr(kUnit.size());
    const auto dash = rest.find('-'), slash = rest.find('/');
    if (dash == rest.npos || slash == rest.npos || dash > slash) return std::nullopt;
    const auto start = unsigned_of(rest.substr(0, dash));
    if (!start) return std::nullopt;
    return Range{*start, unsigned_of(rest.substr(slash + 1))};
}

std::optional<std::int64_t> ResponseHead::retry_after_s() const {
    const std::string text = header("retry-after");
    if (text.empty()) return std::nullopt;
    if (const auto seconds = unsigned_of(text))
        return static_cast<std::int64_t>(std::min<std::uint64_t>(*seconds, 1u << 30));
    const auto when = curl_getdate(text.c_str(), nullptr);
    const auto now = curl_getdate(header("date").c_str(), nullptr);
    if (when < 0 || now < 0) return std::nullopt;
    return std::max<std::int64_t>(0, static_cast<std::int64_t>(when) - static_cast<std::int64_t>(now));
}

}  // namespace studio::net
