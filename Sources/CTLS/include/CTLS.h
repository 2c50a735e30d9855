#ifndef CTLS_H
#define CTLS_H

#include <stddef.h>

/// TLS of the client's side over a socket that does not block, by the system's OpenSSL.
///
/// The library is loaded when the first connection is made, so that whoever makes none does not pay for it. No variable
/// of the environment and no configuration file has a say in whom it trusts.
typedef struct ctls_connection ctls_connection;
typedef struct ctls_context ctls_context;

enum ctls_result {
    CTLS_FAILED = -1,
    /// The other side has ended the stream as it should.
    CTLS_ENDED = -2,
    CTLS_WANTS_READ = -3,
    CTLS_WANTS_WRITE = -4,
};

/// Room for a sentence about what failed.
#define CTLS_WORDS 256

/// Whom connections trust; is kept while any of them is open. NULL where there is no TLS; `words` then says why.
///
/// - Parameter authorities: file with the certificates to trust instead of the system's; or NULL.
ctls_context *ctls_prepare(const char *authorities, char words[CTLS_WORDS]);

void ctls_discard(ctls_context *context);

/// NULL where it cannot be had; `words` then says why.
///
/// - Parameters:
///   - host: name or address; the certificate has to be for it.
///   - is_address: whether `host` is an address.
ctls_connection *ctls_open(ctls_context *context, int descriptor, const char *host, int is_address,
                           char words[CTLS_WORDS]);

/// 0 once both sides know each other, else one of `ctls_result`.
int ctls_handshake(ctls_connection *connection, char words[CTLS_WORDS]);

/// How many bytes were read, at least one, else one of `ctls_result`.
long ctls_read(ctls_connection *connection, void *bytes, size_t count, char words[CTLS_WORDS]);

/// How many bytes were written, at least one, else one of `ctls_result`.
long ctls_write(ctls_connection *connection, const void *bytes, size_t count, char words[CTLS_WORDS]);

/// Says goodbye where that is possible at once, and frees it. The descriptor stays open.
void ctls_close(ctls_connection *connection);

#endif
