#pragma once

/// The file, an executable or a shared library, that this code is in.
__attribute__((visibility("hidden"))) const char *be_own_file(void);
