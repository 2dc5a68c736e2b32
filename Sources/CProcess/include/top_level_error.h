// If the top-level code of a program throws, Swift by default ends the program with a trap and a stack trace. Users of
// a section script expect one sentence. So the executable defines the runtime's hook, swift_errorInMain: it calls a
// handler, which prints the error, and exits with status 1.
typedef void (*be_top_level_error_handler)(void * _Nonnull error);
void be_set_top_level_error_handler(be_top_level_error_handler _Nonnull handler);
