// cli/arguments.h - the command line as UTF-8, whatever the system hands to main(). arguments_{posix,windows}.cpp.
#pragma once
#include <string>
#include <vector>

namespace studio::cli {

/// Without the program's name. On Linux the bytes are passed on as they are: a file name may be any bytes.
std::vector<std::string> utf8_arguments(int argc, char** argv);

}  // namespace studio::cli
