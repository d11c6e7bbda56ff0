#pragma once
// The program's version, as CMakeLists.txt has it too (tests/tidy holds them together).
#define STEGVIS_VERSION "0.1.0"
