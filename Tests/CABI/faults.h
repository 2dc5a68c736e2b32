/* Shared by the fault programs: a wrong call must return the expected status and a reason. */
#include <bigeggs.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of wrong calls that returned the expected status. */
static _Atomic int faults_survived;

/* Exits unless a call returns the status and, if that is a failure, leaves a one-line reason. */
#define EXPECT(status, call) expect(status, call, #call, __LINE__)

static inline void expect(be_status wanted, be_status got, const char *call, int line) {
    const char *reason = be_last_error();
    if (got != wanted) {
        fprintf(stderr, "line %d: %s gave %d (%s), not %d\n", line, call, got, reason, wanted);
        exit(1);
    }
    if (wanted != BE_OK && (reason[0] == 0 || strchr(reason, '\n') != NULL)) {
        fprintf(stderr, "line %d: %s gave no reason in one line: \"%s\"\n", line, call, reason);
        exit(1);
    }
    if (wanted != BE_OK) faults_survived++;
}

#define REQUIRE(condition)                                                    \
    do {                                                                      \
        if (!(condition)) {                                                   \
            fprintf(stderr, "line %d: not so: %s\n", __LINE__, #condition);   \
            exit(1);                                                          \
        }                                                                     \
    } while (0)

/* A buffer of exactly `count` floats: AddressSanitizer reports any access past its end. */
static inline float *floats(size_t count) {
    float *buffer = malloc(count * sizeof(float));
    REQUIRE(buffer != NULL);
    for (size_t i = 0; i < count; i++) buffer[i] = -1;
    return buffer;
}
