// gate SOCKET CYCLES NAME [DESK-PID]: W1. A client process asks for calls one after another; an operator process that
// subscribed approves each as soon as it is told; the client reports the outcome and asks for the next.
//
// Prints `NAME p50 p99`: from the ask to the desk's answer to the outcome, all in. Then its parts: until the client is
// told that its request is durable and open, until the operator has it, from the operator's approval until the client
// has the answer, and the outcome. With the desk's pid also `NAME.cpu`: its processor time in a cycle.
#define _GNU_SOURCE
#include "measure.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int warm_up = 200;

// When what happened to the cycle that is under way; written by one process, read by the other.
static struct {
    volatile uint64_t told, decided;
} *cycle_times;

static void operate(const char *path, int cycles, int ready) {
    lines desk = lines_of(connect_to(path));
    if (desk.descriptor < 0) die("no desk at %s", path);
    const char *subscribe = "{\"id\":1,\"jsonrpc\":\"2.0\",\"method\":\"subscribe\",\"params\":{}}\n";
    send_all(desk.descriptor, subscribe, strlen(subscribe));
    next_line(&desk);
    if (write(ready, "1", 1) != 1) die("the client is gone");
    for (int decided = 0; decided < cycles;) {
        char *line = next_line(&desk);
        if (strstr(line, "\"error\"")) die("the desk refuses: %s", line);
        if (!strstr(line, "\"type\":\"opened\"")) continue;
        cycle_times->told = now_ns();
        char answer[256];
        int count = snprintf(
            answer, sizeof answer, "{\"id\":2,\"jsonrpc\":\"2.0\",\"method\":\"approve\",\"params\":{\"request\":%lld}}\n",
            (long long)member(line, "number"));
        cycle_times->decided = now_ns();
        send_all(desk.descriptor, answer, (size_t)count);
        decided++;
    }
    // What the desk still says, until the client has ended and the parent ends this.
    while (1) next_line(&desk);
}

static void ask(const char *path, int cycles, const char *name) {
    lines desk = lines_of(connect_to(path));
    if (desk.descriptor < 0) die("no desk at %s", path);
    samples all = {0}, opened = {0}, told = {0}, released = {0}, reported = {0};
    for (int cycle = 0; cycle < cycles; cycle++) {
        char line[4096];
        size_t count = ask_line(line, sizeof line, cycle, ",\"performer\":\"requester\"");
        uint64_t start = now_ns();
        send_all(desk.descriptor, line, count);
        if (!strstr(next_line(&desk), "\"method\":\"opened\"")) die("the request was not opened");
        uint64_t open = now_ns();
        char *answer = next_line(&desk);
        uint64_t release = now_ns();
        if (!strstr(answer, "\"decision\":\"approved\"")) die("not approved: %s", answer);
        count = (size_t)snprintf(
            line, sizeof line,
            "{\"id\":%d,\"jsonrpc\":\"2.0\",\"method\":\"outcome\",\"params\":{\"id\":\"c%d\",\"status\":\"succeeded\","
            "\"summary\":\"1 row\"}}\n",
            cycle, cycle);
        send_all(desk.descriptor, line, count);
        answer = next_line(&desk);
        if (!strstr(answer, "\"result\"")) die("the outcome is not taken: %s", answer);
        uint64_t end = now_ns();
        if (cycle < warm_up) continue;
        samples_add(&all, end - start);
        samples_add(&opened, open - start);
        samples_add(&told, cycle_times->told - start);
        samples_add(&released, release - cycle_times->decided);
        samples_add(&reported, end - release);
    }
    char part[128];
    samples_print(&all, name);
    snprintf(part, sizeof part, "%s.opened", name);
    samples_print(&opened, part);
    snprintf(part, sizeof part, "%s.told", name);
    samples_print(&told, part);
    snprintf(part, sizeof part, "%s.released", name);
    samples_print(&released, part);
    snprintf(part, sizeof part, "%s.reported", name);
    samples_print(&reported, part);
}

int main(int count, char **words) {
    if (count < 4) die("usage: gate SOCKET CYCLES NAME [DESK-PID]");
    int cycles = atoi(words[2]) + warm_up;
    pid_t desk = count > 4 ? atoi(words[4]) : 0;
    cycle_times = shared(sizeof *cycle_times);
    int ready[2];
    if (pipe(ready) < 0) die("no pipe");
    pid_t operator = fork();
    if (operator == 0) {
        operate(words[1], cycles, ready[1]);
        _exit(0);
    }
    char byte;
    if (read(ready[0], &byte, 1) != 1) die("the operator did not start");
    uint64_t before = desk ? cpu_ns(desk) : 0;
    pid_t client = fork();
    if (client == 0) {
        ask(words[1], cycles, words[3]);
        exit(0);
    }
    reap(client);
    if (desk) printf("%s.cpu %.2f -\n", words[3], (double)(cpu_ns(desk) - before) / cycles / 1000);
    kill(operator, 9);
}
