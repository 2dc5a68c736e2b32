#include "parent_death.h"

#include <sys/prctl.h>

void be_signal_at_parent_death(int signal) { prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
