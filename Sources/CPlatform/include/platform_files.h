#ifndef PLATFORM_FILES_H
#define PLATFORM_FILES_H

#include <stddef.h>
#include <stdint.h>

/// O_PATH, which only `_GNU_SOURCE` shows.
enum { PLATFORM_OPEN_PATH = 010000000 };

typedef struct {
    uint64_t device;
    uint64_t inode;
    uint64_t size;
    uint64_t links;
    uint32_t mode;
    uint32_t owner;
    uint32_t group;
    int64_t modified_seconds;
    int64_t changed_seconds;
    uint32_t modified_nanoseconds;
    uint32_t changed_nanoseconds;
} platform_facts;

/// openat2 with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS, and RESOLVE_NO_SYMLINKS where `refuse_links`. -ENOSYS
/// where the kernel has none.
int platform_open_beneath(int root, const char *path, int flags, uint32_t mode, int refuse_links);
int platform_open_at(int directory, const char *path, int flags, uint32_t mode);

int platform_facts_of(int descriptor, platform_facts *facts);
/// Of the name itself: a symbolic link is not followed.
int platform_facts_at(int directory, const char *name, platform_facts *facts);

long platform_read_link_at(int directory, const char *name, char *buffer, size_t capacity);
/// The path that the kernel knows for an open descriptor.
long platform_path_of(int descriptor, char *buffer, size_t capacity);

enum { PLATFORM_RENAME_KEEP = 1, PLATFORM_RENAME_EXCHANGE = 2 };
/// renameat2; with KEEP an existing target is -EEXIST, with EXCHANGE the two names are swapped in one step.
int platform_rename(int from, const char *old_name, int to, const char *new_name, unsigned flags);

/// getdents64 into `buffer`; 0 at the end.
long platform_read_directory(int directory, void *buffer, size_t capacity);
/// The entry at `*offset` of such a buffer; moves `*offset` on. `*name` points into the buffer. `*type` is a DT_ value.
void platform_directory_entry(const void *buffer, size_t *offset, const char **name, uint8_t *type);

/// Duplicates onto a number of 3 or more that closes on exec.
int platform_duplicate(int descriptor);
int platform_set_nonblocking(int descriptor);
/// Both ends close on exec and are numbered 3 or more.
int platform_pipe(int ends[2]);
/// 0 where the lock is ours now; -EWOULDBLOCK where another holds it.
int platform_lock(int descriptor);
/// Also for those who share the open file.
void platform_unlock(int descriptor);

#endif
