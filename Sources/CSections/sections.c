#include "sections.h"

const char *be_sections(void) { return BIGEGGS_SECTIONS; }
