// The low-level functions are deprecated in favour of EVP since OpenSSL 3.0; see the header.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "CCrypto.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <string.h>
#include <sys/random.h>

_Static_assert(sizeof(hitl_sha256_state) >= sizeof(SHA256_CTX), "hitl_sha256_state must hold a SHA256_CTX");
_Static_assert(_Alignof(hitl_sha256_state) >= _Alignof(SHA256_CTX), "hitl_sha256_state must align a SHA256_CTX");

static const size_t block = 64;

void hitl_sha256_init(hitl_sha256_state *state) {
    SHA256_Init((SHA256_CTX *)state);
}

void hitl_sha256_update(hitl_sha256_state *state, const void *bytes, size_t count) {
    if (count) SHA256_Update((SHA256_CTX *)state, bytes, count);
}

void hitl_sha256_final(hitl_sha256_state *state, uint8_t digest[HITL_SHA256_BYTES]) {
    SHA256_Final(digest, (SHA256_CTX *)state);
}

void hitl_sha256_parts(const void *first, size_t first_count, const void *second, size_t second_count,
                       uint8_t digest[HITL_SHA256_BYTES]) {
    SHA256_CTX context;
    SHA256_Init(&context);
    if (first_count) SHA256_Update(&context, first, first_count);
    if (second_count) SHA256_Update(&context, second, second_count);
    SHA256_Final(digest, &context);
}

void hitl_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count,
                      uint8_t digest[HITL_SHA256_BYTES]) {
    uint8_t pad[64] = {0};
    if (key_count > block) {
        hitl_sha256_parts(key, key_count, NULL, 0, pad);
    } else if (key_count) {
        memcpy(pad, key, key_count);
    }

    for (size_t i = 0; i < block; i++) pad[i] ^= 0x36;
    uint8_t inner[HITL_SHA256_BYTES];
    hitl_sha256_parts(pad, block, bytes, count, inner);

    for (size_t i = 0; i < block; i++) pad[i] ^= 0x36 ^ 0x5c;
    hitl_sha256_parts(pad, block, inner, sizeof inner, digest);

    OPENSSL_cleanse(pad, sizeof pad);
    OPENSSL_cleanse(inner, sizeof inner);
}

int hitl_random_bytes(void *bytes, size_t count) {
    uint8_t *next = bytes;
    while (count) {
        ssize_t got = getrandom(next, count, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            return -1;
        }
        next += got;
        count -= (size_t)got;
    }
    return 0;
}
