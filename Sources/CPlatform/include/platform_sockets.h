#ifndef PLATFORM_SOCKETS_H
#define PLATFORM_SOCKETS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    uint32_t uid;
    uint32_t gid;
    int32_t pid;
} platform_credentials;

/// The longest path a Unix socket's address holds, without its end mark.
size_t platform_socket_path_limit(void);

int platform_socket_pair(int ends[2]);
int platform_unix_socket(void);
/// Binds with the given mode, whatever the umask adds to be left out: no moment exists at which the socket is more
/// open.
int platform_unix_bind(int socket, const char *path, uint32_t mode);
int platform_unix_listen(int socket, int backlog);
int platform_unix_connect(int socket, const char *path);
int platform_accept(int socket);
int platform_peer_credentials(int socket, platform_credentials *credentials);
/// A descriptor for the peer's process, -ENOPROTOOPT where the kernel has none, -ESRCH or -ENODATA where the peer is
/// gone.
int platform_peer_pidfd(int socket);
/// write(2), and send(2) with MSG_NOSIGNAL where the descriptor is a socket.
long platform_send(int socket, const void *bytes, size_t count);

#endif
