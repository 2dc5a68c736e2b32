/// The functions of MPI that BigEggs needs, as a table.
///
/// mpi.c implements the table. `make mpi` compiles mpi.c against the installed MPI. The result is loaded only in a
/// process that a launcher such as mpirun has started: BigEggs itself is built and runs without MPI.
#pragma once
#include <stddef.h>

/// The version of the table.
enum { BE_MESSAGE_PASSING_INTERFACE = 1 };

/// A channel is a separate communicator with at most one operation under way. Operations of different channels may
/// finish in any order.
enum { BE_CHANNEL_CONTROL, BE_CHANNEL_SCATTER, BE_CHANNEL_GATHER, BE_CHANNELS };

/// The functions below return 0, BE_TIMED_OUT, or an MPI error code.
enum { BE_TIMED_OUT = -1 };

/// The number of bytes that go to, or come from, each process, and where they are in the buffer.
typedef struct {
  const int *counts;
  const int *offsets;
} be_pieces;

typedef struct {
  /// BE_MESSAGE_PASSING_INTERFACE of the compiled file.
  int interface;
  /// Starts MPI, if this process has not started it yet, and writes this process's rank, the number of processes and
  /// the host's name. `host` has room for 256 bytes.
  int (*start)(int *rank, int *size, char *host);
  /// Broadcasts bytes of process `root` to all processes. Waits for at most `timeout` seconds.
  int (*broadcast)(void *bytes, int count, int root, double timeout);
  /// All-gather: sends the bytes of each process to all processes. Waits for at most `timeout` seconds.
  int (*gather)(const void *own, int count, void *all, be_pieces pieces, double timeout);
  /// Begins an all-to-all on BE_CHANNEL_SCATTER: sends each process a piece, and receives one from each.
  int (*begin_scatter)(const void *send, be_pieces sent, void *receive, be_pieces received);
  /// Begins an all-gather in place on BE_CHANNEL_GATHER: sends each process's piece of `all` to all processes.
  int (*begin_gather)(void *all, be_pieces pieces);
  /// Whether the operation of a channel has ended. Also makes progress on all channels.
  int (*test)(int channel, int *has_ended);
  /// Aborts all processes.
  void (*abort)(int status);
  /// Lets this process later exit without MPI_Finalize, because the others may be gone, or be waiting for this one.
  void (*fail)(void);
  /// The text of an MPI error. Valid until the next call.
  const char *(*describe)(int error);
} be_message_passing;

/// The name of the function in the compiled file that returns the table.
#define BE_MESSAGE_PASSING_TABLE "be_message_passing_table"
typedef const be_message_passing *(*be_message_passing_table_function)(void);
