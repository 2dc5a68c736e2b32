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
  // In the link map, the main program has an empty name. dladdr would name it by argv[0], which may be a link or a name
  // to be found in PATH.
  file = realpath(map->l_name[0] ? map->l_name : "/proc/self/exe", NULL);
  return file ? file : "";
}
