// net/request.h - one HTTPS GET with its redirects: no retry, no file. The only file pair that talks to libcurl's
// transfers.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <stop_token>
#include <string>

#include "core/result.h"
#include "net/net_options.h"
#include "net/url.h"

namespace studio::net {

/// The final answer's head. Header names are lower case; a repeated header keeps its last value.
struct ResponseHead {
    int status = 0;
    std::map<std::string, std::string> headers;
    Url url;  // after redirects

    std::string header(const std::string& name) const;
    std::optional<std::uint64_t> content_length() const;
    /// "bytes 10-19/20" -> 10 and 20; the total is absent for "*".
    struct Range {
        std::uint64_t start = 0;
        std::optional<std::uint64_t> total;
    };
    std::optional<Range> content_range() const;
    /// Retry-After in seconds; dates are read against the Date header.
    std::optional<std::int64_t> retry_after_s() const;
};

struct Request {
    std::string url;
    std::uint64_t offset = 0;  // above 0: Range from here
    std::string if_range;      // strong ETag or date; empty: none
    std::uint64_t max_error_body = 4096;
};

/// Who takes the body of a 200 or 206. An error that a function returns ends the transfer and is returned.
struct BodySink {
    std::function<Result<void>(const ResponseHead&)> on_head;         // once, before the first byte
    std::function<Result<bool>(std::span<const std::byte>)> on_data;  // false: that is enough, end well
};

/// How a transfer ended that has no verdict of its own.
struct Ending {
    ResponseHead head;
    std::string error_body;  // start of the body of another status than 200 and 206
};

/// A failure that may go away when it is tried again.
struct NetError {
    Error error;
    bool is_temporary = false;
};

/// Blocks; looks at `stop` at least every 50 ms.
/// Errors   `field` says what was at fault: "url", "redirect", "host", "certificate", "proxy", "connection".
///          Cancelled. Errors of the sink as they are (never temporary).
/// Threads  any; one call is one connection of its own.
struct RequestOutcome {
    std::optional<Ending> ending;     // the server answered and the body ended as announced
    std::optional<NetError> failure;  // exactly one of the two is set
};
RequestOutcome http_get(const Request& request, const NetOptions& options, const BodySink& sink,
                        const std::stop_token& stop);

}  // namespace studio::net
