// By default, Swift ends a program whose top-level code throws with a trap and a stack trace. Users of a section script
// expect one sentence. Defining the runtime's hook in the executable replaces the trap by a handler that prints the
// error, and exits with status 1.
typedef void (*be_top_level_error_handler)(void * _Nonnull error);
void be_set_top_level_error_handler(be_top_level_error_handler _Nonnull handler);
