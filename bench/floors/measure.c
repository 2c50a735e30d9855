#define _GNU_SOURCE
#include "measure.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

void die(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("bench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// MARK: Samples

void samples_add(samples *all, uint64_t nanoseconds) {
    if (all->count == all->room) {
        all->room = all->room ? all->room * 2 : 1024;
        all->nanoseconds = realloc(all->nanoseconds, all->room * sizeof *all->nanoseconds);
        if (!all->nanoseconds) die("no memory");
    }
    all->nanoseconds[all->count++] = nanoseconds;
}

static int ascending(const void *one, const void *other) {
    uint64_t a = *(const uint64_t *)one, b = *(const uint64_t *)other;
    return a < b ? -1 : a > b;
}

double samples_percentile(samples *all, double share) {
    if (all->count == 0) die("nothing was measured");
    qsort(all->nanoseconds, all->count, sizeof *all->nanoseconds, ascending);
    size_t place = (size_t)(share * (double)(all->count - 1) + 0.5);
    return (double)all->nanoseconds[place] / 1000;
}

void samples_print(samples *all, const char *name) {
    printf("%s %.2f %.2f\n", name, samples_percentile(all, 0.5), samples_percentile(all, 0.99));
    fflush(stdout);
}

// MARK: Lines

int connect_to(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) die("the path of the socket is too long: %s", path);
    strcpy(address.sun_path, path);
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) die("no socket: %s", strerror(errno));
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        close(descriptor);
        return -1;
    }
    return descriptor;
}

lines lines_of(int descriptor) { return (lines){.descriptor = descriptor}; }

void lines_free(lines *from) {
    free(from->bytes);
    close(from->descriptor);
}

static char *cut_line(lines *from) {
    if (from->start == from->end) return NULL;
    char *start = from->bytes + from->start;
    char *end = memchr(start, '\n', from->end - from->start);
    if (!end) return NULL;
    *end = 0;
    from->start = (size_t)(end - from->bytes) + 1;
    return start;
}

static ssize_t fill(lines *from, int flags) {
    if (from->start > 0) {
        memmove(from->bytes, from->bytes + from->start, from->end - from->start);
        from->end -= from->start;
        from->start = 0;
    }
    if (from->room - from->end < 4096) {
        from->room = from->room ? from->room * 2 : 8192;
        from->bytes = realloc(from->bytes, from->room);
        if (!from->bytes) die("no memory");
    }
    ssize_t count;
    do count = recv(from->descriptor, from->bytes + from->end, from->room - from->end, flags);
    while (count < 0 && errno == EINTR);
    if (count > 0) from->end += (size_t)count;
    return count;
}

char *next_line(lines *from) {
    while (1) {
        char *line = cut_line(from);
        if (line) return line;
        if (fill(from, 0) <= 0) die("the desk ended the connection");
    }
}

char *ready_line(lines *from) {
    while (1) {
        char *line = cut_line(from);
        if (line) return line;
        ssize_t count = fill(from, MSG_DONTWAIT);
        if (count < 0 && errno == EAGAIN) return NULL;
        if (count <= 0) die("the desk ended the connection");
    }
}

void send_all(int descriptor, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) die("the desk does not take a line: %s", strerror(errno));
        bytes += sent;
        count -= (size_t)sent;
    }
}

int64_t member(const char *line, const char *name) {
    char key[64];
    snprintf(key, sizeof key, "\"%s\":", name);
    const char *place = strstr(line, key);
    if (!place) die("no `%s` in: %s", name, line);
    return strtoll(place + strlen(key), NULL, 10);
}

size_t ask_line(char *into, size_t room, int64_t id, const char *more) {
    // The call, `tool` and `args` as JSON, is 353 bytes.
    int count = snprintf(
        into, room,
        "{\"id\":%lld,\"jsonrpc\":\"2.0\",\"method\":\"ask\",\"params\":{\"id\":\"c%lld\",\"tool\":\"update_record\","
        "\"args\":{\"table\":\"customers\",\"key\":{\"id\":48213,\"region\":\"eu-west\"},\"set\":{\"status\":\"active\","
        "\"note\":\"%s\",\"limit\":2500,\"tags\":[\"priority\",\"reviewed\"],\"owner\":\"billing\"}}%s}}\n",
        (long long)id, (long long)id,
        "Called back on Monday; wants the new contract sent to the office in Lyon, with the annex on delivery times "
        "and the old discount kept until the end of the quarter.",
        more);
    if (count < 0 || (size_t)count >= room) die("the line is too long");
    return (size_t)count;
}

// MARK: Processes

void *shared(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) die("no shared memory: %s", strerror(errno));
    return memory;
}

void reap(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) die("a child is lost: %s", strerror(errno));
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) die("a part of the measurement ended with status %d", status);
}

int64_t status_value(pid_t pid, const char *name) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    if (!file) die("%s: %s", path, strerror(errno));
    int64_t value = -1;
    while (value < 0 && fgets(line, sizeof line, file))
        if (strncmp(line, name, strlen(name)) == 0) value = strtoll(line + strlen(name), NULL, 10);
    fclose(file);
    if (value < 0) die("no `%s` in %s", name, path);
    return value;
}

uint64_t cpu_ns(pid_t pid) {
    // The scheduler's own account, in nanoseconds; /proc/<pid>/stat counts in ticks of 10 ms.
    char path[96];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (!tasks) die("%s: %s", path, strerror(errno));
    uint64_t all = 0;
    struct dirent *entry;
    while ((entry = readdir(tasks))) {
        if (entry->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%.16s/schedstat", (int)pid, entry->d_name);
        FILE *file = fopen(path, "r");
        unsigned long long time = 0;
        if (file && fscanf(file, "%llu", &time) == 1) all += time;
        if (file) fclose(file);
    }
    closedir(tasks);
    return all;
}
