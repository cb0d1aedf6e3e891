// `component_driver component NAME ...`: run_component without the rest of the command line.
#include <iostream>
#include <vector>

#include "component/component.h"

int main(int argc, char** argv) {
    const std::vector<std::string> args(argv + std::min(argc, 2), argv + argc);
    return studio::run_component(args, std::cout, std::cerr);
}
