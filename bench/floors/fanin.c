// fanin SOCKET COUNT NAME: W2. As many agents as COUNT, each on a connection of its own, are blocked at once; an
// operator process decides on all of them, in an order that has nothing to do with theirs.
//
// Prints `NAME.serial p50 p99`: from a decision until its agent has the answer, the next decision being made once this
// one is acknowledged. Then `NAME.at-once microseconds -`: all decisions are sent together; until the last agent has
// its answer.
#define _GNU_SOURCE
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { most_requests = 1 << 20 };

// By the request's number: when its agent had the answer. Written by the agents, read by the operator.
static volatile uint64_t *released;

typedef struct {
    lines desk;
    int64_t number;
} agent;

// Asks once for each agent, tells the operator the numbers, and notes when each is answered.
static void ask_all(agent *agents, int count, int poll, int told, int done) {
    for (int i = 0; i < count; i++) {
        char line[4096];
        size_t length = ask_line(line, sizeof line, i, "");
        send_all(agents[i].desk.descriptor, line, length);
    }
    int opened = 0, answered = 0;
    while (answered < count) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll, events, 256, -1);
        for (int i = 0; i < ready; i++) {
            agent *one = &agents[events[i].data.u32];
            char *line;
            while ((line = ready_line(&one->desk))) {
                if (strstr(line, "\"method\":\"opened\"")) {
                    one->number = member(line, "number");
                    if (one->number >= most_requests) die("too many requests");
                    opened++;
                } else if (strstr(line, "\"decision\":\"approved\"")) {
                    released[one->number] = now_ns();
                    answered++;
                } else {
                    die("not approved: %s", line);
                }
            }
        }
        if (opened == count) {
            for (int i = 0; i < count; i++)
                if (write(told, &agents[i].number, sizeof agents[i].number) < 0) die("the operator is gone");
            opened = 0;
        }
    }
    if (write(done, "1", 1) != 1) die("the operator is gone");
}

static void be_agents(const char *path, int count, int told, int done) {
    agent *agents = calloc((size_t)count, sizeof *agents);
    int poll = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < count; i++) {
        agents[i].desk = lines_of(connect_to(path));
        if (agents[i].desk.descriptor < 0) die("no desk at %s", path);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        epoll_ctl(poll, EPOLL_CTL_ADD, agents[i].desk.descriptor, &event);
    }
    for (int round = 0; round < 3; round++) ask_all(agents, count, poll, told, done);
}

// The numbers of a round, in an order that is the same in every run.
static void learn(int64_t *numbers, int count, int told) {
    for (int i = 0; i < count; i++)
        if (read(told, &numbers[i], sizeof numbers[i]) != sizeof numbers[i]) die("the agents are gone");
    uint32_t random = 20260101;
    for (int i = count - 1; i > 0; i--) {
        random = random * 1664525u + 1013904223u;
        int other = (int)((random >> 8) % (uint32_t)(i + 1));
        int64_t number = numbers[i];
        numbers[i] = numbers[other];
        numbers[other] = number;
    }
}

static size_t approval(char *into, size_t room, int64_t number) {
    return (size_t)snprintf(
        into, room,
        "{\"id\":%lld,\"jsonrpc\":\"2.0\",\"method\":\"approve\",\"params\":{\"request\":%lld}}\n", (long long)number,
        (long long)number);
}

static void acknowledge(lines *desk) {
    char *line = next_line(desk);
    if (!strstr(line, "\"result\"")) die("the desk refuses: %s", line);
}

static void wait_for_agents(int done) {
    char byte;
    if (read(done, &byte, 1) != 1) die("the agents are gone");
}

static void serially(lines *desk, int64_t *numbers, int count, int done, samples *all) {
    uint64_t *sent = calloc((size_t)count, sizeof *sent);
    for (int i = 0; i < count; i++) {
        char line[256];
        size_t length = approval(line, sizeof line, numbers[i]);
        sent[i] = now_ns();
        send_all(desk->descriptor, line, length);
        acknowledge(desk);
    }
    wait_for_agents(done);
    for (int i = 0; i < count; i++) samples_add(all, released[numbers[i]] - sent[i]);
    free(sent);
}

static uint64_t at_once(lines *desk, int64_t *numbers, int count, int done) {
    char *bytes = malloc((size_t)count * 128);
    size_t length = 0;
    for (int i = 0; i < count; i++) length += approval(bytes + length, 128, numbers[i]);
    uint64_t start = now_ns(), last = start;
    send_all(desk->descriptor, bytes, length);
    for (int i = 0; i < count; i++) acknowledge(desk);
    wait_for_agents(done);
    for (int i = 0; i < count; i++)
        if (released[numbers[i]] > last) last = released[numbers[i]];
    free(bytes);
    return last - start;
}

int main(int words_count, char **words) {
    if (words_count != 4) die("usage: fanin SOCKET COUNT NAME");
    int count = atoi(words[2]);
    struct rlimit files = {4096, 4096};
    setrlimit(RLIMIT_NOFILE, &files);
    released = shared(most_requests * sizeof *released);
    int told[2], done[2];
    if (pipe(told) < 0 || pipe(done) < 0) die("no pipe");
    pid_t agents = fork();
    if (agents == 0) {
        be_agents(words[1], count, told[1], done[1]);
        _exit(0);
    }
    lines desk = lines_of(connect_to(words[1]));
    if (desk.descriptor < 0) die("no desk at %s", words[1]);
    int64_t *numbers = calloc((size_t)count, sizeof *numbers);

    // The first round warms both sides.
    samples warm = {0}, serial = {0};
    learn(numbers, count, told[0]);
    serially(&desk, numbers, count, done[0], &warm);
    learn(numbers, count, told[0]);
    serially(&desk, numbers, count, done[0], &serial);
    learn(numbers, count, told[0]);
    double together = (double)at_once(&desk, numbers, count, done[0]) / 1000;
    reap(agents);

    char part[128];
    snprintf(part, sizeof part, "%s.serial", words[3]);
    samples_print(&serial, part);
    printf("%s.at-once %.2f -\n", words[3], together);
}
