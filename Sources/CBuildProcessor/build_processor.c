#include "build_processor.h"

// A defined macro expands to 1 before it becomes a string; an undefined macro becomes its own name, which is longer.
#define BE_TEXT(macro) #macro
#define BE_IS_DEFINED(macro) (sizeof(BE_TEXT(macro)) == sizeof("1"))

enum { first = __COUNTER__ + 1 };
#define BE_BIT(name, macro) ((unsigned long)BE_IS_DEFINED(macro) << (__COUNTER__ - first)) |
__attribute__((visibility("hidden"))) const unsigned long be_build_features = BE_FEATURES(BE_BIT) 0;
