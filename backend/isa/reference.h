// The instruction set as a table for people; the README holds it, and a test compares the two.
#pragma once

#include <string>

namespace tilewright::isa {

// Markdown: one row per opcode with its units, its fields in order and its meaning.
std::string opcode_table();
// Markdown: one row per struct that fields of opcodes have, with its own fields.
std::string struct_table();

}  // namespace tilewright::isa
