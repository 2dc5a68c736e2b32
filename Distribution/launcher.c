// The archive's bin/bigeggs: it executes the command's build for this processor, or for BIGEGGS_LEVEL's level.
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "level.h"

static int fail(const char *sentence) {
  fprintf(stderr, "error: %s\n", sentence);
  return 1;
}

int main(int count, char **words) {
  (void)count;
  char text[PATH_MAX + 200], own[PATH_MAX] = "";
  int level = be_level();
  if (level < 3)
    return fail("this processor has no AVX2, which BigEggs needs: Intel's have it since 2013, AMD's since 2015");
  const char *named = getenv("BIGEGGS_LEVEL");
  if (named && *named) {
    if (strcmp(named, "v3") && strcmp(named, "v4")) {
      snprintf(text, sizeof text, "BIGEGGS_LEVEL is %s: there are v3 and v4", named);
      return fail(text);
    }
    if (named[1] - '0' > level) return fail("BIGEGGS_LEVEL is v4, and this processor has no AVX-512");
    level = named[1] - '0';
  }
  if (readlink("/proc/self/exe", own, sizeof own - 1) < 0) return fail("/proc is not mounted: BigEggs finds its files there");
  char *root = dirname(dirname(own));
  snprintf(text, sizeof text, "%s/levels/v%d/lib/bigeggs/bigeggs", root, level);
  execv(text, words);
  fprintf(stderr, "error: %s cannot be started: %s\n", text, strerror(errno));
  return 1;
}
