#include "tools/cli/cli.h"

int main(int argc, char** argv) { return tilewright::run_command_line(argc, argv); }
