// Calls MPI_Barrier a hundred times a second, to show how MPI reacts to a fault: barriers [WHAT]
//
// Every rank prints a line when it starts and when it gets a signal. SIGINT, SIGTERM and SIGHUP also end it, unless
// WHAT is "stay". With "abort", the last rank calls MPI_Abort after a second; with "exit", it exits with status 3 and
// does not call MPI_Finalize. The program ends after a minute.
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int rank, ranks, stay;

// Prints a line by one write(), which keeps it whole. Signal handlers call this; they must not call printf.
static void say(const char *what) {
    struct timespec now;
    char host[64], line[200];
    clock_gettime(CLOCK_REALTIME, &now);
    gethostname(host, sizeof host);
    int length = snprintf(line, sizeof line, "%ld.%03ld rank %d on %s is process %d: %s\n", (long)now.tv_sec,
                          now.tv_nsec / 1000000, rank, host, getpid(), what);
    if (write(1, line, length) < 0) _exit(1);
}

static void handle(int signal_number) {
    char what[40];
    snprintf(what, sizeof what, "signal %d", signal_number);
    say(what);
    if (!stay && (signal_number == SIGINT || signal_number == SIGTERM || signal_number == SIGHUP)) {
        signal(signal_number, SIG_DFL);
        raise(signal_number);
    }
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGCONT, SIGUSR1, SIGUSR2};
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    stay = !strcmp(what, "stay");
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) signal(signals[i], handle);
    say("started");
    for (int i = 1; i <= 6000; i++) {
        MPI_Barrier(MPI_COMM_WORLD);
        usleep(10000);
        if (i != 100 || rank != ranks - 1) continue;
        if (!strcmp(what, "abort")) {
            say("MPI_Abort");
            MPI_Abort(MPI_COMM_WORLD, 7);
        }
        if (!strcmp(what, "exit")) {
            say("exit");
            _exit(3);
        }
    }
    MPI_Finalize();
}
