#define _GNU_SOURCE
#include "include/platform_sockets.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

size_t platform_socket_path_limit(void) {
    return sizeof((struct sockaddr_un *)0)->sun_path - 1;
}

static int fill(struct sockaddr_un *address, const char *path) {
    size_t length = strlen(path);
    if (length == 0) return -EINVAL;
    if (length > platform_socket_path_limit()) return -ENAMETOOLONG;
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, length + 1);
    return 0;
}

int platform_socket_pair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0 ? -errno : 0;
}

int platform_unix_socket(void) {
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int platform_unix_bind(int descriptor, const char *path, uint32_t mode) {
    struct sockaddr_un address;
    int failure = fill(&address, path);
    if (failure) return failure;
    // The file that bind(2) makes takes its mode from the socket's own inode (unix(7), net/unix/af_unix.c), so there is
    // no need for umask(2), which would hit every other thread that makes a file at this moment.
    if (fchmod(descriptor, (mode_t)mode) < 0) return -errno;
    return bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0 ? -errno : 0;
}

int platform_unix_listen(int descriptor, int backlog) {
    return listen(descriptor, backlog) < 0 ? -errno : 0;
}

int platform_unix_connect(int descriptor, const char *path) {
    struct sockaddr_un address;
    int failure = fill(&address, path);
    if (failure) return failure;
    for (;;) {
        if (connect(descriptor, (struct sockaddr *)&address, sizeof address) == 0) return 0;
        if (errno != EINTR) return -errno;
    }
}

int platform_accept(int descriptor) {
    for (;;) {
        int connection = accept4(descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (connection >= 0) return connection;
        if (errno != EINTR && errno != ECONNABORTED) return -errno;
    }
}

int platform_peer_credentials(int descriptor, platform_credentials *credentials) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return -errno;
    *credentials = (platform_credentials){.uid = peer.uid, .gid = peer.gid, .pid = peer.pid};
    return 0;
}

int platform_peer_pidfd(int descriptor) {
    int pidfd = -1;
    socklen_t length = sizeof pidfd;
    return getsockopt(descriptor, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &length) < 0 ? -errno : pidfd;
}

long platform_send(int descriptor, const void *bytes, size_t count) {
    for (;;) {
        ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == ENOTSOCK) sent = write(descriptor, bytes, count);
        if (sent >= 0) return sent;
        if (errno != EINTR) return -errno;
    }
}
