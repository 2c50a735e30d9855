// SQLite gives its write-ahead log to the system in two writes a page, 24 bytes of header and the page, and each of
// them costs the same few microseconds however short it is. An approval changes some twenty pages, so that these
// writes took longer than the disk. Here what adjoins is collected, and written in one piece with the frame that
// ends the transaction:
//
//     header page header page … header page        one frame is header and page (sqlite.org/fileformat2.html §4.2)
//     └───────────── one write ───────────┘        a header names the database's size where its frame commits
//
// Nothing is promised earlier for it. SQLite hears that the last frame is written when all of them are, and only
// then shows them to readers; it syncs after that as before. What is never finished with a commit is worth nothing
// to anybody: it may be written late, or not at all.
#include "CWriteAhead.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

enum {
    frame_header = 24,
    // SQLite's own layer takes no more than 0x1ffff bytes in one piece.
    room = 120 * 1024,
};

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
    // What is collected, and where in the file it begins.
    unsigned char *bytes;
    sqlite3_int64 place;
    int count;
    // The last header said that its frame ends a transaction.
    int commits;
} write_ahead;

static sqlite3_vfs *below;

static int flush(write_ahead *log) {
    int count = log->count;
    log->count = 0;
    return count == 0 ? SQLITE_OK : log->real->pMethods->xWrite(log->real, log->bytes, count, log->place);
}

static int log_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 place) {
    write_ahead *log = (write_ahead *)file;
    if (!log->bytes) log->bytes = sqlite3_malloc(room);
    if (log->count > 0 && (place != log->place + log->count || count > room - log->count)) {
        int code = flush(log);
        if (code != SQLITE_OK) return code;
    }
    if (!log->bytes || count > room) return log->real->pMethods->xWrite(log->real, bytes, count, place);
    if (log->count == 0) log->place = place;
    memcpy(log->bytes + log->count, bytes, (size_t)count);
    log->count += count;

    if (count == frame_header) {
        const unsigned char *size = (const unsigned char *)bytes + 4;
        log->commits = (size[0] | size[1] | size[2] | size[3]) != 0;
        return SQLITE_OK;
    }
    // The log's own header, at its start, ends nothing and is synced by itself.
    return log->commits || place == 0 ? flush(log) : SQLITE_OK;
}

// Everything else finds the file as SQLite believes it to be.

static int log_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 place) {
    write_ahead *log = (write_ahead *)file;
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xRead(log->real, bytes, count, place);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size) {
    write_ahead *log = (write_ahead *)file;
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xTruncate(log->real, size);
}

static int log_sync(sqlite3_file *file, int flags) {
    write_ahead *log = (write_ahead *)file;
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xSync(log->real, flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size) {
    write_ahead *log = (write_ahead *)file;
    int code = flush(log);
    return code != SQLITE_OK ? code : log->real->pMethods->xFileSize(log->real, size);
}

static int log_close(sqlite3_file *file) {
    write_ahead *log = (write_ahead *)file;
    int code = flush(log);
    sqlite3_free(log->bytes);
    log->bytes = NULL;
    int closed = log->real->pMethods->xClose(log->real);
    return code != SQLITE_OK ? code : closed;
}

static int log_lock(sqlite3_file *file, int level) {
    sqlite3_file *real = ((write_ahead *)file)->real;
    return real->pMethods->xLock(real, level);
}

static int log_unlock(sqlite3_file *file, int level) {
    sqlite3_file *real = ((write_ahead *)file)->real;
    return real->pMethods->xUnlock(real, level);
}

static int log_is_reserved(sqlite3_file *file, int *reserved) {
    sqlite3_file *real = ((write_ahead *)file)->real;
    return real->pMethods->xCheckReservedLock(real, reserved);
}

static int log_control(sqlite3_file *file, int operation, void *argument) {
    sqlite3_file *real = ((write_ahead *)file)->real;
    return real->pMethods->xFileControl(real, operation, argument);
}

static int log_sector_size(sqlite3_file *file) {
    sqlite3_file *real = ((write_ahead *)file)->real;
    return real->pMethods->xSectorSize(real);
}

static int log_characteristics(sqlite3_file *file) {
    sqlite3_file *real = ((write_ahead *)file)->real;
    return real->pMethods->xDeviceCharacteristics(real);
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = log_close,
    .xRead = log_read,
    .xWrite = log_write,
    .xTruncate = log_truncate,
    .xSync = log_sync,
    .xFileSize = log_size,
    .xLock = log_lock,
    .xUnlock = log_unlock,
    .xCheckReservedLock = log_is_reserved,
    .xFileControl = log_control,
    .xSectorSize = log_sector_size,
    .xDeviceCharacteristics = log_characteristics,
};

static int open_file(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)layer;
    if (!(flags & SQLITE_OPEN_WAL)) return below->xOpen(below, name, file, flags, out);
    write_ahead *log = (write_ahead *)file;
    memset(log, 0, sizeof *log);
    log->real = (sqlite3_file *)(log + 1);
    int code = below->xOpen(below, name, log->real, flags, out);
    // SQLite closes a file that has methods, also where it could not be opened.
    if (log->real->pMethods) log->base.pMethods = &methods;
    return code;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sqlite3_vfs layer;

static void make(void) {
    below = sqlite3_vfs_find(NULL);
    if (!below) return;
    // Everything but the opening of files is the one below.
    layer = *below;
    layer.pNext = NULL;
    layer.zName = "hitl-write-ahead";
    layer.szOsFile = (int)sizeof(write_ahead) + below->szOsFile;
    layer.xOpen = open_file;
    if (sqlite3_vfs_register(&layer, 0) != SQLITE_OK) below = NULL;
}

const char *hitl_write_ahead(void) {
    pthread_once(&once, make);
    return below ? layer.zName : NULL;
}
