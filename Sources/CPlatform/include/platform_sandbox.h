#ifndef PLATFORM_SANDBOX_H
#define PLATFORM_SANDBOX_H

#include <stddef.h>

/// What a command is confined to. Everything that is not named is out of its reach.
///
/// Paths are absolute. One that does not exist is left out, but for the writable ones, which must be there.
typedef struct {
    /// May be read and executed, with all that lies below.
    const char *const *readable;
    size_t readable_count;
    /// Directories that may be written too, with all that lies below.
    const char *const *writable;
    size_t writable_count;
    /// Below a writable directory and yet only to be read. Nobody can put another in their place.
    const char *const *guarded;
    size_t guarded_count;
    /// Sockets to other machines and to this one, by IP. Unix sockets stay out of reach.
    int allows_network;
} platform_sandbox;

/// The Landlock ABI that this kernel offers; 0 or less where it offers none.
int platform_landlock_abi(void);

/// Confines the calling process and its children for good. For a forked child, right before exec: it allocates nothing,
/// and a process in which it failed half-way must end.
int platform_sandbox_enter(const platform_sandbox *sandbox);

/// Tries in a child of its own. 0 where commands can be confined here.
int platform_sandbox_try(void);

#endif
