#include "sections.h"

const char *be_sections(void) { return REPORT_SECTIONS; }
