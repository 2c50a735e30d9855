#define _GNU_SOURCE
#include "platform_sandbox.h"

#include "bare.h"
#include "seccomp.h"

#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>

// Three layers, because none of them covers the others' gaps:
//
//     namespaces   what is not writable is a read-only mount (also for chmod and utimes, which Landlock lets pass);
//                  without a network there is not even a loopback; no System V or POSIX message queues in common
//     Landlock     what is not named cannot be opened; no signal and no ptrace reaches beyond the command's own
//     seccomp      no Unix sockets, no io_uring, no namespaces, mounts, keys, tracing: the ways round the others

#define LANDLOCK_OLDEST_ABI 6 /* scopes for signals and abstract sockets */

// The kernel's header may be older than the kernel.
struct ruleset { uint64_t handled_fs, handled_net, scoped; };
struct beneath { uint64_t allowed; int32_t directory; } __attribute__((packed));

enum {
    FS_EXECUTE = 1 << 0, FS_WRITE_FILE = 1 << 1, FS_READ_FILE = 1 << 2, FS_READ_DIR = 1 << 3, FS_REMOVE_DIR = 1 << 4,
    FS_REMOVE_FILE = 1 << 5, FS_MAKE_CHAR = 1 << 6, FS_MAKE_DIR = 1 << 7, FS_MAKE_REG = 1 << 8, FS_MAKE_SOCK = 1 << 9,
    FS_MAKE_FIFO = 1 << 10, FS_MAKE_BLOCK = 1 << 11, FS_MAKE_SYM = 1 << 12, FS_REFER = 1 << 13, FS_TRUNCATE = 1 << 14,
    FS_IOCTL_DEV = 1 << 15,

    FS_ALL = (1 << 16) - 1,
    FS_OF_FILES = FS_EXECUTE | FS_WRITE_FILE | FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV,
    FS_READING = FS_EXECUTE | FS_READ_FILE | FS_READ_DIR,
    FS_WRITING = FS_ALL & ~(FS_MAKE_CHAR | FS_MAKE_BLOCK | FS_MAKE_SOCK | FS_IOCTL_DEV),
    FS_DEVICE = FS_READ_FILE | FS_WRITE_FILE | FS_TRUNCATE,

    SCOPE_ABSTRACT_SOCKETS = 1 << 0, SCOPE_SIGNALS = 1 << 1,
};

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

struct mount_attributes { uint64_t set, clear, propagation, user_namespace; };
enum { ATTRIBUTE_READ_ONLY = 1, ATTRIBUTE_NO_SUID = 2, ATTRIBUTE_NO_DEVICES = 4, WITH_ALL_BELOW = 0x8000 };

int platform_landlock_abi(void) {
    // With LANDLOCK_CREATE_RULESET_VERSION (1) and no attributes the call answers with the ABI.
    return (int)BARE(SYS_landlock_create_ruleset, NULL, 0, 1u);
}

// MARK: Namespaces

UNSANITIZED static int write_to(const char *path, const char *text, size_t length) {
    int file = bare_open(AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return file;
    long written = bare_write(file, text, length);
    bare_close(file);
    return written < 0 ? (int)written : 0;
}

// "ID ID 1": the same number inside as outside.
UNSANITIZED static int map_identity(const char *path, unsigned id) {
    char digits[10], line[24];
    size_t count = 0, length = 0;
    do digits[count++] = (char)('0' + id % 10); while (id /= 10);
    for (int column = 0; column < 2; column++) {
        for (size_t i = count; i > 0; i--) line[length++] = digits[i - 1];
        line[length++] = ' ';
    }
    line[length++] = '1';
    return write_to(path, line, length);
}

UNSANITIZED static int set_attributes(const char *path, uint64_t set, uint64_t clear) {
    struct mount_attributes attributes = {.set = set, .clear = clear};
    return (int)BARE(SYS_mount_setattr, AT_FDCWD, path, WITH_ALL_BELOW, &attributes, sizeof attributes);
}

UNSANITIZED static int bind(const char *path) {
    return (int)BARE(SYS_mount, path, path, NULL, MS_BIND | MS_REC, NULL);
}

UNSANITIZED static int lay_out_mounts(const platform_sandbox *sandbox) {
    // Nothing of what follows is seen outside.
    int result = (int)BARE(SYS_mount, NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
    for (size_t i = 0; !result && i < sandbox->writable_count; i++) result = bind(sandbox->writable[i]);
    for (size_t i = 0; !result && i < sandbox->guarded_count; i++) {
        result = bind(sandbox->guarded[i]);
        if (result == -ENOENT) result = 0;
    }
    if (!result) result = set_attributes("/", ATTRIBUTE_READ_ONLY | ATTRIBUTE_NO_SUID, 0);
    for (size_t i = 0; !result && i < sandbox->writable_count; i++) {
        result = set_attributes(sandbox->writable[i], ATTRIBUTE_NO_DEVICES, ATTRIBUTE_READ_ONLY);
    }
    for (size_t i = 0; !result && i < sandbox->guarded_count; i++) {
        result = set_attributes(sandbox->guarded[i], ATTRIBUTE_READ_ONLY, 0);
        if (result == -ENOENT) result = 0;
    }
    if (result) return result;
    // Shared memory of its own. Not every machine has the directory.
    result = (int)BARE(SYS_mount, "tmpfs", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777");
    return result == -ENOENT ? 0 : result;
}

// The directory we are in is still the one of the mount from before, through which nothing is read-only.
UNSANITIZED static int enter_directory_anew(void) {
    char path[PATH_MAX_OF_KERNEL];
    long length = BARE(SYS_getcwd, path, sizeof path);
    if (length < 0) return (int)length;
    // A directory outside of what is mounted is called "(unreachable)/…".
    if (path[0] != '/') return -EACCES;
    return (int)BARE(SYS_chdir, path);
}

// Also root's process is without rights after exec: it has none, and can get none from a file or from being root.
UNSANITIZED static int give_up_capabilities(void) {
    for (int capability = 0;; capability++) {
        long result = BARE(SYS_prctl, PR_CAPBSET_DROP, capability, 0, 0, 0);
        if (result == -EINVAL && capability > 0) break;
        if (result < 0) return (int)result;
    }
    const unsigned bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED
        | SECBIT_KEEP_CAPS_LOCKED;
    long result = BARE(SYS_prctl, PR_SET_SECUREBITS, bits, 0, 0, 0);
    if (result < 0) return (int)result;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct none[2] = {{0}};
    return (int)BARE(SYS_capset, &header, none);
}

UNSANITIZED static int enter_namespaces(const platform_sandbox *sandbox) {
    unsigned user = (unsigned)BARE(SYS_geteuid), group = (unsigned)BARE(SYS_getegid);
    int wanted = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | (sandbox->allows_network ? 0 : CLONE_NEWNET);
    int result = (int)BARE(SYS_unshare, wanted);
    if (result < 0) return result;
    // The files below belong to root while a process is not dumpable, as the desk and so this fork of it is.
    long was_dumpable = BARE(SYS_prctl, PR_GET_DUMPABLE, 0, 0, 0, 0);
    if (user != 0) BARE(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);
    result = map_identity("/proc/self/uid_map", user);
    // Without it an unprivileged process may not map its group (user_namespaces(7)).
    if (!result) result = write_to("/proc/self/setgroups", "deny", 4);
    if (!result) result = map_identity("/proc/self/gid_map", group);
    if (user != 0) BARE(SYS_prctl, PR_SET_DUMPABLE, was_dumpable, 0, 0, 0);
    if (!result) result = lay_out_mounts(sandbox);
    if (!result) result = enter_directory_anew();
    return result ? result : give_up_capabilities();
}

// MARK: Landlock

UNSANITIZED static int allow(int ruleset, const char *path, uint64_t rights) {
    int place = bare_open(AT_FDCWD, path, O_PATH | O_CLOEXEC);
    if (place < 0) return place;
    struct stat found;
    long result = BARE(SYS_newfstatat, place, "", &found, AT_EMPTY_PATH);
    if (result >= 0) {
        struct beneath rule = {.allowed = S_ISDIR(found.st_mode) ? rights : rights & FS_OF_FILES, .directory = place};
        result = BARE(SYS_landlock_add_rule, ruleset, 1, &rule, 0);
    }
    bare_close(place);
    return (int)result;
}

UNSANITIZED static int allow_what_exists(int ruleset, const char *const *paths, size_t count, uint64_t rights) {
    for (size_t i = 0; i < count; i++) {
        int result = allow(ruleset, paths[i], rights);
        if (result < 0 && result != -ENOENT) return result;
    }
    return 0;
}

UNSANITIZED static int restrict_by_landlock(const platform_sandbox *sandbox) {
    static const char *const devices[] = {"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/tty"};
    static const char *const shared_memory[] = {"/dev/shm"};
    if (platform_landlock_abi() < LANDLOCK_OLDEST_ABI) return -ENOSYS;
    struct ruleset attributes = {.handled_fs = FS_ALL, .scoped = SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS};
    int ruleset = (int)BARE(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0) return ruleset;
    int result = allow_what_exists(ruleset, sandbox->readable, sandbox->readable_count, FS_READING);
    for (size_t i = 0; result >= 0 && i < sandbox->writable_count; i++) {
        result = allow(ruleset, sandbox->writable[i], FS_WRITING);
    }
    if (result >= 0) result = allow_what_exists(ruleset, devices, sizeof devices / sizeof *devices, FS_DEVICE);
    if (result >= 0) result = allow_what_exists(ruleset, shared_memory, 1, FS_WRITING);
    if (result >= 0) result = (int)BARE(SYS_landlock_restrict_self, ruleset, 0);
    bare_close(ruleset);
    return result < 0 ? result : 0;
}

// MARK: All of it

UNSANITIZED int platform_sandbox_enter(const platform_sandbox *sandbox) {
    int result = (int)BARE(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    if (!result) result = enter_namespaces(sandbox);
    if (!result) result = restrict_by_landlock(sandbox);
    // Last: it forbids what the others are made of.
    return result ? result : forbid_system_calls(sandbox->allows_network);
}

int platform_sandbox_try(void) {
    static const char *const everything[] = {"/"};
    platform_sandbox sandbox = {.readable = everything, .readable_count = 1};
    pid_t child = bare_fork();
    if (child < 0) return child;
    if (child == 0) bare_exit(-platform_sandbox_enter(&sandbox) & 0xff);
    int status = 0;
    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -errno;
    }
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -ECHILD;
}
