#pragma once

/// The file, an executable or a shared library, that this code is in: its path without links. Empty if nobody knows. Not
/// for several threads at once before the first call has ended.
__attribute__((visibility("hidden"))) const char *be_own_file(void);
