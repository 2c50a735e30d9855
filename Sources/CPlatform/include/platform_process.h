#ifndef PLATFORM_PROCESS_H
#define PLATFORM_PROCESS_H

#include <stddef.h>
#include <stdint.h>

/// The environment of the process, as it is now.
char **platform_environment(void);

int platform_set_dumpable(int dumpable);
int platform_is_dumpable(void);
int platform_become_subreaper(void);
int platform_is_subreaper(void);
/// Ignores SIGPIPE unless somebody handles it.
int platform_ignore_sigpipe(void);
/// Ignores SIGXFSZ unless somebody handles it: a write over the limit on file sizes then fails with EFBIG.
int platform_ignore_sigxfsz(void);
/// Blocks every signal in the calling thread.
void platform_block_signals(void);
void platform_name_thread(const char *name);

/// Lowers the soft limit on core files to nothing; children get the limit of before.
int platform_forbid_core_files(void);
/// Raises the soft limit on open files to the hard one; children get the limit of before.
int platform_raise_descriptor_limit(uint64_t *limit);

int platform_open_pidfd(int pid);
/// 1 while the process runs, 0 when it has ended.
int platform_pidfd_is_alive(int pidfd);
int platform_pidfd_signal(int pidfd, int signal);
/// Reaps an ended child without waiting; 0 where it still runs, 1 where it was reaped.
int platform_reap(int pid);
int platform_kill(int pid, int signal);

/// Fills with getrandom(2).
int platform_random(void *buffer, size_t count);

uint64_t platform_boottime_nanoseconds(void);
int64_t platform_wall_milliseconds(void);

/// Home directory and name of the effective user, from the password database. Thread safe.
int platform_account(char *home, size_t home_capacity, char *name, size_t name_capacity);

#endif
