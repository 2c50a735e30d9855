/// What Swift cannot call by itself on Linux: variadic calls, structures behind `_GNU_SOURCE`, system calls without a
/// wrapper in the C library, and everything that runs between fork and exec.
///
/// Unless it says otherwise a function returns a value of 0 or more, or a negated `errno`. None of them allocates.
#ifndef CPLATFORM_H
#define CPLATFORM_H

#include "platform_sandbox.h"
#include "platform_events.h"
#include "platform_files.h"
#include "platform_launch.h"
#include "platform_process.h"
#include "platform_sockets.h"

#endif
