// net/curl_errors.h - what libcurl says, in words that tell what to do.
#pragma once
#include <string>

#include "net/request.h"

namespace studio::net {

struct CurlFailure {
    int code = 0;            // CURLcode
    long verify_result = 0;  // of the certificate, X509_V_ERR_*
    long os_error = 0;
    std::string text;  // libcurl's own
    bool has_proxy = false;
    std::string proxy_shown;  // without credentials; empty: from the environment
};

NetError describe_curl_failure(const CurlFailure& failure, const Url& url);

}  // namespace studio::net
