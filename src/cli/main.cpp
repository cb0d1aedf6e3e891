#include "cli/arguments.h"
#include "cli/program.h"

int main(int argc, char** argv) {
    return studio::cli::run_program(studio::cli::utf8_arguments(argc, argv));
}
