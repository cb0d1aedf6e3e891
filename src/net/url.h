// net/url.h - web addresses: what they name, whether a host is allowed, and forms that are safe to show.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "core/result.h"

namespace studio::net {

struct Url {
    std::string scheme;  // lower case
    std::string host;    // lower case; IPv6 without brackets
    int port = 443;
    std::string text;  // the whole address

    std::string host_and_port() const;  // "host" or "host:8443"
    bool is_same_server(const Url& other) const { return host == other.host && port == other.port; }
};

/// Only https. A user name or password inside the address is refused: it would end up in logs and state files.
/// Errors   InvalidArgument with `field` "url".
Result<Url> parse_https_url(const std::string& text);
/// Location header against the address that sent it.   Errors: as parse_https_url.
Result<Url> resolve_redirect(const Url& from, const std::string& location);

/// `pattern` is a host, or "*.domain" for every host below the domain (not the domain itself).
bool is_host_allowed(std::string_view host, std::span<const std::string> patterns);

/// Loopback, private, link-local, unspecified or multicast, as IPv4 or IPv6 text. 198.18.0.0/15 counts as public: proxy
/// programs answer with it for every name. Text that is no address counts as private.
bool is_private_address(std::string_view address);

/// Without query and fragment (signed addresses carry keys there) and without "user:password@".
std::string url_for_display(std::string_view url);

/// Percent-encode a path, keeping its slashes.
std::string encode_path(std::string_view path);

}  // namespace studio::net
