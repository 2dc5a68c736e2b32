// From now on this process is sent a signal when the thread that started it ends. Swift cannot call prctl, which takes
// a variable number of arguments.
void be_signal_at_parent_death(int signal);
