// fuzz/target.h - what a fuzz target offers. Each .cpp beside it defines these two functions for one reader.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace studio::fuzz {

/// Feed one input; abort when the reader breaks a promise. Must return for every input.
void run_one(std::string_view input);

/// Good and bad inputs to start from, and words worth inserting.
std::vector<std::string> seeds();
std::vector<std::string> words();

/// Half of the mutated inputs pass through here, so that a length or checksum in them can tell the truth again; without
/// that a strict reader stops at it nearly every time. May do nothing.
void repair(std::string& input);

/// Like assert, but not for debug builds only.
void require(bool holds, const char* promise);

}  // namespace studio::fuzz
