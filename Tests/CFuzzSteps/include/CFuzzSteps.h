#pragma once
#include <stdint.h>

// Edges of the control flow that were taken since the start, in a build with -sanitize-coverage=edge,trace-pc-guard; 0
// in any other. A count of steps that is the same on every machine, however busy it is.
uint64_t fuzz_steps(void);

// What is written to standard error if the process dies by a trap: how to run this very case again.
void fuzz_case(const char *subject, uint64_t seed);
