#include "core/error_json.h"

namespace studio {

Json error_json(const Error& error) {
    return {{"code", std::string(to_string(error.code))},
            {"message", error.message},
            {"file", error.file},
            {"field", error.field},
            {"fix", error.fix}};
}

}  // namespace studio
