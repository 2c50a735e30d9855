#define _GNU_SOURCE
#include "include/platform_launch.h"

#include "bare.h"
#include "supervisor.h"

#include <pthread.h>
#include <sys/socket.h>

// A number of 3 or more, so that it is not taken for one of the child's streams.
static int move_up(int *descriptor) {
    if (*descriptor >= 3) return 0;
    int copy = fcntl(*descriptor, F_DUPFD_CLOEXEC, 3);
    if (copy < 0) return -errno;
    close(*descriptor);
    *descriptor = copy;
    return 0;
}

int platform_launch_start(const platform_launch *launch, int *control, int *outcome) {
    int channel[2] = {-1, -1}, failures[2] = {-1, -1};
    int failure = 0;
    pid_t supervisor = -1;
    // Datagrams, so that a report is whole or absent.
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) < 0 || pipe2(failures, O_CLOEXEC) < 0) {
        failure = -errno;
    }
    for (int i = 0; i < 2; i++) {
        if (!failure) failure = move_up(&channel[i]);
        if (!failure) failure = move_up(&failures[i]);
    }
    if (!failure) {
        fcntl(channel[0], F_SETFL, O_NONBLOCK);
        fcntl(failures[0], F_SETFL, O_NONBLOCK);
        // No handler of ours may run in the child, where its locks and threads are gone.
        sigset_t all, before;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before);
        supervisor = bare_fork();
        if (supervisor == 0) supervise(launch, channel[1], failures[1]);
        if (supervisor < 0) failure = -errno;
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    if (channel[1] >= 0) close(channel[1]);
    if (failures[1] >= 0) close(failures[1]);
    if (failure) {
        if (channel[0] >= 0) close(channel[0]);
        if (failures[0] >= 0) close(failures[0]);
        return failure;
    }
    *control = channel[0];
    *outcome = failures[0];
    return supervisor;
}

int platform_launch_outcome(int outcome, platform_failure *failure) {
    for (;;) {
        ssize_t count = read(outcome, failure, sizeof *failure);
        if (count == (ssize_t)sizeof *failure) return 2;
        if (count >= 0) return 1;
        if (errno == EAGAIN) return 0;
        if (errno != EINTR) return -errno;
    }
}

int platform_launch_report(int control, platform_report *report) {
    for (;;) {
        ssize_t count = recv(control, report, sizeof *report, MSG_DONTWAIT);
        if (count == (ssize_t)sizeof *report) return 1;
        if (count >= 0) return -EPIPE;
        if (errno == EAGAIN) return 0;
        if (errno == ECONNRESET) return -EPIPE;
        if (errno != EINTR) return -errno;
    }
}

int platform_launch_order(int control, char order) {
    for (;;) {
        if (send(control, &order, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1) return 0;
        if (errno != EINTR) return -errno;
    }
}
