#define _GNU_SOURCE
#include <sys/mman.h>

#include "CPictures.h"

int picture_memory_file(void) { return memfd_create("pictures", MFD_CLOEXEC); }
