#define _GNU_SOURCE
#include "include/platform_files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(PLATFORM_OPEN_PATH == O_PATH, "another value on this architecture");

int platform_open_beneath(int root, const char *path, int flags, uint32_t mode, int refuse_links) {
#ifdef SYS_openat2
    struct open_how how = {
        .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | (refuse_links ? RESOLVE_NO_SYMLINKS : 0),
    };
    // EAGAIN: something was renamed or mounted while `..` was resolved and the kernel could not prove that the way
    // stays beneath. Trying again is what openat2(2) asks for; an attacker who renames without pause gets an error.
    for (int attempt = 0;; attempt++) {
        long descriptor = syscall(SYS_openat2, root, path, &how, sizeof how);
        if (descriptor >= 0) return (int)descriptor;
        if (errno == EINTR) continue;
        if (errno != EAGAIN || attempt == 64) return -errno;
    }
#else
    (void)root, (void)path, (void)flags, (void)mode, (void)refuse_links;
    return -ENOSYS;
#endif
}

int platform_open_at(int directory, const char *path, int flags, uint32_t mode) {
    for (;;) {
        int descriptor = openat(directory, path, flags | O_CLOEXEC, (mode_t)mode);
        if (descriptor >= 0) return descriptor;
        if (errno != EINTR) return -errno;
    }
}

static void convert(const struct stat *from, platform_facts *to) {
    *to = (platform_facts){
        .device = from->st_dev,
        .inode = from->st_ino,
        .size = (uint64_t)from->st_size,
        .links = from->st_nlink,
        .mode = from->st_mode,
        .owner = from->st_uid,
        .group = from->st_gid,
        .modified_seconds = from->st_mtim.tv_sec,
        .modified_nanoseconds = (uint32_t)from->st_mtim.tv_nsec,
        .changed_seconds = from->st_ctim.tv_sec,
        .changed_nanoseconds = (uint32_t)from->st_ctim.tv_nsec,
    };
}

int platform_facts_of(int descriptor, platform_facts *facts) {
    struct stat found;
    if (fstat(descriptor, &found) < 0) return -errno;
    convert(&found, facts);
    return 0;
}

int platform_facts_at(int directory, const char *name, platform_facts *facts) {
    struct stat found;
    if (fstatat(directory, name, &found, AT_SYMLINK_NOFOLLOW) < 0) return -errno;
    convert(&found, facts);
    return 0;
}

long platform_read_link_at(int directory, const char *name, char *buffer, size_t capacity) {
    ssize_t count = readlinkat(directory, name, buffer, capacity);
    return count < 0 ? -errno : count;
}

long platform_path_of(int descriptor, char *buffer, size_t capacity) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    return platform_read_link_at(AT_FDCWD, link, buffer, capacity);
}

int platform_rename(int from, const char *old_name, int to, const char *new_name, unsigned flags) {
    unsigned linux_flags = (flags & PLATFORM_RENAME_KEEP ? RENAME_NOREPLACE : 0)
        | (flags & PLATFORM_RENAME_EXCHANGE ? RENAME_EXCHANGE : 0);
    return renameat2(from, old_name, to, new_name, linux_flags) < 0 ? -errno : 0;
}

// As getdents64(2) lays it out; the C library's own declaration has another shape on some architectures.
struct entry {
    uint64_t inode;
    int64_t offset;
    uint16_t length;
    uint8_t type;
    char name[];
};

long platform_read_directory(int directory, void *buffer, size_t capacity) {
    long count = syscall(SYS_getdents64, directory, buffer, capacity);
    return count < 0 ? -errno : count;
}

void platform_directory_entry(const void *buffer, size_t *offset, const char **name, uint8_t *type) {
    const struct entry *entry = (const struct entry *)((const char *)buffer + *offset);
    *name = entry->name;
    *type = entry->type;
    *offset += entry->length;
}

int platform_duplicate(int descriptor) {
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}

int platform_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) < 0) return -errno;
    return 0;
}

int platform_pipe(int ends[2]) {
    int raw[2];
    if (pipe2(raw, O_CLOEXEC) < 0) return -errno;
    for (int i = 0; i < 2; i++) {
        // Numbers 0 to 2 would be taken for the standard streams of the child.
        if (raw[i] >= 3) {
            ends[i] = raw[i];
            continue;
        }
        ends[i] = platform_duplicate(raw[i]);
        close(raw[i]);
        if (ends[i] < 0) {
            close(i == 0 ? raw[1] : ends[0]);
            return ends[i];
        }
    }
    return 0;
}

int platform_lock(int descriptor) {
    return flock(descriptor, LOCK_EX | LOCK_NB) < 0 ? -errno : 0;
}

void platform_unlock(int descriptor) {
    flock(descriptor, LOCK_UN);
}
