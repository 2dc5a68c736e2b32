#pragma once

/// The path, without links, of the executable or shared library that contains this code; empty if unknown. The first
/// call is not thread-safe.
__attribute__((visibility("hidden"))) const char *be_own_file(void);
