#include "net/wrong_body.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.h"

namespace studio::net {
namespace {

constexpr const char* kLogIn =
    "Open a web page in a browser: the network may want you to log in first. Or choose another mirror with --mirror.";

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() && std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char is) {
               return want == (is >= 'A' && is <= 'Z' ? static_cast<char>(is - 'A' + 'a') : is);
           });
}

/// A safetensors file may begin with the byte of "{", too (its header's length); zeros follow then.
bool is_plain_text(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](char c) {
        return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\r' && c != '\t';
    });
}

Error wrong(const std::string& host, const std::string& target, const char* what, const char* fix) {
    return {ErrorCode::kCorruptFile,
            fmt::format("{} sent {} instead of the file.", escape_for_display(host, 200), what),
            target,
            "content",
            fix,
            {}};
}

}  // namespace

std::optional<Error> wrong_head(const ResponseHead& head, const std::string& target) {
    const std::string type = head.header("content-type");
    const std::string host = head.url.host_and_port();
    if (starts_with_ignoring_case(type, "text/html") || starts_with_ignoring_case(type, "application/xhtml"))
        return wrong(host, target, "a web page", kLogIn);
    const std::string encoding = head.header("content-encoding");
    if (!encoding.empty() && encoding != "identity")
        return wrong(host, target, "a compressed form that was not asked for", "Choose another mirror with --mirror.");
    return std::nullopt;
}

std::optional<Error> wrong_start(std::span<const std::byte> start, const Url& url, const std::string& target) {
    std::string_view text(reinterpret_cast<const char*>(start.data()), std::min<std::size_t>(start.size(), 512));
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    const std::string host = url.host_and_port();
    if (starts_with_ignoring_case(text, "<!doctype") || starts_with_ignoring_case(text, "<html"))
        return wrong(host, target, "a web page", kLogIn);
    constexpr const char* kOtherMirror =
        "Choose another mirror with --mirror: this one does not hold the files themselves.";
    if (text.starts_with("version https://git-lfs"))
        return wrong(host, target, "a Git LFS pointer, only a note about where the file is,", kOtherMirror);
    if (text.starts_with("# xet version"))
        return wrong(host, target, "a Xet pointer, only a note about where the file is,", kOtherMirror);
    if (!text.empty() && text[0] == '{' && is_plain_text(text) && !target.ends_with(".json"))
        return wrong(host, target, "JSON text (often an error message)", kOtherMirror);
    return std::nullopt;
}

Error status_error(const Ending& ending, bool has_token) {
    const int status = ending.head.status;
    const std::string host = escape_for_display(ending.head.url.host_and_port(), 200);
    const std::string where = escape_for_display(url_for_display(ending.head.url.text), 500);
    const auto error = [&](ErrorCode code, std::string message, std::string fix) {
        return Error{code, std::move(message), {}, "status", std::move(fix), {}};
    };
    const bool is_gated = ending.head.header("x-error-code") == "GatedRepo";
    if (status == 401 || (status == 403 && is_gated)) {
        return error(ErrorCode::kIo,
                     fmt::format("{} wants you to be logged in for this file (status {}).", host, status),
                     has_token ? "Accept the model's terms on its page with the account that your token belongs to, "
                                 "and check that the token is still valid."
                               : "Make an access token in your account there, put it into the variable HF_TOKEN, and "
                                 "accept the model's terms on its page.");
    }
    if (status == 403) {
        return error(ErrorCode::kIo, fmt::format("{} refuses to give this file (status 403).", host),
                     has_token ? "Accept the model's terms on its page with the account that your token belongs to, or "
                                 "choose another mirror with --mirror."
                               : "If the model's page asks for a log-in, put an access token into the variable "
                                 "HF_TOKEN; otherwise choose another mirror with --mirror.");
    }
    if (status == 404 || status == 410) {
        return error(ErrorCode::kNotFound, fmt::format("{} has no file {} (status {}).", host, where, status),
                     "Check the mirror's address, or choose another mirror with --mirror. A newer Turbo Studio may "
                     "know the new place.");
    }
    if (status == 429)
        return error(ErrorCode::kIo, fmt::format("{} asks for fewer requests (status 429).", host),
                     "Wait a while, then download again: it goes on where it stopped.");
    if (status == 407)
        return error(ErrorCode::kIo, "The proxy wants a user name and password (status 407).",
                     "Put them into the proxy's address in downloads.json: http://name:password@host:port.");
    if (status >= 500)
        return error(ErrorCode::kIo, fmt::format("{} has a problem of its own (status {}).", host, status),
                     "Try again later, or choose another mirror with --mirror.");
    return error(ErrorCode::kIo, fmt::format("{} answers with status {} instead of the file.", host, status),
                 "Choose another mirror with --mirror.");
}

}  // namespace studio::net
