#define _GNU_SOURCE
#include "include/platform_events.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64 };

static uint32_t to_epoll(uint32_t conditions) {
    uint32_t events = 0;
    if (conditions & PLATFORM_READABLE) events |= EPOLLIN | EPOLLRDHUP;
    if (conditions & PLATFORM_WRITABLE) events |= EPOLLOUT;
    return events;
}

static uint32_t from_epoll(uint32_t events) {
    uint32_t conditions = 0;
    if (events & (EPOLLIN | EPOLLRDHUP)) conditions |= PLATFORM_READABLE;
    if (events & EPOLLOUT) conditions |= PLATFORM_WRITABLE;
    if (events & (EPOLLHUP | EPOLLERR)) conditions |= PLATFORM_HUNG_UP;
    return conditions;
}

static int control(int epoll, int operation, int descriptor, uint32_t conditions, uint64_t token) {
    struct epoll_event event = {.events = to_epoll(conditions), .data.u64 = token};
    return epoll_ctl(epoll, operation, descriptor, &event) < 0 ? -errno : 0;
}

int platform_epoll_create(void) {
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    return epoll < 0 ? -errno : epoll;
}

int platform_epoll_add(int epoll, int descriptor, uint32_t conditions, uint64_t token) {
    return control(epoll, EPOLL_CTL_ADD, descriptor, conditions, token);
}

int platform_epoll_modify(int epoll, int descriptor, uint32_t conditions, uint64_t token) {
    return control(epoll, EPOLL_CTL_MOD, descriptor, conditions, token);
}

int platform_epoll_remove(int epoll, int descriptor) {
    return control(epoll, EPOLL_CTL_DEL, descriptor, 0, 0);
}

int platform_epoll_wait(int epoll, platform_event *events, int capacity) {
    struct epoll_event batch[BATCH];
    int count = epoll_wait(epoll, batch, capacity < BATCH ? capacity : BATCH, -1);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) {
        events[i].token = batch[i].data.u64;
        events[i].conditions = from_epoll(batch[i].events);
    }
    return count;
}

int platform_eventfd_create(void) {
    int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

int platform_eventfd_raise(int descriptor) {
    uint64_t one = 1;
    // EAGAIN: the counter is full, so the reader is awake anyway.
    return write(descriptor, &one, sizeof one) < 0 && errno != EAGAIN ? -errno : 0;
}

int platform_eventfd_clear(int descriptor) {
    uint64_t count;
    return read(descriptor, &count, sizeof count) < 0 && errno != EAGAIN ? -errno : 0;
}

int platform_timer_create(void) {
    int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    return timer < 0 ? -errno : timer;
}

int platform_timer_set(int timer, uint64_t nanoseconds) {
    struct itimerspec when = {
        .it_value = {.tv_sec = (time_t)(nanoseconds / 1000000000u), .tv_nsec = (long)(nanoseconds % 1000000000u)},
    };
    return timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL) < 0 ? -errno : 0;
}
