#include "cli/commands.h"

namespace studio::cli {

std::span<const Command> all_commands() {
    static const std::vector<Command> kCommands{generate_command(), decode_command(),  models_command(),
                                                inspect_command(),  export_command(),  doctor_command(),
                                                settings_command(), presets_command(), bench_command()};
    return kCommands;
}

}  // namespace studio::cli
