#include "net/request.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "core/log.h"
#include "core/text.h"
#include "net/curl_errors.h"

namespace studio::net {
namespace {

using Clock = std::chrono::steady_clock;
constexpr int kPollMs = 50;
constexpr long kBufferBytes = 512 * 1024;
constexpr std::size_t kMaxHeaders = 256;

struct EasyDeleter {
    void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct MultiDeleter {
    void operator()(CURLM* handle) const { curl_multi_cleanup(handle); }
};
struct ListDeleter {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;
using Multi = std::unique_ptr<CURLM, MultiDeleter>;
using List = std::unique_ptr<curl_slist, ListDeleter>;

void append(List& list, const std::string& text) {
    if (curl_slist* const longer = curl_slist_append(list.get(), text.c_str()); longer != nullptr) {
        [[maybe_unused]] auto* const same = list.release();
        list.reset(longer);
    }
}

bool start_curl() {
    static const bool kIsReady = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    return kIsReady;
}

bool has_environment_proxy() {
    for (const char* const name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
        const char* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return true;
    }
    return false;
}

std::string trimmed(std::string_view text) {
    const auto start = text.find_first_not_of(" \t");
    if (start == text.npos) return {};
    return std::string(text.substr(start, text.find_last_not_of(" \t\r\n") + 1 - start));
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::transform(out.begin(), out.end(), out.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// One hop: one request to one address, without following anything.
class Hop {
  public:
    Hop(const Request& request, const NetOptions& options, const BodySink& sink, Url url, bool may_be_private)
        : request_(request), options_(options), sink_(sink), may_be_private_(may_be_private) {
        ending_.head.url = std::move(url);
    }

    RequestOutcome run(const std::stop_token& stop);

  private:
    static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
    static int on_connected(void* self, char* address, char*, int, int);

    bool set_up();
    void header_line(std::string_view line);
    bool take(std::span<const std::byte> bytes);
    bool announce();
    RequestOutcome finish(CURLcode code);
    RequestOutcome failed(Error error, bool is_temporary) const {
        return {std::nullopt, NetError{std::move(error), is_temporary}};
    }
    bool has_file() const { return ending_.head.status == 200 || ending_.head.status == 206; }
    bool has_proxy() const { return !options_.proxy.empty() || has_environment_proxy(); }

    const Request& request_;
    const NetOptions& options_;
    const BodySink& sink_;
    const bool may_be_private_;
    Ending ending_;
    Easy easy_;
    List headers_, resolve_;
    std::string ca_file_;
    char error_text_[CURL_ERROR_SIZE] = {};
    Clock::time_point last_activity_ = Clock::now();
    bool is_announced_ = false, is_enough_ = false;
    std::optional<Error> sink_error_;
    std::string private_address_;
};

std::size_t Hop::on_header(char* data, std::size_t size, std::size_t count, void* self) {
    auto& hop = *static_cast<Hop*>(self);
    hop.last_activity_ = Clock::now();
    hop.header_line(std::string_view(data, size * count));
    return size * count;
}

void Hop::header_line(std::string_view line) {
    ResponseHead& head = ending_.head;
    if (line.starts_with("HTTP/")) {  // also after a 100 Continue: start anew
        head.headers.clear();
        head.status = 0;
        return;
    }
    const auto colon = line.find(':');
    if (colon == line.npos || head.headers.size() >= kMaxHeaders) return;
    head.headers[lower(line.substr(0, colon))] = trimmed(line.substr(colon + 1));
}

std::size_t Hop::on_body(char* data, std::size_t size, std::size_t count, void* self) {
    auto& hop = *static_cast<Hop*>(self);
    hop.last_activity_ = Clock::now();
    return hop.take(std::as_bytes(std::span(data, size * count))) ? size * count : CURL_WRITEFUNC_ERROR;
}

bool Hop::announce() {
    if (is_announced_) return true;
    is_announced_ = true;
    if (auto result = sink_.on_head(ending_.head); !result.ok()) sink_error_ = std::move(result).error();
    return !sink_error_;
}

bool Hop::take(std::span<const std::byte> bytes) {
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    ending_.head.status = static_cast<int>(status);
    if (!has_file()) {
        const std::size_t space =
            request_.max_error_body - std::min<std::size_t>(request_.max_error_body, ending_.error_body.size());
        ending_.error_body.append(reinterpret_cast<const char*>(bytes.data()), std::min(space, bytes.size()));
        is_enough_ = bytes.size() > space;  // nobody needs the rest of an error page
        return !is_enough_;
    }
    if (!announce()) return false;
    auto wants_more = sink_.on_data(bytes);
    if (!wants_more.ok())
        sink_error_ = std::move(wants_more).error();
    else
        is_enough_ = !*wants_more;
    return !sink_error_ && !is_enough_;
}

int Hop::on_connected(void* self, char* address, char*, int, int) {
    auto& hop = *static_cast<Hop*>(self);
    // Through a proxy the address is the proxy's, and the proxy decides what it reaches.
    if (hop.may_be_private_ || hop.has_proxy() || !is_private_address(address)) return CURL_PREREQFUNC_OK;
    hop.private_address_ = address;
    return CURL_PREREQFUNC_ABORT;
}

bool Hop::set_up() {
    easy_.reset(curl_easy_init());
    CURL* const handle = easy_.get();
    if (handle == nullptr) return false;
    const Url& url = ending_.head.url;
    bool is_set = true;
    const auto set = [&](CURLoption option, auto value) {
        is_set = curl_easy_setopt(handle, option, value) == CURLE_OK && is_set;
    };
    set(CURLOPT_URL, url.text.c_str());
    set(CURLOPT_PROTOCOLS_STR, "https");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_ERRORBUFFER, error_text_);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(CURLOPT_BUFFERSIZE, kBufferBytes);
    set(CURLOPT_HEADERFUNCTION, &Hop::on_header);
    set(CURLOPT_HEADERDATA, this);
    set(CURLOPT_WRITEFUNCTION, &Hop::on_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_PREREQFUNCTION, &Hop::on_connected);
    set(CURLOPT_PREREQDATA, this);
    if (!options_.proxy.empty()) set(CURLOPT_PROXY, options_.proxy.c_str());
    if (!options_.ca_file.empty()) {
        ca_file_ = path_to_utf8(options_.ca_file);
        set(CURLOPT_CAINFO, ca_file_.c_str());
    }
    for (const std::string& entry : options_.resolve)
        append(resolve_, entry);
    if (resolve_) set(CURLOPT_RESOLVE, resolve_.get());
    // A server that compresses would make lengths and ranges mean something else.
    append(headers_, "Accept-Encoding: identity");
    if (request_.offset > 0) {
        append(headers_, fmt::format("Range: bytes={}-", request_.offset));
        if (!request_.if_range.empty()) append(headers_, "If-Range: " + request_.if_range);
    }
    if (!options_.token.empty() && url.host_and_port() == options_.token_server)
        append(headers_, "Authorization: Bearer " + options_.token);
    set(CURLOPT_HTTPHEADER, headers_.get());
    return is_set;
}

RequestOutcome Hop::run(const std::stop_token& stop) {
    const Multi multi(curl_multi_init());
    if (multi == nullptr || !set_up()) return failed(internal_error("libcurl cannot be set up for a transfer."), false);
    curl_multi_add_handle(multi.get(), easy_.get());
    struct Removal {
        CURLM* multi;
        CURL* easy;
        ~Removal() { curl_multi_remove_handle(multi, easy); }
    } const removal{multi.get(), easy_.get()};
    last_activity_ = Clock::now();
    for (int running = 1; running > 0;) {
        if (const CURLMcode code = curl_multi_perform(multi.get(), &running); code != CURLM_OK)
            return failed(internal_error(fmt::format("libcurl failed: {}", curl_multi_strerror(code))), false);
        if (stop.stop_requested()) {
            curl_easy_setopt(easy_.get(), CURLOPT_QUICK_EXIT, 1L);  // do not wait for a name look-up
            return failed(cancelled(), false);
        }
        if (running == 0) break;
        if (Clock::now() - last_activity_ > options_.stall_timeout) {
            curl_easy_setopt(easy_.get(), CURLOPT_QUICK_EXIT, 1L);
            return finish(CURLE_OPERATION_TIMEDOUT);
        }
        curl_multi_poll(multi.get(), nullptr, 0, kPollMs, nullptr);
    }
    int left = 0;
    const CURLMsg* const message = curl_multi_info_read(multi.get(), &left);
    if (message == nullptr || message->msg != CURLMSG_DONE)
        return failed(internal_error("libcurl ended without a result."), false);
    return finish(message->data.result);
}

RequestOutcome Hop::finish(CURLcode code) {
    if (sink_error_) return failed(*std::move(sink_error_), false);
    const Url& url = ending_.head.url;
    if (!private_address_.empty()) {
        return failed({ErrorCode::kUnsupported,
                       fmt::format("The server redirects to {}, which is the private address {}.",
                                   escape_for_display(url.host, 200), escape_for_display(private_address_, 60)),
                       {},
                       "redirect",
                       "Log in to the network in a browser first. If this mirror is yours, name its host in "
                       "\"allowed_hosts\" of downloads.json.",
                       {}},
                      false);
    }
    if (code != CURLE_OK && !(code == CURLE_WRITE_ERROR && is_enough_)) {
        CurlFailure failure;
        failure.code = code;
        failure.text = error_text_[0] != '\0' ? error_text_ : curl_easy_strerror(code);
        failure.has_proxy = has_proxy();
        failure.proxy_shown = escape_for_display(url_for_display(options_.proxy), 200);
        curl_easy_getinfo(easy_.get(), CURLINFO_SSL_VERIFYRESULT, &failure.verify_result);
        NetError error = describe_curl_failure(failure, url);
        log::debug("download: {} ({})", error.error.message, failure.code);
        return {std::nullopt, std::move(error)};
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    ending_.head.status = static_cast<int>(status);
    if (has_file() && !announce()) return failed(*std::move(sink_error_), false);  // a body of 0 bytes
    return {std::move(ending_), std::nullopt};
}

Error refused_redirect(const Url& from, std::string why) {
    return {
        ErrorCode::kUnsupported,
        fmt::format("{} redirects {}.", escape_for_display(from.host_and_port(), 200), why),
        {},
        "redirect",
        "Choose another mirror with --mirror. If this host is meant, name it in \"allowed_hosts\" of downloads.json.",
        {}};
}

}  // namespace

RequestOutcome http_get(const Request& request, const NetOptions& options, const BodySink& sink,
                        const std::stop_token& stop) {
    const auto give_up = [](Error error) { return RequestOutcome{std::nullopt, NetError{std::move(error), false}}; };
    if (!start_curl()) return give_up(internal_error("libcurl does not start."));
    auto first = parse_https_url(request.url);
    if (!first.ok()) return give_up(std::move(first).error());
    Url url = *std::move(first);
    const std::string first_host = url.host;
    for (int hops = 0;; ++hops) {
        const bool may_be_private =
            hops == 0 || url.host == first_host || is_host_allowed(url.host, options.trusted_hosts);
        Hop hop(request, options, sink, url, may_be_private);
        RequestOutcome outcome = hop.run(stop);
        if (!outcome.ending || !is_redirect(outcome.ending->head.status)) return outcome;
        const std::string location = outcome.ending->head.header("location");
        if (location.empty()) return outcome;
        if (hops >= options.max_redirects)
            return give_up(refused_redirect(url, fmt::format("more than {} times", options.max_redirects)));
        auto next = resolve_redirect(url, location);
        if (!next.ok())
            return give_up(
                refused_redirect(url, fmt::format("to {}, which is refused: only https addresses are followed",
                                                  escape_for_display(url_for_display(location), 200))));
        if (next->host != first_host && !is_host_allowed(next->host, options.allowed_hosts) &&
            !is_host_allowed(next->host, options.trusted_hosts))
            return give_up(refused_redirect(url, fmt::format("to {}, a host that is not known to carry models",
                                                             escape_for_display(next->host, 200))));
        url = *std::move(next);
    }
}

}  // namespace studio::net
