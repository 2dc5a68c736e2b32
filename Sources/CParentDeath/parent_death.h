// prctl takes a variable number of arguments, which Swift cannot call.
#include <signal.h>
#include <sys/prctl.h>

// From now on this process is sent a signal when the thread that started it ends.
static inline void be_signal_at_parent_death(int signal) { prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }
