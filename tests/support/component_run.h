// support/component_run.h - run_component in-process, with what it printed.
#pragma once
#include <sstream>
#include <string>
#include <vector>

#include "component/component.h"
#include "core/json.h"

namespace studio::test {

struct Outcome {
    int code = -1;
    std::string out, err;

    /// The last line of stderr, which --json-errors makes JSON; an empty object when there is none.
    Json error() const {
        std::string last, line;
        for (std::istringstream lines(err); std::getline(lines, line);)
            last = line;
        return last.starts_with('{') ? Json::parse(last) : Json::object();
    }
    std::string field(const char* key) const { return error().value(key, ""); }
};

inline Outcome run_component(const std::vector<std::string>& args, std::stop_token stop = {}) {
    std::ostringstream out, err;
    Outcome outcome;
    outcome.code = studio::run_component(args, out, err, std::move(stop));
    outcome.out = out.str();
    outcome.err = err.str();
    return outcome;
}

}  // namespace studio::test
