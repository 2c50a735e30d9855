#define _GNU_SOURCE
#include "CLibedit.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <termios.h>
#include <unistd.h>

static ssize_t discard(void *cookie, const char *bytes, size_t count) {
    (void)cookie;
    (void)bytes;
    return (ssize_t)count;
}

FILE *cle_open_sink(void) {
    cookie_io_functions_t functions = {.write = discard};
    return fopencookie(NULL, "w", functions);
}

int cle_open_private_terminal(int like, int *primary, int *replica) {
    struct termios modes;
    if (tcgetattr(like, &modes) != 0 || openpty(primary, replica, NULL, &modes, NULL) != 0) {
        return -1;
    }
    fcntl(*primary, F_SETFD, FD_CLOEXEC);
    fcntl(*replica, F_SETFD, FD_CLOEXEC);
    return 0;
}

int cle_open_bell(void) {
    return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

void cle_ring(int bell) {
    int saved = errno;
    uint64_t one = 1;
    // Fails only when the counter is full, and then the bell is ringing anyway.
    ssize_t written = write(bell, &one, sizeof one);
    (void)written;
    errno = saved;
}

void cle_silence(int bell) {
    uint64_t count;
    ssize_t got = read(bell, &count, sizeof count);
    (void)got;
}

static _Atomic uint64_t pending_signals;
static _Atomic int signal_bell = -1;

static void note_signal(int number) {
    atomic_fetch_or(&pending_signals, (uint64_t)1 << number);
    int bell = atomic_load(&signal_bell);
    if (bell >= 0) {
        cle_ring(bell);
    }
}

int cle_watch_signal(int signal_number, int bell) {
    atomic_store(&signal_bell, bell);
    struct sigaction action = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL);
}

void cle_unwatch_signal(int signal_number) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

uint64_t cle_take_signals(void) {
    return atomic_exchange(&pending_signals, 0);
}
