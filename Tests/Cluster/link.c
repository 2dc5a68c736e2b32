// Measures the throughput of a link between MPI ranks, and prints one JSON object per line: link RATE
//
// RATE is only printed. Sizes go up to what a training exchanges. "ping-pong" is between the first and the last rank.
// "exchange" is an all-to-all and an all-gather among all ranks, each of a share of the bytes: the messages that sum a
// gradient of that size. "microseconds" is the time of one ping-pong message or one exchange. "gigabits" is what one
// rank sends per second, in 10^9 bits.
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int rank, ranks;
static char *given, *taken;

static void ping_pong(int bytes) {
    int last = ranks - 1;
    if (rank == 0) {
        MPI_Send(given, bytes, MPI_CHAR, last, 0, MPI_COMM_WORLD);
        MPI_Recv(taken, bytes, MPI_CHAR, last, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    } else if (rank == last) {
        MPI_Recv(taken, bytes, MPI_CHAR, 0, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
        MPI_Send(given, bytes, MPI_CHAR, 0, 0, MPI_COMM_WORLD);
    }
}

static void exchange(int bytes) {
    int share = bytes / ranks;
    MPI_Alltoall(given, share, MPI_CHAR, taken, share, MPI_CHAR, MPI_COMM_WORLD);
    MPI_Allgather(given, share, MPI_CHAR, taken, share, MPI_CHAR, MPI_COMM_WORLD);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Prints the median of the repetitions in 0.3 s: other programs use this machine too. A repetition sends `sent` bytes,
// in `messages` parts, one after the other.
static void measure(const char *name, void (*once)(int), int bytes, double sent, double messages, const char *rate) {
    enum { most = 4000 };
    static double times[most];
    int count = 0, more = 1;
    once(bytes);
    MPI_Barrier(MPI_COMM_WORLD);
    double start = MPI_Wtime();
    while (more) {
        double before = MPI_Wtime();
        once(bytes);
        times[count++] = MPI_Wtime() - before;
        // Rank 0's clock decides for all. Between short messages it is asked rarely, since the broadcast takes time.
        if (count % 10 == 0 || bytes > 100000) {
            more = count < most && (count < 3 || MPI_Wtime() - start < 0.3);
            MPI_Bcast(&more, 1, MPI_INT, 0, MPI_COMM_WORLD);
        }
    }
    if (rank != 0) return;
    qsort(times, count, sizeof times[0], ascending);
    double seconds = times[count / 2] / messages;
    printf("{\"rate\": \"%s\", \"ranks\": %d, \"pattern\": \"%s\", \"bytes\": %d, \"repetitions\": %d, "
           "\"microseconds\": %.1f, \"gigabits\": %.3f}\n",
           rate, ranks, name, bytes, count, seconds * 1e6, sent / messages * 8 / seconds / 1e9);
    fflush(stdout);
}

int main(int argc, char **argv) {
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const char *rate = argc > 1 ? argv[1] : "";
    int sizes[] = {8, 4096, 65536, 1 << 20, 8 << 20}, largest = 8 << 20;
    given = malloc(largest);
    taken = malloc(largest);
    if (!given || !taken || ranks < 2) {
        fprintf(stderr, ranks < 2 ? "error: start two ranks or more\n" : "error: there is no memory for 16 MB\n");
        MPI_Abort(MPI_COMM_WORLD, 1);
    }
    // Pages that were never written would share one page of zeros.
    memset(given, 1, largest);
    memset(taken, 1, largest);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++)
        measure("ping-pong", ping_pong, sizes[i], 2.0 * sizes[i], 2, rate);
    for (size_t i = 1; i < sizeof sizes / sizeof sizes[0]; i++)
        measure("exchange", exchange, sizes[i], 2.0 * (sizes[i] / ranks) * (ranks - 1), 1, rate);
    MPI_Finalize();
}
