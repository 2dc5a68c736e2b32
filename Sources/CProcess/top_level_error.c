#include "top_level_error.h"

#include <stdlib.h>

static be_top_level_error_handler handler;

void be_set_top_level_error_handler(be_top_level_error_handler new_handler) { handler = new_handler; }

__attribute__((swiftcall)) void swift_errorInMain(void *error) {
  if (handler) handler(error);
  exit(1);
}
