#define _GNU_SOURCE
#include "include/platform_process.h"

#include "limits.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

saved_limit saved_limits[SAVED_LIMITS];

char **platform_environment(void) {
    return environ;
}

int platform_set_dumpable(int dumpable) {
    return prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0) < 0 ? -errno : 0;
}

int platform_is_dumpable(void) {
    int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
    return dumpable < 0 ? -errno : dumpable;
}

int platform_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int platform_is_subreaper(void) {
    int is = 0;
    return prctl(PR_GET_CHILD_SUBREAPER, &is, 0, 0, 0) < 0 ? -errno : is;
}

static int ignore_unless_handled(int signal) {
    struct sigaction now;
    if (sigaction(signal, NULL, &now) < 0) return -errno;
    if ((now.sa_flags & SA_SIGINFO) || now.sa_handler != SIG_DFL) return 0;
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    return sigaction(signal, &ignore, NULL) < 0 ? -errno : 0;
}

int platform_ignore_sigpipe(void) {
    return ignore_unless_handled(SIGPIPE);
}

int platform_ignore_sigxfsz(void) {
    return ignore_unless_handled(SIGXFSZ);
}

void platform_block_signals(void) {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
}

void platform_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

static int change_soft_limit(saved_limit *saved, int resource, int to_hard, rlim_t value, uint64_t *result) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) < 0) return -errno;
    rlim_t before = limit.rlim_cur;
    limit.rlim_cur = to_hard ? limit.rlim_max : value;
    if (result) *result = limit.rlim_cur;
    if (limit.rlim_cur == before) return 0;
    if (setrlimit(resource, &limit) < 0) return -errno;
    if (!saved->is_saved) {
        saved->resource = resource;
        saved->soft = before;
        saved->is_saved = 1;
    }
    return 0;
}

int platform_forbid_core_files(void) {
    return change_soft_limit(&saved_limits[0], RLIMIT_CORE, 0, 0, NULL);
}

int platform_raise_descriptor_limit(uint64_t *limit) {
    return change_soft_limit(&saved_limits[1], RLIMIT_NOFILE, 1, 0, limit);
}

int platform_open_pidfd(int pid) {
    long pidfd = syscall(SYS_pidfd_open, pid, 0);
    return pidfd < 0 ? -errno : (int)pidfd;
}

int platform_pidfd_is_alive(int pidfd) {
    struct pollfd wait = {.fd = pidfd, .events = POLLIN};
    for (;;) {
        int count = poll(&wait, 1, 0);
        if (count >= 0) return count == 0;
        if (errno != EINTR) return -errno;
    }
}

int platform_pidfd_signal(int pidfd, int signal) {
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0 ? -errno : 0;
}

int platform_reap(int pid) {
    for (;;) {
        pid_t reaped = waitpid(pid, NULL, WNOHANG);
        if (reaped >= 0) return reaped > 0;
        if (errno != EINTR) return -errno;
    }
}

int platform_kill(int pid, int signal) {
    // 0 and the negative numbers mean groups and everybody; a process is never meant by them here.
    if (pid <= 1) return -EINVAL;
    return kill(pid, signal) < 0 ? -errno : 0;
}

int platform_random(void *buffer, size_t count) {
    unsigned char *position = buffer;
    while (count > 0) {
        ssize_t got = getrandom(position, count, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return -errno;
        }
        position += got;
        count -= (size_t)got;
    }
    return 0;
}

uint64_t platform_boottime_nanoseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int64_t platform_wall_milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int platform_account(char *home, size_t home_capacity, char *name, size_t name_capacity) {
    char storage[16384];
    struct passwd entry, *found = NULL;
    int failure = getpwuid_r(geteuid(), &entry, storage, sizeof storage, &found);
    if (failure) return -failure;
    if (!found || !entry.pw_dir || !entry.pw_name) return -ENOENT;
    if (strlen(entry.pw_dir) >= home_capacity || strlen(entry.pw_name) >= name_capacity) return -ENAMETOOLONG;
    strcpy(home, entry.pw_dir);
    strcpy(name, entry.pw_name);
    return 0;
}
