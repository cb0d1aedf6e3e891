#include "library/download_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "core/json.h"
#include "core/platform.h"
#include "core/text.h"
#include "net/url.h"

namespace studio {
namespace fs = std::filesystem;
namespace {

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? value : "";
}

/// One key of downloads.json.
struct Key {
    const char* name;
    const char* what;  // what it must be
    std::function<bool(DownloadSettings&, const Json&)> read;
};

Key text_key(const char* name, std::string DownloadSettings::*member) {
    return {name, "a text", [member](DownloadSettings& settings, const Json& json) {
                if (!json.is_string()) return false;
                settings.*member = json.get<std::string>();
                return true;
            }};
}

Key list_key(const char* name, std::vector<std::string> DownloadSettings::*member) {
    return {name, "a list of texts", [member](DownloadSettings& settings, const Json& json) {
                if (!json.is_array() ||
                    !std::all_of(json.begin(), json.end(), [](const Json& one) { return one.is_string(); }))
                    return false;
                settings.*member = json.get<std::vector<std::string>>();
                return true;
            }};
}

template <class Number>
Key number_key(const char* name, const char* what, Number DownloadSettings::*member, double low, double high) {
    return {name, what, [=](DownloadSettings& settings, const Json& json) {
                if (std::is_integral_v<Number> ? !json.is_number_integer() : !json.is_number()) return false;
                const double value = json.get<double>();
                if (!(value >= low && value <= high)) return false;
                settings.*member = static_cast<Number>(value);
                return true;
            }};
}

const std::vector<Key>& keys() {
    using S = DownloadSettings;
    static const std::vector<Key> kKeys{
        text_key("mirror", &S::mirror),
        text_key("proxy", &S::proxy),
        text_key("token", &S::token),
        {"ca_file", "a path",
         [](S& settings, const Json& json) {
             if (!json.is_string()) return false;
             settings.ca_file = path_from_utf8(json.get<std::string>());
             return true;
         }},
        list_key("allowed_hosts", &S::allowed_hosts),
        list_key("resolve", &S::resolve),
        number_key("parallel", "a whole number from 1 to 8", &S::parallel, 1, 8),
        number_key("tries", "a whole number from 1 to 100", &S::tries, 1, 100),
        number_key("connect_seconds", "a number from 0.1 to 600", &S::connect_seconds, 0.1, 600),
        number_key("stall_seconds", "a number from 0.1 to 3600", &S::stall_seconds, 0.1, 3600),
        number_key("backoff_seconds", "a number from 0 to 600", &S::backoff_seconds, 0, 600),
        number_key("max_wait_seconds", "a number from 0 to 86400", &S::max_wait_seconds, 0, 86400),
        number_key("reserve_mb", "a number from 0 to 1000000", &S::reserve_mb, 0, 1e6),
    };
    return kKeys;
}

Result<void> read_file(DownloadSettings& settings) {
    const fs::path path = download_settings_path();
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return {};
    STUDIO_TRY(json, read_json_file(path));
    const auto wrong = [&](const std::string& key, std::string_view why, std::string fix) {
        return corrupt_file(path_to_utf8(path), key, fmt::format("{}: {}.", path_to_utf8(path), why), std::move(fix));
    };
    if (!json.is_object()) return wrong("", "it does not hold an object", "Write it as {\"mirror\": \"https://...\"}.");
    for (const auto& [name, value] : json.items()) {
        const auto key = std::find_if(keys().begin(), keys().end(), [&](const Key& one) { return name == one.name; });
        if (key == keys().end()) {
            std::string known;
            for (const Key& one : keys())
                known += (known.empty() ? "" : ", ") + std::string(one.name);
            return wrong(escape_for_display(name, 60),
                         fmt::format("there is no setting \"{}\"", escape_for_display(name, 60)),
                         fmt::format("Use one of: {}.", known));
        }
        if (!key->read(settings, value))
            return wrong(name, fmt::format("\"{}\" must be {}", name, key->what),
                         "Correct the value, or remove the line.");
    }
    return {};
}

Result<void> check_proxy(const std::string& proxy, const char* field) {
    if (proxy.empty()) return {};
    for (const char* const scheme : {"http://", "https://", "socks5://", "socks5h://", "socks4://", "socks4a://"}) {
        if (proxy.starts_with(scheme) && proxy.size() > std::string_view(scheme).size()) return {};
    }
    return invalid_argument(
        field,
        "The proxy's address begins with none of http://, https://, socks5h://, socks5://, socks4a://, socks4://.",
        "Write it as http://host:port.");
}

}  // namespace

fs::path download_settings_path() {
    return platform::user_config_dir() / "downloads.json";
}

Result<DownloadSettings> download_settings(const std::string& mirror, const std::string& proxy,
                                           const DownloadPreferences& preferences) {
    DownloadSettings settings;
    STUDIO_TRY_VOID(read_file(settings));
    const char* mirror_field = "mirror";
    if (std::string text = environment("HF_ENDPOINT"); !text.empty()) {
        settings.mirror = std::move(text);
        mirror_field = "HF_ENDPOINT";
    }
    if (std::string text = environment("HF_TOKEN"); !text.empty()) settings.token = std::move(text);
    if (std::string text = environment("SSL_CERT_FILE"); !text.empty()) settings.ca_file = path_from_utf8(text);
    if (std::string text = environment("STUDIO_CA_FILE"); !text.empty()) settings.ca_file = path_from_utf8(text);
    if (!preferences.mirror.empty()) {
        settings.mirror = preferences.mirror;
        mirror_field = "downloads.mirror";
    }
    if (!preferences.proxy.empty()) settings.proxy = preferences.proxy;
    settings.is_offline = preferences.is_offline;
    if (!mirror.empty()) {
        settings.mirror = mirror;
        mirror_field = "--mirror";
    }
    if (!proxy.empty()) settings.proxy = proxy;
    STUDIO_TRY_VOID(check_proxy(settings.proxy, proxy.empty() ? "proxy" : "--proxy"));
    while (settings.mirror.ends_with('/'))
        settings.mirror.pop_back();
    auto url = net::parse_https_url(settings.mirror);
    if (!url.ok()) {
        url.error().field = mirror_field;
        return std::move(url).error();
    }
    const auto is_printable = [](char c) { return c > 0x20 && c < 0x7F; };
    if (!std::all_of(settings.token.begin(), settings.token.end(), is_printable))
        return invalid_argument("HF_TOKEN",
                                "The access token holds blanks or other characters that a token cannot have.",
                                "Copy the token again, without quotes and line ends.");
    return settings;
}

}  // namespace studio
