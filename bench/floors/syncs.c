// syncs DIRECTORY COUNT: what the disk itself takes to make 512 bytes durable, appended to a file that grows and
// written over bytes that are there. No program that keeps a promise over a loss of power is faster than this.
#define _GNU_SOURCE
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { block = 512 };

static void measure(const char *directory, int count, const char *name, int prepared) {
    char path[4096], bytes[block];
    snprintf(path, sizeof path, "%s/syncs-%s", directory, name);
    memset(bytes, 'x', sizeof bytes);
    int file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) die("%s: %s", path, strerror(errno));
    if (prepared) {
        for (int i = 0; i < count; i++)
            if (pwrite(file, bytes, block, (off_t)i * block) != block) die("%s: %s", path, strerror(errno));
        if (fsync(file) < 0) die("%s: %s", path, strerror(errno));
    }
    samples all = {0};
    for (int i = 0; i < count; i++) {
        uint64_t start = now_ns();
        if (pwrite(file, bytes, block, (off_t)i * block) != block) die("%s: %s", path, strerror(errno));
        if (fdatasync(file) < 0) die("%s: %s", path, strerror(errno));
        samples_add(&all, now_ns() - start);
    }
    close(file);
    unlink(path);
    samples_print(&all, name);
}

int main(int count, char **words) {
    if (count != 3) die("usage: syncs DIRECTORY COUNT");
    measure(words[1], atoi(words[2]), "sync.append", 0);
    measure(words[1], atoi(words[2]), "sync.overwrite", 1);
}
