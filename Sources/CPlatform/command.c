#define _GNU_SOURCE
#include "bare.h"
#include "limits.h"
#include "supervisor.h"

#include <linux/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif

UNSANITIZED static _Noreturn void fail(int failures, int stage, long error) {
    platform_failure failure = {.stage = stage, .error = (int32_t)-error};
    bare_write(failures, &failure, sizeof failure);
    bare_exit(127);
}

UNSANITIZED static void set_limit(int failures, int resource, uint64_t soft, uint64_t hard) {
    struct { uint64_t soft, hard; } limit = {soft, hard};
    long result = BARE(SYS_prlimit64, 0, resource, &limit, NULL);
    if (result < 0) fail(failures, PLATFORM_STAGE_LIMITS, result);
}

UNSANITIZED static void set_limits(const platform_launch *launch, int failures) {
    for (int i = 0; i < SAVED_LIMITS; i++) {
        if (!saved_limits[i].is_saved) continue;
        struct { uint64_t soft, hard; } now;
        long result = BARE(SYS_prlimit64, 0, saved_limits[i].resource, NULL, &now);
        if (result < 0) fail(failures, PLATFORM_STAGE_LIMITS, result);
        set_limit(failures, saved_limits[i].resource, saved_limits[i].soft, now.hard);
    }
    for (size_t i = 0; i < launch->limit_count; i++) {
        set_limit(failures, launch->limits[i].resource, launch->limits[i].soft, launch->limits[i].hard);
    }
}

// The three streams can be any descriptors, 0 to 2 among them, in any order (output on 0, say). So all are first
// copied out of the way, then put in place.
UNSANITIZED static void set_streams(const platform_launch *launch, int failures) {
    int copies[3];
    for (int i = 0; i < 3; i++) {
        copies[i] = -1;
        if (launch->streams[i] == PLATFORM_STREAM_INHERITED) continue;
        int source = launch->streams[i];
        if (source == PLATFORM_STREAM_NOTHING) {
            source = bare_open(AT_FDCWD, "/dev/null", (i == 0 ? O_RDONLY : O_WRONLY) | O_CLOEXEC | O_NOCTTY);
            if (source < 0) fail(failures, PLATFORM_STAGE_STREAMS, source);
        }
        long copy = BARE(SYS_fcntl, source, F_DUPFD_CLOEXEC, 3);
        if (copy < 0) fail(failures, PLATFORM_STAGE_STREAMS, copy);
        copies[i] = (int)copy;
    }
    for (int i = 0; i < 3; i++) {
        if (copies[i] < 0) continue;
        long result = BARE(SYS_dup3, copies[i], i, 0);
        if (result < 0) fail(failures, PLATFORM_STAGE_STREAMS, result);
    }
}

// For kernels before 5.11.
UNSANITIZED static long close_on_exec_one_by_one(int last) {
    for (int descriptor = 3; descriptor <= last; descriptor++) {
        long flags = BARE(SYS_fcntl, descriptor, F_GETFD);
        if (flags >= 0) BARE(SYS_fcntl, descriptor, F_SETFD, flags | FD_CLOEXEC);
    }
    return 0;
}

UNSANITIZED static void keep_descriptors_to_ourselves(int failures) {
    long result = BARE(SYS_close_range, 3u, ~0u, CLOSE_RANGE_CLOEXEC);
    if (result == -ENOSYS || result == -EINVAL) {
        struct { uint64_t soft, hard; } limit = {0, 0};
        BARE(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit);
        // A limit that was lowered after descriptors were opened does not close them; the hard one bounds what we
        // ever had.
        uint64_t last = limit.hard < (1u << 20) ? limit.hard : (1u << 20);
        result = close_on_exec_one_by_one((int)last);
    }
    if (result < 0) fail(failures, PLATFORM_STAGE_STREAMS, result);
}

UNSANITIZED static long execute_descriptor(int descriptor, const platform_launch *launch) {
    return BARE(SYS_execveat, descriptor, "", launch->arguments, launch->environment, AT_EMPTY_PATH);
}

UNSANITIZED static _Noreturn void execute(const platform_launch *launch, int failures) {
    long result;
    if (launch->executable >= 0) {
        result = execute_descriptor(launch->executable, launch);
        // ENOENT: a script. Its interpreter opens /dev/fd/N after exec, for which the descriptor has to stay.
        if (result == -ENOENT) {
            BARE(SYS_fcntl, launch->executable, F_SETFD, 0);
            result = execute_descriptor(launch->executable, launch);
        }
    } else if (launch->pinned) {
        int file = bare_open(AT_FDCWD, launch->path, O_PATH | O_CLOEXEC);
        if (file < 0) fail(failures, PLATFORM_STAGE_EXEC, file);
        struct stat found;
        result = BARE(SYS_newfstatat, file, "", &found, AT_EMPTY_PATH);
        if (result < 0) fail(failures, PLATFORM_STAGE_IDENTITY, result);
        if (found.st_dev != launch->device || found.st_ino != launch->inode) {
            fail(failures, PLATFORM_STAGE_IDENTITY, -ESTALE);
        }
        result = execute_descriptor(file, launch);
        // A script is run by its path, so that its `$0` is one: between the check above and its interpreter's open
        // lies a moment. Whoever cannot have that gives the open file.
        if (result == -ENOENT) result = BARE(SYS_execve, launch->path, launch->arguments, launch->environment);
    } else {
        result = BARE(SYS_execve, launch->path, launch->arguments, launch->environment);
    }
    fail(failures, PLATFORM_STAGE_EXEC, result);
}

UNSANITIZED _Noreturn void become_command(const platform_launch *launch, int go, int failures, int supervisor) {
    // Should somebody kill the supervisor, the command at least dies with it.
    BARE(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (BARE(SYS_getppid) != supervisor) bare_exit(127);
    char started;
    if (bare_read(go, &started, 1) != 1) bare_exit(127);

    long result = 0;
    if (launch->session == PLATFORM_SESSION_OWN) result = BARE(SYS_setsid);
    if (launch->session == PLATFORM_SESSION_OWN_GROUP) result = BARE(SYS_setpgid, 0, 0);
    if (result < 0) fail(failures, PLATFORM_STAGE_SESSION, result);

    set_streams(launch, failures);

    if (launch->directory_path) result = BARE(SYS_chdir, launch->directory_path);
    else if (launch->directory >= 0) result = BARE(SYS_fchdir, launch->directory);
    if (result < 0) fail(failures, PLATFORM_STAGE_DIRECTORY, result);

    if (launch->umask >= 0) BARE(SYS_umask, launch->umask);
    // After everything that opens descriptors: the limit may be lower than what is open.
    set_limits(launch, failures);
    keep_descriptors_to_ourselves(failures);

    if (launch->forbids_new_privileges) {
        result = BARE(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
        if (result < 0) fail(failures, PLATFORM_STAGE_PRIVILEGES, result);
    }
    if (launch->sandbox) {
        result = platform_sandbox_enter(launch->sandbox);
        if (result < 0) fail(failures, PLATFORM_STAGE_SANDBOX, result);
    }

    bare_reset_signals();
    bare_set_signal_mask(0);
    execute(launch, failures);
}
