/// System calls without the C library round them.
///
/// The code that includes this runs in a process that was forked from one with many threads. Whatever lock another
/// thread held at that moment stays locked for ever, so nothing here may allocate, use stdio, or take a lock; and a
/// sanitizer's interceptors, which do all three, must not see the calls.
#ifndef PLATFORM_BARE_H
#define PLATFORM_BARE_H

#ifndef _GNU_SOURCE
#error "define _GNU_SOURCE before the first include"
#endif

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#define UNSANITIZED __attribute__((no_sanitize("thread", "address", "undefined")))

// Results are 0 or more, or a negated errno.
#define BARE(...) ({ long result_ = syscall(__VA_ARGS__); result_ < 0 ? -(long)errno : result_; })

UNSANITIZED static inline int bare_open(int directory, const char *path, int flags) {
    return (int)BARE(SYS_openat, directory, path, flags, 0);
}

UNSANITIZED static inline void bare_close(int descriptor) {
    BARE(SYS_close, descriptor);
}

UNSANITIZED static inline long bare_read(int descriptor, void *buffer, size_t count) {
    for (;;) {
        long got = BARE(SYS_read, descriptor, buffer, count);
        if (got != -EINTR) return got;
    }
}

UNSANITIZED static inline long bare_write(int descriptor, const void *buffer, size_t count) {
    for (;;) {
        long put = BARE(SYS_write, descriptor, buffer, count);
        if (put != -EINTR) return put;
    }
}

UNSANITIZED static inline _Noreturn void bare_exit(int code) {
    for (;;) BARE(SYS_exit_group, code);
}

enum { KERNEL_SIGNALS = 64 };

// All signals at their default, whatever the library thinks they are. A zeroed structure is SIG_DFL with an empty mask
// in the kernel's own layout on every architecture; it is larger than any of them.
UNSANITIZED static inline void bare_reset_signals(void) {
    uint64_t action[8] = {0};
    for (int number = 1; number <= KERNEL_SIGNALS; number++) {
        if (number != SIGKILL && number != SIGSTOP) BARE(SYS_rt_sigaction, number, action, NULL, sizeof(uint64_t));
    }
}

UNSANITIZED static inline void bare_set_signal_mask(uint64_t mask) {
    BARE(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof mask);
}

// A number's decimal digits into `text`, which must have room; returns the position after them.
UNSANITIZED static inline char *bare_decimal(char *text, uint64_t value) {
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (count > 0) *text++ = digits[--count];
    return text;
}

UNSANITIZED static inline char *bare_append(char *text, const char *more) {
    while (*more) *text++ = *more++;
    return text;
}

/// fork(2) for the calling thread alone, without the library's handlers for it.
UNSANITIZED static inline pid_t bare_fork(void) {
#if defined(__GLIBC_PREREQ)
#if __GLIBC_PREREQ(2, 34)
    return _Fork();
#else
    return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
#endif
#else
    return (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
#endif
}

#endif
