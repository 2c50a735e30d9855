#ifndef PLATFORM_SUPERVISOR_H
#define PLATFORM_SUPERVISOR_H

#include "include/platform_launch.h"

/// The life of a supervisor, from the fork that made it to its end. `control` is its end of the channel.
_Noreturn void supervise(const platform_launch *launch, int control, int failures);

/// The life of the command's process up to exec, once there is a byte in `go`. Writes a `platform_failure` into
/// `failures` where it does not get there.
_Noreturn void become_command(const platform_launch *launch, int go, int failures, int supervisor);

#endif
