#ifndef HITL_CCRYPTO_H
#define HITL_CCRYPTO_H

#include <stddef.h>
#include <stdint.h>

// SHA-256 (FIPS 180-4) and HMAC-SHA-256 (RFC 2104) over libcrypto's low-level functions. They use
// the processor's SHA instructions as EVP does, without EVP's provider start-up of milliseconds.

#define HITL_SHA256_BYTES 32

typedef struct {
    uint64_t opaque[16];
} hitl_sha256_state;

void hitl_sha256_init(hitl_sha256_state *state);
void hitl_sha256_update(hitl_sha256_state *state, const void *bytes, size_t count);
void hitl_sha256_final(hitl_sha256_state *state, uint8_t digest[HITL_SHA256_BYTES]);

// The digest of two parts one after the other; either may be empty.
void hitl_sha256_parts(const void *first, size_t first_count, const void *second, size_t second_count,
                       uint8_t digest[HITL_SHA256_BYTES]);

void hitl_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count,
                      uint8_t digest[HITL_SHA256_BYTES]);

// Random bytes from the kernel; 0, or -1 with errno set.
int hitl_random_bytes(void *bytes, size_t count);

#endif
