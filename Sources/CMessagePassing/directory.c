#define _GNU_SOURCE
#include "directory.h"
#include <dlfcn.h>

const char *be_own_file(void) {
  Dl_info info;
  return dladdr((void *)be_own_file, &info) ? info.dli_fname : "";
}
