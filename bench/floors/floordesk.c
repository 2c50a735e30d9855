// floordesk SOCKET LOG: a desk that does only what no desk can leave out.
//
// It speaks as much of the protocol as the measuring clients use, writes each request and each decision into a log
// of prepared blocks, and syncs before anybody hears of it: one sync for all that arrived in one turn of its loop.
// No chain, no index, no policy, no check of who decides, no screen. It is the floor under W1 and W2.
#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { most = 4096, log_size = 64 << 20, most_requests = 1 << 20 };

static lines *clients[most];
static int watcher = -1;

// Where each request is to be answered.
static struct {
    int descriptor;
    int64_t id;
} requests[most_requests];
static int64_t last_number;

// What is sent once the turn's records are durable.
typedef struct {
    int descriptor;
    size_t count;
    char bytes[];
} outgoing;
static outgoing **queue;
static size_t queued, queue_room;

static char *record;
static size_t record_count, record_room;
static int must_sync;
static off_t log_place;

static void say(int descriptor, const char *format, ...) __attribute__((format(printf, 2, 3)));

#include <stdarg.h>
static void say(int descriptor, const char *format, ...) {
    char bytes[4096];
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(bytes, sizeof bytes, format, arguments);
    va_end(arguments);
    if (count < 0 || (size_t)count >= sizeof bytes) die("a line is too long");
    outgoing *one = malloc(sizeof *one + (size_t)count);
    if (!one) die("no memory");
    one->descriptor = descriptor;
    one->count = (size_t)count;
    memcpy(one->bytes, bytes, (size_t)count);
    if (queued == queue_room) {
        queue_room = queue_room ? queue_room * 2 : 1024;
        queue = realloc(queue, queue_room * sizeof *queue);
        if (!queue) die("no memory");
    }
    queue[queued++] = one;
}

static void keep(const char *bytes, size_t count, int synced) {
    if (record_count + count > record_room) {
        record_room = (record_count + count) * 2;
        record = realloc(record, record_room);
        if (!record) die("no memory");
    }
    memcpy(record + record_count, bytes, count);
    record_count += count;
    if (synced) must_sync = 1;
}

static void handle(int descriptor, char *line) {
    size_t length = strlen(line);
    int64_t id = member(line, "id");
    const char *method = strstr(line, "\"method\":\"");
    if (!method) die("not a request: %s", line);
    method += 10;
    if (strncmp(method, "ask\"", 4) == 0) {
        int64_t number = ++last_number;
        if (number >= most_requests) die("too many requests");
        requests[number].descriptor = descriptor;
        requests[number].id = id;
        keep(line, length, 1);
        say(descriptor, "{\"jsonrpc\":\"2.0\",\"method\":\"opened\",\"params\":{\"number\":%lld}}\n", (long long)number);
        if (watcher >= 0)
            say(watcher, "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"number\":%lld,\"type\":\"opened\",%s}}\n",
                (long long)number, strstr(line, "\"tool\""));
    } else if (strncmp(method, "approve\"", 8) == 0) {
        int64_t number = member(line, "request");
        if (number < 1 || number > last_number) die("unknown request: %s", line);
        keep(line, length, 1);
        say(descriptor, "{\"id\":%lld,\"jsonrpc\":\"2.0\",\"result\":{\"number\":%lld}}\n", (long long)id, (long long)number);
        say(requests[number].descriptor,
            "{\"id\":%lld,\"jsonrpc\":\"2.0\",\"result\":{\"decision\":\"approved\",\"number\":%lld}}\n",
            (long long)requests[number].id, (long long)number);
    } else if (strncmp(method, "outcome\"", 8) == 0) {
        keep(line, length, 0);
        say(descriptor, "{\"id\":%lld,\"jsonrpc\":\"2.0\",\"result\":{}}\n", (long long)id);
    } else if (strncmp(method, "subscribe\"", 10) == 0) {
        watcher = descriptor;
        say(descriptor, "{\"id\":%lld,\"jsonrpc\":\"2.0\",\"result\":{\"count\":0}}\n", (long long)id);
    } else {
        die("unknown method: %s", line);
    }
}

static void read_all(int poll, int descriptor) {
    lines *client = clients[descriptor];
    while (1) {
        char byte;
        ssize_t there = recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        if (there == 0 || (there < 0 && errno != EAGAIN && errno != EINTR)) {
            if (watcher == descriptor) watcher = -1;
            epoll_ctl(poll, EPOLL_CTL_DEL, descriptor, NULL);
            lines_free(client);
            free(client);
            clients[descriptor] = NULL;
            return;
        }
        if (there < 0) return;
        char *line;
        while ((line = ready_line(client))) handle(descriptor, line);
    }
}

int main(int count, char **words) {
    if (count != 3) die("usage: floordesk SOCKET LOG");
    struct rlimit files = {most, most};
    setrlimit(RLIMIT_NOFILE, &files);
    int log = open(words[2], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log < 0) die("%s: %s", words[2], strerror(errno));
    static char zeros[1 << 20];
    for (off_t place = 0; place < log_size; place += (off_t)sizeof zeros)
        if (pwrite(log, zeros, sizeof zeros, place) != sizeof zeros) die("%s: %s", words[2], strerror(errno));
    if (fsync(log) < 0) die("%s: %s", words[2], strerror(errno));

    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(words[1]) >= sizeof address.sun_path) die("the path of the socket is too long");
    strcpy(address.sun_path, words[1]);
    unlink(words[1]);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(listener, 1024) < 0)
        die("%s: %s", words[1], strerror(errno));
    int poll = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);

    while (1) {
        struct epoll_event events[1024];
        int ready = epoll_wait(poll, events, 1024, -1);
        for (int i = 0; i < ready; i++) {
            if (events[i].data.fd != listener) {
                read_all(poll, events[i].data.fd);
                continue;
            }
            int client;
            while ((client = accept4(listener, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
                if (client >= most) die("too many connections");
                clients[client] = malloc(sizeof(lines));
                *clients[client] = lines_of(client);
                event.data.fd = client;
                epoll_ctl(poll, EPOLL_CTL_ADD, client, &event);
            }
        }
        if (record_count > 0) {
            if (log_place + (off_t)record_count > log_size) log_place = 0;
            if (pwrite(log, record, record_count, log_place) != (ssize_t)record_count) die("the log: %s", strerror(errno));
            log_place += (off_t)record_count;
            record_count = 0;
        }
        if (must_sync && fdatasync(log) < 0) die("the log: %s", strerror(errno));
        must_sync = 0;
        for (size_t i = 0; i < queued; i++) {
            if (queue[i]->descriptor >= 0) send_all(queue[i]->descriptor, queue[i]->bytes, queue[i]->count);
            free(queue[i]);
        }
        queued = 0;
    }
}
