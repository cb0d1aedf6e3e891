// net/net_options.h - how to reach the network: everything a user may have to set, with defaults that suit most.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace studio::net {

struct NetOptions {
    std::string user_agent = "turbo-studio";
    std::string proxy;                       // empty: https_proxy, all_proxy and no_proxy of the environment
    std::string token;                       // bearer token; goes to `token_server` only, never into a log
    std::string token_server;                // "host" or "host:port"
    std::filesystem::path ca_file;           // PEM; empty: the system's certificates
    std::vector<std::string> resolve;        // "host:port:address", as curl --resolve
    std::vector<std::string> allowed_hosts;  // where a redirect may lead: hosts and "*.domain" patterns
    std::vector<std::string> trusted_hosts;  // the user's own choice: allowed, and may have a private address
    int max_redirects = 5;
    std::chrono::milliseconds connect_timeout{30000};
    std::chrono::milliseconds stall_timeout{60000};  // no byte for so long: the connection is given up and tried again
    int max_fruitless_tries = 6;                     // in a row without a new byte
    std::chrono::milliseconds backoff{1000};         // doubled with every fruitless try
    std::chrono::milliseconds max_wait{300000};      // longer waits that a server asks for are an error
    int parallel = 2;                                // files at a time, 1 to 8
    std::uint64_t disk_reserve_bytes = 64u << 20;    // stays free after everything has arrived
};

}  // namespace studio::net
