#define _GNU_SOURCE
#include "platform_sandbox.h"

#include <sys/syscall.h>
#include <unistd.h>

int platform_landlock_abi(void) {
#ifdef SYS_landlock_create_ruleset
    // With LANDLOCK_CREATE_RULESET_VERSION (1) and no attributes the call answers with the ABI.
    return (int)syscall(SYS_landlock_create_ruleset, (void *)0, 0, 1u);
#else
    return 0;
#endif
}
