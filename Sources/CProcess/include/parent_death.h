// Makes the kernel send this process a signal when the thread that started it ends. Swift cannot call prctl, which is
// variadic.
void be_signal_at_parent_death(int signal);
