#ifndef HITL_CSIGNATURE_H
#define HITL_CSIGNATURE_H

#include <stddef.h>
#include <stdint.h>

// Ed25519 (RFC 8032) and AES-256-GCM (NIST SP 800-38D) over libcrypto's EVP. Apart from the digests
// because the first use of EVP starts OpenSSL's providers, which a program that only reads digests is spared.
// Every function returns 1 for success and 0 for any failure.

#define HITL_ED25519_SEED_BYTES 32
#define HITL_ED25519_PUBLIC_BYTES 32
#define HITL_ED25519_SIGNATURE_BYTES 64

// A private key that is ready: to make one of its seed costs as much as a signature. Several threads may sign with it
// at once.
typedef struct hitl_ed25519_key hitl_ed25519_key;

// NULL for a failure. To be freed.
hitl_ed25519_key *hitl_ed25519_key_new(const uint8_t seed[HITL_ED25519_SEED_BYTES],
                                       uint8_t public_key[HITL_ED25519_PUBLIC_BYTES]);
void hitl_ed25519_key_free(hitl_ed25519_key *key);
int hitl_ed25519_sign(hitl_ed25519_key *key, const void *message, size_t count,
                      uint8_t signature[HITL_ED25519_SIGNATURE_BYTES]);
int hitl_ed25519_verify(const uint8_t public_key[HITL_ED25519_PUBLIC_BYTES], const void *message, size_t count,
                        const uint8_t signature[HITL_ED25519_SIGNATURE_BYTES]);

#define HITL_AES_KEY_BYTES 32
#define HITL_GCM_NONCE_BYTES 12
#define HITL_GCM_TAG_BYTES 16

// `sealed` has room for `count` bytes and the tag behind them.
int hitl_aes256gcm_seal(const uint8_t key[HITL_AES_KEY_BYTES], const uint8_t nonce[HITL_GCM_NONCE_BYTES],
                        const void *context, size_t context_count, const void *plain, size_t count, uint8_t *sealed);
// `sealed` is `count` bytes and the tag; `plain` has room for `count`. Nothing in `plain` counts unless it returns 1.
int hitl_aes256gcm_open(const uint8_t key[HITL_AES_KEY_BYTES], const uint8_t nonce[HITL_GCM_NONCE_BYTES],
                        const void *context, size_t context_count, const void *sealed, size_t count, uint8_t *plain);

#endif
