// net/wrong_body.h - what servers send instead of the file that was asked for.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "net/request.h"

namespace studio::net {

/// A web page by its Content-Type, or a body that is compressed although that was not asked for.
std::optional<Error> wrong_head(const ResponseHead& head, const std::string& target);
/// A web page, a Git LFS or Xet pointer, or JSON (unless the target's name ends in .json), from the first bytes.
std::optional<Error> wrong_start(std::span<const std::byte> start, const Url& url, const std::string& target);
/// What an answer other than 200 and 206 means for whoever wants the file.
Error status_error(const Ending& ending, bool has_token);

}  // namespace studio::net
