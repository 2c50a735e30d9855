#ifndef PLATFORM_LIMITS_H
#define PLATFORM_LIMITS_H

#include <sys/resource.h>

/// A soft limit that we changed for ourselves and that children get back.
typedef struct {
    int is_saved;
    int resource;
    rlim_t soft;
} saved_limit;

enum { SAVED_LIMITS = 2 };
extern saved_limit saved_limits[SAVED_LIMITS];

#endif
