/// Implements message_passing.h with MPI. Only `make mpi` compiles this file.
#include "message_passing.h"
#include <mpi.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

static MPI_Comm channels[BE_CHANNELS];
static MPI_Request requests[BE_CHANNELS];
/// The communicator of the barrier at exit.
static MPI_Comm ending;
static int has_failed;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// Waits at exit for the other processes; MPI_Finalize alone could wait for ever. If this process exits with an error,
/// such as a Python exception, the others may still wait for it: after 10 s all processes are aborted.
static void finalize_at_exit(int status, void *nothing) {
  (void)nothing;
  int is_finalized = 1;
  if (has_failed || MPI_Finalized(&is_finalized) != MPI_SUCCESS || is_finalized) return;
  MPI_Request request;
  int have_all_ended = MPI_Ibarrier(ending, &request) != MPI_SUCCESS;
  for (const double began = seconds(); !have_all_ended;) {
    if (MPI_Test(&request, &have_all_ended, MPI_STATUS_IGNORE) != MPI_SUCCESS) break;
    if (status != 0 && seconds() - began > 10) MPI_Abort(MPI_COMM_WORLD, status);
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  MPI_Finalize();
}

static int start(int *rank, int *size, char *host) {
  int is_initialized = 0, error = MPI_Initialized(&is_initialized);
  if (error == MPI_SUCCESS && !is_initialized) {
    int provided;
    // All calls of MPI come from the thread that starts MPI.
    error = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    if (error == MPI_SUCCESS) error = MPI_Comm_dup(MPI_COMM_WORLD, &ending);
    if (error == MPI_SUCCESS) error = MPI_Comm_set_errhandler(ending, MPI_ERRORS_RETURN);
    if (error == MPI_SUCCESS) on_exit(finalize_at_exit, NULL);
  }
  for (int channel = 0; channel < BE_CHANNELS && error == MPI_SUCCESS; channel++) {
    requests[channel] = MPI_REQUEST_NULL;
    error = MPI_Comm_dup(MPI_COMM_WORLD, &channels[channel]);
    if (error == MPI_SUCCESS) error = MPI_Comm_set_errhandler(channels[channel], MPI_ERRORS_RETURN);
  }
  if (error != MPI_SUCCESS) return error;
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  MPI_Comm_size(MPI_COMM_WORLD, size);
  char name[MPI_MAX_PROCESSOR_NAME] = "";
  int length = 0;
  error = MPI_Get_processor_name(name, &length);
  for (int index = 0; index < 255; index++) host[index] = index < length ? name[index] : 0;
  host[255] = 0;
  return error;
}

static int test(int channel, int *has_ended) {
  return MPI_Test(&requests[channel], has_ended, MPI_STATUS_IGNORE);
}

/// Waits for the control channel. Yields the processor, and sleeps between polls after 50 ms: another process may need
/// the processor, or take long to write a checkpoint.
static int wait_for_control(double timeout) {
  const double began = seconds();
  for (long turn = 1;; turn++) {
    int has_ended;
    const int error = test(BE_CHANNEL_CONTROL, &has_ended);
    if (error != MPI_SUCCESS || has_ended) return error;
    if (turn % 64) continue;
    sched_yield();
    const double waited = seconds() - began;
    if (waited > timeout) return BE_TIMED_OUT;
    if (waited > 0.05) nanosleep(&(struct timespec){.tv_nsec = 200000}, NULL);
  }
}

static int broadcast(void *bytes, int count, int root, double timeout) {
  const int error =
      MPI_Ibcast(bytes, count, MPI_BYTE, root, channels[BE_CHANNEL_CONTROL], &requests[BE_CHANNEL_CONTROL]);
  return error != MPI_SUCCESS ? error : wait_for_control(timeout);
}

static int gather(const void *own, int count, void *all, be_pieces pieces, double timeout) {
  const int error = MPI_Iallgatherv(own, count, MPI_BYTE, all, pieces.counts, pieces.offsets, MPI_BYTE,
                                    channels[BE_CHANNEL_CONTROL], &requests[BE_CHANNEL_CONTROL]);
  return error != MPI_SUCCESS ? error : wait_for_control(timeout);
}

static int begin_scatter(const void *send, be_pieces sent, void *receive, be_pieces received) {
  return MPI_Ialltoallv(send, sent.counts, sent.offsets, MPI_BYTE, receive, received.counts, received.offsets,
                        MPI_BYTE, channels[BE_CHANNEL_SCATTER], &requests[BE_CHANNEL_SCATTER]);
}

static int begin_gather(void *all, be_pieces pieces) {
  return MPI_Iallgatherv(MPI_IN_PLACE, 0, MPI_BYTE, all, pieces.counts, pieces.offsets, MPI_BYTE,
                         channels[BE_CHANNEL_GATHER], &requests[BE_CHANNEL_GATHER]);
}

static void end_all(int status) {
  has_failed = 1;
  MPI_Abort(MPI_COMM_WORLD, status);
}

static void fail(void) { has_failed = 1; }

static const char *describe(int error) {
  static char text[MPI_MAX_ERROR_STRING + 1];
  int length = 0;
  if (MPI_Error_string(error, text, &length) != MPI_SUCCESS) length = 0;
  text[length] = 0;
  return text;
}

const be_message_passing *be_message_passing_table(void) {
  static const be_message_passing table = {
      BE_MESSAGE_PASSING_INTERFACE, start, broadcast, gather, begin_scatter, begin_gather, test, end_all, fail,
      describe};
  return &table;
}
