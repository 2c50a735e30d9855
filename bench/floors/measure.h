// What the measuring programs share: a clock, samples, lines over sockets, children.
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Ends the program with a sentence. A measurement that went wrong must not become a figure.
void die(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

// Monotonic, comparable between processes.
uint64_t now_ns(void);

typedef struct {
    uint64_t *nanoseconds;
    size_t count, room;
} samples;

void samples_add(samples *all, uint64_t nanoseconds);

// Prints `name p50 p99` in microseconds: one figure of the table, as `scripts/bench.sh` reads it.
void samples_print(samples *all, const char *name);
double samples_percentile(samples *all, double share);

// A connection that is read line by line.
typedef struct {
    int descriptor;
    char *bytes;
    size_t start, end, room;
} lines;

int connect_to(const char *path);
lines lines_of(int descriptor);
void lines_free(lines *from);

// The next line, ended by NUL in place of its line feed and valid until the next call. Blocks; dies at the end.
char *next_line(lines *from);

// The next line that is there already, else NULL. Reads what the socket has; dies at the end.
char *ready_line(lines *from);
void send_all(int descriptor, const char *bytes, size_t count);

// The integer after `"name":`; dies where there is none.
int64_t member(const char *line, const char *name);

// An `ask` of a call of 353 bytes, the mean of the calls that real agents make. Returns its length.
size_t ask_line(char *into, size_t room, int64_t id, const char *more);

// Memory that children share with their parent.
void *shared(size_t bytes);

// Waits for a child; dies unless it ended well.
void reap(pid_t child);

// A line of /proc/<pid>/status, as `VmRSS:`, in what unit it has.
int64_t status_value(pid_t pid, const char *name);

// Processor time of a process, in nanoseconds.
uint64_t cpu_ns(pid_t pid);

#endif
