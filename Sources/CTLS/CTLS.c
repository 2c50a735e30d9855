#include "CTLS.h"

#include <dlfcn.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// What is used of libssl, and of the libcrypto that belongs to it: the one that `hitl` is linked with may be another,
/// and theirs must not meet.
static struct {
    int (*init)(uint64_t, const OPENSSL_INIT_SETTINGS *);
    const SSL_METHOD *(*client_method)(void);
    SSL_CTX *(*new_context)(const SSL_METHOD *);
    void (*free_context)(SSL_CTX *);
    long (*control_context)(SSL_CTX *, int, long, void *);
    void (*set_verify)(SSL_CTX *, int, SSL_verify_cb);
    int (*load_locations)(SSL_CTX *, const char *, const char *);
    int (*set_protocols)(SSL_CTX *, const unsigned char *, unsigned int);
    SSL *(*new_connection)(SSL_CTX *);
    void (*free_connection)(SSL *);
    long (*control)(SSL *, int, long, void *);
    int (*set_host)(SSL *, const char *);
    X509_VERIFY_PARAM *(*parameters)(SSL *);
    int (*set_descriptor)(SSL *, int);
    int (*connect)(SSL *);
    int (*read)(SSL *, void *, int);
    int (*write)(SSL *, const void *, int);
    int (*shutdown)(SSL *);
    int (*error)(const SSL *, int);
    long (*verification)(const SSL *);
    int (*set_address)(X509_VERIFY_PARAM *, const char *);
    void (*set_host_flags)(X509_VERIFY_PARAM *, unsigned int);
    const char *(*verification_text)(long);
    const char *(*default_file)(void);
    const char *(*default_directory)(void);
    unsigned long (*last_error)(void);
    const char *(*error_text)(unsigned long);
    void (*clear_errors)(void);
} ssl;

static const char *missing;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
    static const char *const names[] = {"libssl.so.3", "libssl.3.dylib"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        missing = "https needs OpenSSL's libssl, version 3, which is not installed";
        return;
    }
    const struct {
        const char *name;
        void *place;
    } symbols[] = {
        {"OPENSSL_init_ssl", &ssl.init},
        {"TLS_client_method", &ssl.client_method},
        {"SSL_CTX_new", &ssl.new_context},
        {"SSL_CTX_free", &ssl.free_context},
        {"SSL_CTX_ctrl", &ssl.control_context},
        {"SSL_CTX_set_verify", &ssl.set_verify},
        {"SSL_CTX_load_verify_locations", &ssl.load_locations},
        {"SSL_CTX_set_alpn_protos", &ssl.set_protocols},
        {"SSL_new", &ssl.new_connection},
        {"SSL_free", &ssl.free_connection},
        {"SSL_ctrl", &ssl.control},
        {"SSL_set1_host", &ssl.set_host},
        {"SSL_get0_param", &ssl.parameters},
        {"SSL_set_fd", &ssl.set_descriptor},
        {"SSL_connect", &ssl.connect},
        {"SSL_read", &ssl.read},
        {"SSL_write", &ssl.write},
        {"SSL_shutdown", &ssl.shutdown},
        {"SSL_get_error", &ssl.error},
        {"SSL_get_verify_result", &ssl.verification},
        {"X509_VERIFY_PARAM_set1_ip_asc", &ssl.set_address},
        {"X509_VERIFY_PARAM_set_hostflags", &ssl.set_host_flags},
        {"X509_verify_cert_error_string", &ssl.verification_text},
        {"X509_get_default_cert_file", &ssl.default_file},
        {"X509_get_default_cert_dir", &ssl.default_directory},
        {"ERR_peek_last_error", &ssl.last_error},
        {"ERR_reason_error_string", &ssl.error_text},
        {"ERR_clear_error", &ssl.clear_errors},
    };
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (!symbol) {
            missing = "this version of OpenSSL's libssl cannot be used";
            return;
        }
        memcpy(symbols[i].place, &symbol, sizeof symbol);
    }
    // openssl.cnf, and OPENSSL_CONF that names another, could load what they like into this process.
    if (!ssl.init(OPENSSL_INIT_NO_LOAD_CONFIG, NULL)) missing = "OpenSSL cannot be started";
}

struct ctls_connection {
    SSL *ssl;
    int has_failed;
};

static void say(char words[CTLS_WORDS], const char *text) {
    snprintf(words, CTLS_WORDS, "%s", text);
}

static void say_error(char words[CTLS_WORDS], const char *otherwise) {
    unsigned long code = ssl.last_error();
    const char *reason = code ? ssl.error_text(code) : NULL;
    say(words, reason ? reason : otherwise);
    ssl.clear_errors();
}

static int trust(SSL_CTX *context, const char *authorities) {
    if (authorities) {
        int found = ssl.load_locations(context, authorities, NULL);
        ssl.clear_errors();
        return found;
    }
    // The places that were built in. What SSL_CERT_FILE and SSL_CERT_DIR name is not looked at.
    int found = ssl.load_locations(context, ssl.default_file(), NULL);
    found |= ssl.load_locations(context, NULL, ssl.default_directory());
    ssl.clear_errors();
    return found;
}

ctls_context *ctls_prepare(const char *authorities, char words[CTLS_WORDS]) {
    pthread_once(&once, load);
    if (missing) {
        say(words, missing);
        return NULL;
    }
    static const unsigned char http[] = "\x08http/1.1";
    SSL_CTX *context = ssl.new_context(ssl.client_method());
    if (!context || !ssl.control_context(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, NULL) ||
        ssl.set_protocols(context, http, sizeof http - 1) != 0) {
        say_error(words, "TLS cannot be set up");
        if (context) ssl.free_context(context);
        return NULL;
    }
    ssl.control_context(context, SSL_CTRL_MODE, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER,
                        NULL);
    ssl.set_verify(context, SSL_VERIFY_PEER, NULL);
    if (!trust(context, authorities)) {
        say(words, "the certificates of trusted authorities cannot be read");
        ssl.free_context(context);
        return NULL;
    }
    return (ctls_context *)context;
}

void ctls_discard(ctls_context *context) {
    ssl.free_context((SSL_CTX *)context);
}

ctls_connection *ctls_open(ctls_context *context, int descriptor, const char *host, int is_address,
                           char words[CTLS_WORDS]) {
    ctls_connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
        say(words, "no memory is left");
        return NULL;
    }
    SSL *own = connection->ssl = ssl.new_connection((SSL_CTX *)context);
    int is_ready = own && ssl.set_descriptor(own, descriptor);
    if (is_ready && is_address) {
        is_ready = ssl.set_address(ssl.parameters(own), host);
    } else if (is_ready) {
        // Names stand among the alternative names; what else the subject says is no name of a host.
        ssl.set_host_flags(ssl.parameters(own),
                           X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        is_ready = ssl.set_host(own, host) &&
                   ssl.control(own, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, (void *)host);
    }
    if (!is_ready) {
        say_error(words, "TLS cannot be set up");
        ctls_close(connection);
        return NULL;
    }
    return connection;
}

/// What a call that did not succeed means.
static int ending(ctls_connection *connection, int result, char words[CTLS_WORDS]) {
    int number = errno;
    switch (ssl.error(connection->ssl, result)) {
    case SSL_ERROR_WANT_READ: return CTLS_WANTS_READ;
    case SSL_ERROR_WANT_WRITE: return CTLS_WANTS_WRITE;
    case SSL_ERROR_ZERO_RETURN: return CTLS_ENDED;
    case SSL_ERROR_SYSCALL:
        connection->has_failed = 1;
        say_error(words, number ? strerror(number) : "the connection was cut");
        return CTLS_FAILED;
    default:
        connection->has_failed = 1;
        say_error(words, "TLS failed");
        return CTLS_FAILED;
    }
}

int ctls_handshake(ctls_connection *connection, char words[CTLS_WORDS]) {
    ssl.clear_errors();
    errno = 0;
    int result = ssl.connect(connection->ssl);
    if (result == 1) return 0;
    int meaning = ending(connection, result, words);
    if (meaning != CTLS_FAILED) return meaning;
    long verification = ssl.verification(connection->ssl);
    if (verification != X509_V_OK)
        snprintf(words, CTLS_WORDS, "its certificate is not accepted: %s",
                 ssl.verification_text(verification));
    return meaning;
}

static int at_most(size_t count) {
    return count > 1 << 24 ? 1 << 24 : (int)count;
}

long ctls_read(ctls_connection *connection, void *bytes, size_t count, char words[CTLS_WORDS]) {
    ssl.clear_errors();
    errno = 0;
    int result = ssl.read(connection->ssl, bytes, at_most(count));
    return result > 0 ? result : ending(connection, result, words);
}

long ctls_write(ctls_connection *connection, const void *bytes, size_t count, char words[CTLS_WORDS]) {
    ssl.clear_errors();
    errno = 0;
    int result = ssl.write(connection->ssl, bytes, at_most(count));
    return result > 0 ? result : ending(connection, result, words);
}

void ctls_close(ctls_connection *connection) {
    if (!connection) return;
    ssl.clear_errors();
    if (connection->ssl) {
        if (!connection->has_failed) ssl.shutdown(connection->ssl);
        ssl.free_connection(connection->ssl);
    }
    ssl.clear_errors();
    free(connection);
}
