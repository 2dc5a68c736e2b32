#include "processor_check.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "build_processor.h"

/// The features of the build that this processor lacks, separated by spaces.
static const char *missing_features(void) {
  static char missing[512];
  missing[0] = 0;
  __builtin_cpu_init();
  unsigned long bit = 1;
#define BE_LOOK(name, macro)                                                                      \
  if ((be_build_features & bit) && !__builtin_cpu_supports(name)) {                               \
    if (missing[0]) strcat(missing, " ");                                                         \
    strcat(missing, name);                                                                        \
  }                                                                                               \
  bit <<= 1;
  BE_FEATURES(BE_LOOK)
  return missing;
}

/// Runs when the program or the shared library is loaded, before any code of the library.
__attribute__((constructor)) static void check_processor(void) {
  const char *missing = missing_features();
  if (!missing[0]) return;
  fprintf(stderr,
          "error: this build of BigEggs is for a processor that has %s, and this one has not: "
          "build it here, with `make clean build`\n",
          missing);
  _exit(1);
}
