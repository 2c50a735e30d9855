#include "CSignature.h"

#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

hitl_ed25519_key *hitl_ed25519_key_new(const uint8_t seed[HITL_ED25519_SEED_BYTES],
                                       uint8_t public_key[HITL_ED25519_PUBLIC_BYTES]) {
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, HITL_ED25519_SEED_BYTES);
    size_t count = HITL_ED25519_PUBLIC_BYTES;
    if (key && EVP_PKEY_get_raw_public_key(key, public_key, &count) == 1 && count == HITL_ED25519_PUBLIC_BYTES)
        return (hitl_ed25519_key *)key;
    EVP_PKEY_free(key);
    return NULL;
}

void hitl_ed25519_key_free(hitl_ed25519_key *key) {
    EVP_PKEY_free((EVP_PKEY *)key);
}

int hitl_ed25519_sign(hitl_ed25519_key *key, const void *message, size_t count,
                      uint8_t signature[HITL_ED25519_SIGNATURE_BYTES]) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    size_t length = HITL_ED25519_SIGNATURE_BYTES;
    int done = context && EVP_DigestSignInit(context, NULL, NULL, NULL, (EVP_PKEY *)key) == 1 &&
               EVP_DigestSign(context, signature, &length, message, count) == 1 &&
               length == HITL_ED25519_SIGNATURE_BYTES;
    EVP_MD_CTX_free(context);
    return done;
}

int hitl_ed25519_verify(const uint8_t public_key[HITL_ED25519_PUBLIC_BYTES], const void *message, size_t count,
                        const uint8_t signature[HITL_ED25519_SIGNATURE_BYTES]) {
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, HITL_ED25519_PUBLIC_BYTES);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = key && context && EVP_DigestVerifyInit(context, NULL, NULL, NULL, key) == 1 &&
               EVP_DigestVerify(context, signature, HITL_ED25519_SIGNATURE_BYTES, message, count) == 1;
    EVP_MD_CTX_free(context);
    EVP_PKEY_free(key);
    return good;
}

// EVP takes lengths as int.
static int fits(size_t one, size_t other) {
    return one <= INT_MAX && other <= INT_MAX;
}

int hitl_aes256gcm_seal(const uint8_t key[HITL_AES_KEY_BYTES], const uint8_t nonce[HITL_GCM_NONCE_BYTES],
                        const void *context, size_t context_count, const void *plain, size_t count, uint8_t *sealed) {
    if (!fits(context_count, count)) return 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int length = 0, tail = 0;
    int done = cipher && EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
               (!context_count || EVP_EncryptUpdate(cipher, NULL, &length, context, (int)context_count) == 1);
    length = 0;
    done = done && (!count || EVP_EncryptUpdate(cipher, sealed, &length, plain, (int)count) == 1) &&
           EVP_EncryptFinal_ex(cipher, sealed + length, &tail) == 1 &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, HITL_GCM_TAG_BYTES, sealed + count) == 1;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

int hitl_aes256gcm_open(const uint8_t key[HITL_AES_KEY_BYTES], const uint8_t nonce[HITL_GCM_NONCE_BYTES],
                        const void *context, size_t context_count, const void *sealed, size_t count, uint8_t *plain) {
    if (!fits(context_count, count)) return 0;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int length = 0, tail = 0;
    int good = cipher && EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, key, nonce) == 1 &&
               (!context_count || EVP_DecryptUpdate(cipher, NULL, &length, context, (int)context_count) == 1);
    length = 0;
    good = good && (!count || EVP_DecryptUpdate(cipher, plain, &length, sealed, (int)count) == 1) &&
           EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, HITL_GCM_TAG_BYTES,
                               (void *)((const uint8_t *)sealed + count)) == 1 &&
           EVP_DecryptFinal_ex(cipher, plain + length, &tail) == 1;
    EVP_CIPHER_CTX_free(cipher);
    if (!good && count) OPENSSL_cleanse(plain, count);
    return good;
}
