#define _GNU_SOURCE
#include "supervisor.h"

#include "bare.h"

#include <linux/prctl.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

// The supervisor stands between us and one command:
//
//     we ──control── supervisor ── command ── …descendants, however often they fork or setsid
//
// As a child subreaper it becomes the parent of every descendant whose own parent ended, so "no child is left" means
// that nothing is left. It killed what it may: only its own children are sent SIGKILL, whose pids cannot be recycled
// before it has reaped them; their children then are its own. A descendant can outrun one pass, not all of them.

/// How long killed children may take to go before they are counted as survivors.
enum { PATIENCE_SECONDS = 10 };
enum { CHUNK = 4096, MOST_DESCENDANTS = 4096 };

typedef struct {
    int control;
    int children_ended;
    pid_t command;
    int command_has_ended;
    int nothing_left;
    int keeps_descendants;
    int terminating;
    int killing;
    int64_t killing_since;
    platform_report ended;
} supervisor_state;

UNSANITIZED static int64_t now_milliseconds(void) {
    struct timespec now;
    BARE(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

UNSANITIZED static void close_all_but(int a, int b, int c) {
    int kept[3] = {a, b, c};
    for (int i = 0; i < 2; i++) {
        for (int j = i + 1; j < 3; j++) {
            if (kept[j] < kept[i]) {
                int swapped = kept[i];
                kept[i] = kept[j];
                kept[j] = swapped;
            }
        }
    }
    unsigned first = 0;
    for (int i = 0; i <= 3; i++) {
        unsigned end = i < 3 ? (unsigned)kept[i] : ~0u;
        if (end > first) {
            unsigned last = i < 3 ? end - 1 : ~0u;
            if (BARE(SYS_close_range, first, last, 0) < 0) {
                for (unsigned descriptor = first; descriptor <= last && descriptor < (1u << 20); descriptor++) {
                    bare_close((int)descriptor);
                }
            }
        }
        if (i < 3) first = end + 1;
    }
}

UNSANITIZED static void tell(const supervisor_state *state, const platform_report *report) {
    BARE(SYS_sendto, state->control, report, sizeof *report, 0x4000 /* MSG_NOSIGNAL */, NULL, 0);
}

/// Field of /proc/<pid>/stat, counted as in proc(5); 0 where there is none. The name in field 2 may hold anything, so
/// counting starts at its last parenthesis.
UNSANITIZED static uint64_t stat_field(pid_t pid, int wanted) {
    char path[64], text[1024];
    char *end = bare_append(bare_decimal(bare_append(path, "/proc/"), (uint64_t)pid), "/stat");
    *end = 0;
    int file = bare_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    long count = bare_read(file, text, sizeof text);
    bare_close(file);
    long position = count - 1;
    while (position >= 0 && text[position] != ')') position--;
    if (position < 0) return 0;
    int field = 2;
    uint64_t value = 0;
    for (position++; position < count; position++) {
        if (text[position] == ' ') {
            if (field == wanted) return value;
            field++;
            value = 0;
        } else if (text[position] >= '0' && text[position] <= '9') {
            value = value * 10 + (uint64_t)(text[position] - '0');
        }
    }
    return field == wanted ? value : 0;
}

typedef struct {
    pid_t pids[MOST_DESCENDANTS];
    int count;
} pid_list;

UNSANITIZED static void add(pid_list *list, pid_t pid) {
    if (pid > 1 && list->count < MOST_DESCENDANTS) list->pids[list->count++] = pid;
}

UNSANITIZED static int contains(const pid_list *list, pid_t pid) {
    for (int i = 0; i < list->count; i++) {
        if (list->pids[i] == pid) return 1;
    }
    return 0;
}

/// Adds the pids that a file of numbers and blanks holds. Returns 0 where it cannot be read.
UNSANITIZED static int add_numbers(pid_list *list, const char *path) {
    int file = bare_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    char chunk[CHUNK];
    pid_t value = 0;
    long count;
    while ((count = bare_read(file, chunk, sizeof chunk)) > 0) {
        for (long i = 0; i < count; i++) {
            if (chunk[i] >= '0' && chunk[i] <= '9') {
                value = value * 10 + (chunk[i] - '0');
            } else if (value) {
                add(list, value);
                value = 0;
            }
        }
    }
    if (value) add(list, value);
    bare_close(file);
    return 1;
}

struct directory_entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

/// Calls with every entry of a directory that is a number.
UNSANITIZED static void each_number(const char *path, void (*visit)(pid_t, void *), void *context) {
    int directory = bare_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) return;
    _Alignas(struct directory_entry) char chunk[CHUNK];
    long count;
    while ((count = BARE(SYS_getdents64, directory, chunk, sizeof chunk)) > 0) {
        for (long offset = 0; offset < count;) {
            struct directory_entry *entry = (struct directory_entry *)(chunk + offset);
            pid_t value = 0;
            const char *digit = entry->name;
            while (*digit >= '0' && *digit <= '9') value = value * 10 + (*digit++ - '0');
            if (*digit == 0 && value > 0) visit(value, context);
            offset += entry->length;
        }
    }
    bare_close(directory);
}

typedef struct {
    pid_list *list;
    pid_t parent;
    int read;
} search;

UNSANITIZED static void add_children_of_thread(pid_t thread, void *context) {
    search *search = context;
    char path[96];
    char *end = bare_append(bare_decimal(bare_append(path, "/proc/"), (uint64_t)search->parent), "/task/");
    end = bare_append(bare_decimal(end, (uint64_t)thread), "/children");
    *end = 0;
    search->read += add_numbers(search->list, path);
}

UNSANITIZED static void add_if_child(pid_t pid, void *context) {
    search *search = context;
    if (stat_field(pid, 4) == (uint64_t)search->parent) add(search->list, pid);
}

UNSANITIZED static void add_children(pid_list *list, pid_t parent) {
    search search = {.list = list, .parent = parent};
    char path[64];
    char *end = bare_append(bare_decimal(bare_append(path, "/proc/"), (uint64_t)parent), "/task");
    *end = 0;
    each_number(path, add_children_of_thread, &search);
    // A kernel without CONFIG_PROC_CHILDREN.
    if (!search.read) each_number("/proc", add_if_child, &search);
}

/// Asks everything below to end that was not asked before: a second SIGTERM means "at once" to many programs, and who
/// was forked while the first went round has not heard it.
///
/// A pid below our own children may be recycled while we look at it, so a process is signalled through a descriptor,
/// and only after its parent, itself proven to be below, was seen alive with this child.
UNSANITIZED static void terminate_all(void) {
    static pid_list queue;
    static int descriptors[MOST_DESCENDANTS];
    static pid_list asked;
    queue.count = 0;
    pid_t self = (pid_t)BARE(SYS_getpid);
    add_children(&queue, self);
    int direct = queue.count;
    for (int i = 0; i < queue.count; i++) descriptors[i] = (int)BARE(SYS_pidfd_open, queue.pids[i], 0);
    for (int i = 0; i < queue.count; i++) {
        int first = queue.count;
        add_children(&queue, queue.pids[i]);
        int kept = first;
        for (int j = first; j < queue.count; j++) {
            int descriptor = (int)BARE(SYS_pidfd_open, queue.pids[j], 0);
            int is_below = descriptor >= 0 && descriptors[i] >= 0
                && stat_field(queue.pids[j], 4) == (uint64_t)queue.pids[i]
                && BARE(SYS_pidfd_send_signal, descriptors[i], 0, NULL, 0) == 0;
            if (is_below) {
                queue.pids[kept] = queue.pids[j];
                descriptors[kept++] = descriptor;
            } else if (descriptor >= 0) {
                bare_close(descriptor);
            }
        }
        queue.count = kept;
    }
    for (int i = 0; i < queue.count; i++) {
        int was_asked = contains(&asked, queue.pids[i]);
        if (!was_asked) add(&asked, queue.pids[i]);
        if (descriptors[i] >= 0 && was_asked) {
            bare_close(descriptors[i]);
        } else if (descriptors[i] >= 0) {
            BARE(SYS_pidfd_send_signal, descriptors[i], SIGTERM, NULL, 0);
            // A stopped process hears SIGTERM only once it goes on.
            BARE(SYS_pidfd_send_signal, descriptors[i], SIGCONT, NULL, 0);
            bare_close(descriptors[i]);
        } else if (i < direct && !was_asked) {
            // A kernel without pidfd_open. Our own children are safe to name by number.
            BARE(SYS_kill, queue.pids[i], SIGTERM);
            BARE(SYS_kill, queue.pids[i], SIGCONT);
        }
    }
}

/// Kills our children. Returns how many there are, and in `refused` how many we may not kill.
UNSANITIZED static int kill_children(int *refused) {
    static pid_list list;
    list.count = 0;
    *refused = 0;
    add_children(&list, (pid_t)BARE(SYS_getpid));
    for (int i = 0; i < list.count; i++) {
        if (BARE(SYS_kill, list.pids[i], SIGKILL) == -EPERM) ++*refused;
    }
    return list.count;
}

UNSANITIZED static void reap(supervisor_state *state) {
    for (;;) {
        int status;
        struct rusage usage;
        long pid = BARE(SYS_wait4, -1, &status, WNOHANG, &usage);
        if (pid == -ECHILD) state->nothing_left = 1;
        if (pid <= 0) return;
        if (pid != state->command) continue;
        state->command_has_ended = 1;
        state->ended.status = status;
        state->ended.user_microseconds = (uint64_t)usage.ru_utime.tv_sec * 1000000u + (uint64_t)usage.ru_utime.tv_usec;
        state->ended.system_microseconds =
            (uint64_t)usage.ru_stime.tv_sec * 1000000u + (uint64_t)usage.ru_stime.tv_usec;
        state->ended.peak_memory_kibibytes = (uint64_t)usage.ru_maxrss;
    }
}

UNSANITIZED static void start_killing(supervisor_state *state) {
    if (state->killing) return;
    state->killing = 1;
    state->killing_since = now_milliseconds();
}

UNSANITIZED static void read_orders(supervisor_state *state) {
    for (;;) {
        char order = 0;
        long count = BARE(SYS_recvfrom, state->control, &order, 1, 0x40 /* MSG_DONTWAIT */, NULL, NULL);
        if (count == -EINTR) continue;
        if (count == -EAGAIN) return;
        if (count == 1 && order == PLATFORM_ORDER_TERMINATE) {
            state->terminating = 1;
            continue;
        }
        // KILL, the end of the channel, or a byte that nobody should have sent.
        start_killing(state);
        return;
    }
}

/// Waits for a child's end or an order.
UNSANITIZED static void wait_for_something(supervisor_state *state, int64_t milliseconds) {
    struct pollfd watched[2] = {
        {.fd = state->control, .events = POLLIN},
        {.fd = state->children_ended, .events = POLLIN},
    };
    // Once we kill nobody's orders matter any more, and a closed channel would wake us without end.
    if (state->killing) watched[0].fd = -1;
    struct timespec limit = {.tv_sec = milliseconds / 1000, .tv_nsec = (milliseconds % 1000) * 1000000};
    BARE(SYS_ppoll, watched, 2, milliseconds < 0 ? NULL : &limit, NULL, 0);
    char drained[128 * 8];
    BARE(SYS_read, state->children_ended, drained, sizeof drained);
}

UNSANITIZED static void watch(supervisor_state *state) {
    for (;;) {
        int refused = 0, children = 0;
        reap(state);
        if (state->nothing_left) return;
        if (state->command_has_ended && !state->terminating && !state->killing) {
            if (state->keeps_descendants) return;
            start_killing(state);
        }
        if (state->killing) {
            children = kill_children(&refused);
            int64_t left = state->killing_since + PATIENCE_SECONDS * 1000 - now_milliseconds();
            if (left <= 0 || (children > 0 && refused == children)) {
                reap(state);
                if (!state->nothing_left) state->ended.survivors = children > 0 ? children : 1;
                return;
            }
            // Where the list was empty a child was just being handed to us; look again soon.
            wait_for_something(state, children > refused ? left : 1);
        } else {
            if (state->terminating) terminate_all();
            wait_for_something(state, -1);
            read_orders(state);
        }
    }
}

UNSANITIZED _Noreturn void supervise(const platform_launch *launch, int control, int failures) {
    // Our memory is a copy of a process that keeps secrets.
    BARE(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
    BARE(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    BARE(SYS_prctl, PR_SET_NAME, "supervisor", 0, 0, 0);
    bare_reset_signals();
    // The C library's own fork left its two private signals open.
    bare_set_signal_mask(~(uint64_t)0);

    supervisor_state state = {
        .control = control, .keeps_descendants = launch->keeps_descendants, .ended = {.kind = PLATFORM_REPORT_ENDED},
    };
    int go[2] = {-1, -1};
    uint64_t child_signal = 1u << (SIGCHLD - 1);
    long made = BARE(SYS_signalfd4, -1, &child_signal, sizeof child_signal, O_CLOEXEC | O_NONBLOCK);
    state.children_ended = (int)made;
    if (made >= 0) made = BARE(SYS_pipe2, go, O_CLOEXEC);
    int self = (int)BARE(SYS_getpid);
    if (made >= 0) {
        pid_t command = bare_fork();
        if (command == 0) {
            bare_close(go[1]);
            become_command(launch, go[0], failures, self);
        }
        made = command < 0 ? -errno : command;
    }
    if (made < 0) {
        platform_report failed = {
            .kind = PLATFORM_REPORT_FAILED, .stage = PLATFORM_STAGE_FORK, .error = (int32_t)-made,
        };
        tell(&state, &failed);
        bare_exit(1);
    }
    state.command = state.ended.pid = (pid_t)made;

    close_all_but(control, state.children_ended, go[1]);
    // Out of our session and group, so that a signal to these does not take away the one who kills what remains.
    BARE(SYS_setsid);
    platform_report forked = {
        .kind = PLATFORM_REPORT_FORKED, .pid = state.command, .start_ticks = stat_field(state.command, 22),
    };
    tell(&state, &forked);
    // Only now: a command that runs could stop us, and what was not told by then would stay untold.
    bare_write(go[1], "", 1);
    bare_close(go[1]);

    watch(&state);
    tell(&state, &state.ended);
    bare_exit(0);
}
