#include "net/curl_errors.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include "core/text.h"

namespace studio::net {
namespace {

constexpr const char* kCheckConnection =
    "Check the internet connection, then try again: the download goes on where it stopped.";

NetError net_error(const char* field, std::string message, std::string fix, bool is_temporary) {
    return {{ErrorCode::kIo, std::move(message), {}, field, std::move(fix), {}}, is_temporary};
}

NetError certificate_error(const CurlFailure& failure, const std::string& host) {
    // OpenSSL's numbers; other TLS libraries give 0 and the text alone.
    constexpr long kNotYetValid = 9, kExpired = 10, kSelfSigned = 18, kSelfSignedInChain = 19, kNoIssuer = 20,
                   kHostMismatch = 62;
    const auto refused = [&](std::string why, std::string fix) {
        return net_error("certificate", fmt::format("The connection to {} is not safe: {}.", host, why), std::move(fix),
                         false);
    };
    // libcurl compares the names itself, after the TLS library found the certificate good.
    const bool is_for_other =
        failure.verify_result == kHostMismatch || failure.text.find("host name") != failure.text.npos;
    switch (is_for_other ? kHostMismatch : failure.verify_result) {
        case kNotYetValid:
            return refused("its certificate is not yet valid",
                           "Set this computer's clock: it is probably behind. Then try again.");
        case kExpired:
            return refused("its certificate has expired",
                           "Check this computer's clock; if it is right, choose another mirror with --mirror.");
        case kSelfSigned:
        case kSelfSignedInChain:
        case kNoIssuer:
            return refused(
                "its certificate is from nobody that this computer trusts",
                "A log-in page of the network or a filtering proxy may stand in between: open a web page in a "
                "browser to log in. A company's own certificate can be named as \"ca_file\" in downloads.json.");
        case kHostMismatch:
            return refused("its certificate is for another host",
                           "Log in to the network in a browser first, or choose another mirror with --mirror.");
        default:
            break;
    }
    return refused(escape_for_display(failure.text, 300),
                   "Check this computer's clock and the network, or choose another mirror with --mirror.");
}

}  // namespace

NetError describe_curl_failure(const CurlFailure& failure, const Url& url) {
    const std::string host = escape_for_display(url.host_and_port(), 200);
    const std::string text = escape_for_display(failure.text, 300);
    const std::string proxy =
        failure.proxy_shown.empty() ? "The proxy" : fmt::format("The proxy {}", failure.proxy_shown);
    switch (static_cast<CURLcode>(failure.code)) {
        case CURLE_COULDNT_RESOLVE_PROXY:
            return net_error("proxy", fmt::format("{} has no address.", proxy),
                             "Correct the proxy in downloads.json, --proxy or the variable https_proxy.", false);
        case CURLE_PROXY:
            return net_error("proxy",
                             fmt::format("{} does not let the connection to {} through: {}.", proxy, host, text),
                             "Correct the proxy in downloads.json, --proxy or the variable https_proxy.", false);
        case CURLE_COULDNT_RESOLVE_HOST:
            return net_error("host", fmt::format("The host {} has no address.", host),
                             "Check the internet connection. If other pages work, this host may be blocked: choose a "
                             "mirror with --mirror, or set a proxy.",
                             true);
        case CURLE_COULDNT_CONNECT:
            if (failure.has_proxy) {
                return net_error(
                    "proxy", fmt::format("{} cannot be reached on the way to {}: {}.", proxy, host, text),
                    "Start the proxy, or correct it in downloads.json, --proxy or the variable https_proxy.", true);
            }
            return net_error("host", fmt::format("{} cannot be reached: {}.", host, text),
                             "Check the internet connection, choose a mirror with --mirror, or set a proxy.", true);
        case CURLE_PEER_FAILED_VERIFICATION:
            return certificate_error(failure, host);
        case CURLE_SSL_CACERT_BADFILE:
            return net_error("ca_file", fmt::format("The file with trusted certificates cannot be used: {}.", text),
                             "Correct \"ca_file\" in downloads.json or the variable STUDIO_CA_FILE.", false);
        case CURLE_SSL_CONNECT_ERROR:
            return net_error("certificate", fmt::format("No safe connection to {}: {}.", host, text),
                             "A log-in page of the network may stand in between: open a web page in a browser. Or "
                             "choose another mirror with --mirror.",
                             true);
        case CURLE_OPERATION_TIMEDOUT:
            return net_error("connection", fmt::format("{} does not answer.", host),
                             "Try again later, or choose another mirror with --mirror.", true);
        case CURLE_PARTIAL_FILE:
        case CURLE_RECV_ERROR:
        case CURLE_SEND_ERROR:
        case CURLE_GOT_NOTHING:
        case CURLE_HTTP2:
        case CURLE_HTTP2_STREAM:
            return net_error("connection", fmt::format("The connection to {} broke off: {}.", host, text),
                             kCheckConnection, true);
        default:
            break;
    }
    return net_error("connection", fmt::format("The transfer from {} failed: {}.", host, text), kCheckConnection, true);
}

}  // namespace studio::net
