#define _GNU_SOURCE
#include "directory.h"
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

const char *be_own_file(void) {
  static char *file;
  if (file) return file;
  Dl_info info;
  struct link_map *map = NULL;
  if (!dladdr1((void *)be_own_file, &info, (void **)&map, RTLD_DL_LINKMAP) || !map) return "";
  // The program itself has no name there, and dladdr gives it the one that it was called by, which may be a link or lie
  // somewhere in PATH.
  file = realpath(map->l_name[0] ? map->l_name : "/proc/self/exe", NULL);
  return file ? file : "";
}
