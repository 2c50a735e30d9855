#ifndef PLATFORM_EVENTS_H
#define PLATFORM_EVENTS_H

#include <stdint.h>

enum {
    PLATFORM_READABLE = 1,
    PLATFORM_WRITABLE = 2,
    /// Reported whether asked for or not, as epoll does.
    PLATFORM_HUNG_UP = 4,
};

typedef struct {
    uint64_t token;
    uint32_t conditions;
} platform_event;

int platform_epoll_create(void);
int platform_epoll_add(int epoll, int descriptor, uint32_t conditions, uint64_t token);
int platform_epoll_modify(int epoll, int descriptor, uint32_t conditions, uint64_t token);
int platform_epoll_remove(int epoll, int descriptor);
/// Waits without a time limit; time comes through a timer descriptor. An interrupted wait returns 0 events.
int platform_epoll_wait(int epoll, platform_event *events, int capacity);

int platform_eventfd_create(void);
int platform_eventfd_raise(int descriptor);
/// Takes what was raised, or the expirations of a timer.
int platform_eventfd_clear(int descriptor);

/// A timer on CLOCK_BOOTTIME, which goes on while the machine sleeps.
int platform_timer_create(void);
/// `nanoseconds` is an absolute time on CLOCK_BOOTTIME; 0 disarms.
int platform_timer_set(int timer, uint64_t nanoseconds);

#endif
