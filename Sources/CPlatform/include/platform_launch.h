#ifndef PLATFORM_LAUNCH_H
#define PLATFORM_LAUNCH_H

#include "platform_sandbox.h"

#include <stddef.h>
#include <stdint.h>

typedef struct {
    int32_t resource;
    uint64_t soft;
    uint64_t hard;
} platform_limit;

enum { PLATFORM_STREAM_INHERITED = -1, PLATFORM_STREAM_NOTHING = -2 };
enum { PLATFORM_SESSION_SHARED = 0, PLATFORM_SESSION_OWN_GROUP = 1, PLATFORM_SESSION_OWN = 2 };

/// Where a start can fail, in the order in which the child goes through them.
enum {
    PLATFORM_STAGE_FORK = 1,
    PLATFORM_STAGE_SESSION,
    PLATFORM_STAGE_LIMITS,
    PLATFORM_STAGE_STREAMS,
    PLATFORM_STAGE_DIRECTORY,
    PLATFORM_STAGE_PRIVILEGES,
    PLATFORM_STAGE_SANDBOX,
    PLATFORM_STAGE_IDENTITY,
    PLATFORM_STAGE_EXEC,
};

typedef struct {
    /// Absolute. With `executable` the name that scripts are run by.
    const char *path;
    /// Runs this open file instead of `path`; -1 for none. A script keeps the descriptor, its interpreter reads it
    /// from there.
    int executable;
    /// Where set, `path` is opened and must be this file, which then is what runs.
    int pinned;
    uint64_t device;
    uint64_t inode;

    char *const *arguments;
    char *const *environment;

    /// `directory_path`, or an open directory, or neither: ours.
    const char *directory_path;
    int directory;

    /// A descriptor, PLATFORM_STREAM_INHERITED or PLATFORM_STREAM_NOTHING.
    int streams[3];
    int session;
    /// Descendants that outlive the command stay; else the supervisor kills them.
    int keeps_descendants;
    int forbids_new_privileges;
    /// -1 leaves it.
    int32_t umask;
    const platform_limit *limits;
    size_t limit_count;

    /// Entered last, right before exec; NULL for none. `directory` must be given by its path then: an open one leads
    /// round the sandbox's mounts.
    const platform_sandbox *sandbox;
} platform_launch;

enum { PLATFORM_REPORT_FORKED = 1, PLATFORM_REPORT_FAILED, PLATFORM_REPORT_ENDED };

/// What the supervisor tells, one datagram each.
typedef struct {
    uint32_t kind;
    int32_t pid;
    /// Of the command, in clock ticks since boot.
    uint64_t start_ticks;
    int32_t error;
    int32_t stage;
    /// As wait(2) gives it.
    int32_t status;
    /// Children that could not be killed (a setuid program, a process in uninterruptible sleep).
    int32_t survivors;
    uint64_t user_microseconds;
    uint64_t system_microseconds;
    uint64_t peak_memory_kibibytes;
} platform_report;

/// What it is told, one byte each. The end of the channel, by whatever cause, means KILL.
enum { PLATFORM_ORDER_TERMINATE = 'T', PLATFORM_ORDER_KILL = 'K' };

/// Where the command's process did not get as far as its program.
typedef struct {
    int32_t stage;
    int32_t error;
} platform_failure;

/// Starts a supervisor that starts the command. `control` is our end of a datagram channel to it, `outcome` one of a
/// pipe that ends when the program runs and carries a `platform_failure` when it does not.
/// Returns the supervisor's pid, or a negated errno.
int platform_launch_start(const platform_launch *launch, int *control, int *outcome);

/// 0: not decided yet. 1: the program runs. 2: it does not, see `failure`.
int platform_launch_outcome(int outcome, platform_failure *failure);

/// The next report. 0: nothing yet. 1: here is one. -EPIPE: none will come any more.
int platform_launch_report(int control, platform_report *report);
int platform_launch_order(int control, char order);

#endif
