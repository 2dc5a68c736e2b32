/// What BigEggs needs of MPI, as a table of functions.
///
/// mpi.c implements it. It is compiled by `make mpi` against the MPI that is installed, and loaded only in a process
/// that a launcher such as mpirun has started: BigEggs itself is built and runs without MPI.
#pragma once
#include <stddef.h>

/// Changes with every change of the table.
enum { BE_MESSAGE_PASSING_INTERFACE = 1 };

/// A channel is a communicator of its own with one operation under way at most. Operations of different channels
/// may overtake each other.
enum { BE_CHANNEL_CONTROL, BE_CHANNEL_SCATTER, BE_CHANNEL_GATHER, BE_CHANNELS };

/// Results of functions: 0, or one of these, or an error of MPI's.
enum { BE_TIMED_OUT = -1 };

/// Bytes that go to, or come from, each process.
typedef struct {
  const int *counts;
  const int *offsets;
} be_pieces;

typedef struct {
  /// BE_MESSAGE_PASSING_INTERFACE of the compiled file.
  int interface;
  /// Starts MPI, unless that was done in this process, and says who this process is. `host` has room for 256 bytes.
  int (*start)(int *rank, int *size, char *host);
  /// Sends bytes of the process `root` to all. Waits for at most `timeout` seconds.
  int (*broadcast)(void *bytes, int count, int root, double timeout);
  /// Gives all processes the bytes of each. Waits for at most `timeout` seconds.
  int (*gather)(const void *own, int count, void *all, be_pieces pieces, double timeout);
  /// Begins to send each process a piece, and to receive one of each, on BE_CHANNEL_SCATTER.
  int (*begin_scatter)(const void *send, be_pieces sent, void *receive, be_pieces received);
  /// Begins to give all processes each one's piece of `all`, on BE_CHANNEL_GATHER.
  int (*begin_gather)(void *all, be_pieces pieces);
  /// Whether the operation of a channel has ended; moves all of them on.
  int (*test)(int channel, int *has_ended);
  /// Ends all processes.
  void (*abort)(int status);
  /// Leaves MPI as it is at the end of the process: the others may be gone, or wait for it.
  void (*fail)(void);
  /// An error of MPI's in words. Valid until the next call.
  const char *(*describe)(int error);
} be_message_passing;

/// The name of the function in the compiled file that returns the table.
#define BE_MESSAGE_PASSING_TABLE "be_message_passing_table"
typedef const be_message_passing *(*be_message_passing_table_function)(void);
