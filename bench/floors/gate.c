// gate SOCKET CYCLES NAME [DESK-PID]: W1. A client process asks for calls one after another; an operator process that
// subscribed approves each as soon as it is told; the client reports the outcome and asks for the next.
//
// Prints `NAME p50 p99`: from the ask to the desk's answer to the outcome, all in. Then `NAME.cpu`: the desk's
// processor time in a cycle, where its pid is given.
#define _GNU_SOURCE
#include "measure.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const int warm_up = 200;

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
        char answer[256];
        int count = snprintf(
            answer, sizeof answer, "{\"id\":2,\"jsonrpc\":\"2.0\",\"method\":\"approve\",\"params\":{\"request\":%lld}}\n",
            (long long)member(line, "number"));
        send_all(desk.descriptor, answer, (size_t)count);
        decided++;
    }
    // What the desk still says, until the client has ended and the parent ends this.
    while (1) next_line(&desk);
}

static void ask(const char *path, int cycles, const char *name) {
    lines desk = lines_of(connect_to(path));
    if (desk.descriptor < 0) die("no desk at %s", path);
    samples all = {0};
    for (int cycle = 0; cycle < cycles; cycle++) {
        char line[4096];
        size_t count = ask_line(line, sizeof line, cycle, ",\"performer\":\"requester\"");
        uint64_t start = now_ns();
        send_all(desk.descriptor, line, count);
        char *answer;
        do answer = next_line(&desk);
        while (strstr(answer, "\"method\":\"opened\""));
        if (!strstr(answer, "\"decision\":\"approved\"")) die("not approved: %s", answer);
        count = (size_t)snprintf(
            line, sizeof line,
            "{\"id\":%d,\"jsonrpc\":\"2.0\",\"method\":\"outcome\",\"params\":{\"id\":\"c%d\",\"status\":\"succeeded\","
            "\"summary\":\"1 row\"}}\n",
            cycle, cycle);
        send_all(desk.descriptor, line, count);
        answer = next_line(&desk);
        if (!strstr(answer, "\"result\"")) die("the outcome is not taken: %s", answer);
        if (cycle >= warm_up) samples_add(&all, now_ns() - start);
    }
    samples_print(&all, name);
}

int main(int count, char **words) {
    if (count < 4) die("usage: gate SOCKET CYCLES NAME [DESK-PID]");
    int cycles = atoi(words[2]) + warm_up;
    pid_t desk = count > 4 ? atoi(words[4]) : 0;
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
