#ifndef PLATFORM_SECCOMP_H
#define PLATFORM_SECCOMP_H

/// The longest path that getcwd(2) gives, with its end mark.
enum { PATH_MAX_OF_KERNEL = 4096 };

/// Forbids the calls that lead round mounts and Landlock. Needs PR_SET_NO_NEW_PRIVS.
int forbid_system_calls(int allows_network);

#endif
