// SQLite asks the system for one page at a time. Whoever goes through a whole ledger spends more on that than on
// finding the rows in them. Here the file is read in pieces that hold many pages, and those are handed out.
//
//     ┌───────── piece ─────────┐
//     page page page … page page      what follows where the last piece ended begins the next one;
//                                     what lies elsewhere is read by itself, and the piece is kept
//
// Nothing stale is handed out: a page that a read transaction takes from the database file, and not from the log, stays
// as it is until that transaction is over. Pages of later transactions come from the log, and nobody copies them into
// the file beyond what each reader has seen (sqlite.org/walformat.html, "Reader marks").
#include "CReadAhead.h"

#include <pthread.h>
#include <sqlite3.h>
#include <string.h>

enum {
    begin_reading_ahead = 0x6869746c,
    // SQLite's own layer takes no more than 0x1ffff bytes in one piece.
    room = 120 * 1024,
};

typedef struct {
    sqlite3_file base;
    sqlite3_file *real;
    // The piece, and where in the file it begins. NULL before it is wanted.
    unsigned char *bytes;
    sqlite3_int64 place;
    int count;
    // Where the last read from the file ended.
    sqlite3_int64 end;
} read_ahead;

static sqlite3_vfs *below;

static sqlite3_file *real_of(sqlite3_file *file) { return ((read_ahead *)file)->real; }

static int holds(const read_ahead *ahead, int count, sqlite3_int64 place) {
    return place >= ahead->place && place + count <= ahead->place + ahead->count;
}

// Reads the piece that begins at `place`; one that cannot be had is empty, and SQLite's own read says why.
static void fill(read_ahead *ahead, sqlite3_int64 place) {
    sqlite3_int64 size = 0;
    ahead->count = 0;
    if (ahead->real->pMethods->xFileSize(ahead->real, &size) != SQLITE_OK || size <= place) return;
    int count = size - place < room ? (int)(size - place) : room;
    if (ahead->real->pMethods->xRead(ahead->real, ahead->bytes, count, place) != SQLITE_OK) return;
    ahead->place = place;
    ahead->count = count;
}

static int ahead_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 place) {
    read_ahead *ahead = (read_ahead *)file;
    if (ahead->bytes && !holds(ahead, count, place)) {
        int follows = place >= ahead->end && place - ahead->end < room;
        if (follows) fill(ahead, place);
        ahead->end = follows && ahead->count > 0 ? place + ahead->count : place + count;
    }
    if (ahead->bytes && holds(ahead, count, place)) {
        memcpy(bytes, ahead->bytes + (place - ahead->place), (size_t)count);
        return SQLITE_OK;
    }
    return ahead->real->pMethods->xRead(ahead->real, bytes, count, place);
}

static int ahead_control(sqlite3_file *file, int operation, void *argument) {
    read_ahead *ahead = (read_ahead *)file;
    if (operation != begin_reading_ahead) {
        return ahead->real->pMethods->xFileControl(ahead->real, operation, argument);
    }
    if (!ahead->bytes) ahead->bytes = sqlite3_malloc(room);
    return SQLITE_OK;
}

static int ahead_close(sqlite3_file *file) {
    read_ahead *ahead = (read_ahead *)file;
    sqlite3_free(ahead->bytes);
    ahead->bytes = NULL;
    return ahead->real->pMethods->xClose(ahead->real);
}

// Everything else is the one below.

static int ahead_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 place) {
    return real_of(file)->pMethods->xWrite(real_of(file), bytes, count, place);
}

static int ahead_truncate(sqlite3_file *file, sqlite3_int64 size) {
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int ahead_sync(sqlite3_file *file, int flags) { return real_of(file)->pMethods->xSync(real_of(file), flags); }

static int ahead_size(sqlite3_file *file, sqlite3_int64 *size) {
    return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int ahead_lock(sqlite3_file *file, int level) { return real_of(file)->pMethods->xLock(real_of(file), level); }

static int ahead_unlock(sqlite3_file *file, int level) {
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int ahead_is_reserved(sqlite3_file *file, int *reserved) {
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), reserved);
}

static int ahead_sector_size(sqlite3_file *file) { return real_of(file)->pMethods->xSectorSize(real_of(file)); }

static int ahead_characteristics(sqlite3_file *file) {
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int ahead_map(sqlite3_file *file, int region, int size, int extend, void volatile **bytes) {
    return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, bytes);
}

static int ahead_lock_map(sqlite3_file *file, int offset, int count, int flags) {
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void ahead_barrier(sqlite3_file *file) { real_of(file)->pMethods->xShmBarrier(real_of(file)); }

static int ahead_unmap(sqlite3_file *file, int remove) {
    return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

// The third version would let SQLite map the file instead of reading it, past this layer.
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = ahead_close,
    .xRead = ahead_read,
    .xWrite = ahead_write,
    .xTruncate = ahead_truncate,
    .xSync = ahead_sync,
    .xFileSize = ahead_size,
    .xLock = ahead_lock,
    .xUnlock = ahead_unlock,
    .xCheckReservedLock = ahead_is_reserved,
    .xFileControl = ahead_control,
    .xSectorSize = ahead_sector_size,
    .xDeviceCharacteristics = ahead_characteristics,
    .xShmMap = ahead_map,
    .xShmLock = ahead_lock_map,
    .xShmBarrier = ahead_barrier,
    .xShmUnmap = ahead_unmap,
};

static int open_file(sqlite3_vfs *layer, const char *name, sqlite3_file *file, int flags, int *out) {
    (void)layer;
    if (!(flags & SQLITE_OPEN_MAIN_DB)) return below->xOpen(below, name, file, flags, out);
    read_ahead *ahead = (read_ahead *)file;
    memset(ahead, 0, sizeof *ahead);
    ahead->real = (sqlite3_file *)(ahead + 1);
    int code = below->xOpen(below, name, ahead->real, flags, out);
    // SQLite closes a file that has methods, also where it could not be opened. One that has no shared index of the
    // log is none of those that this layer is for.
    if (ahead->real->pMethods && ahead->real->pMethods->iVersion < 2) {
        ahead->real->pMethods->xClose(ahead->real);
        return SQLITE_CANTOPEN;
    }
    if (ahead->real->pMethods) ahead->base.pMethods = &methods;
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
    layer.zName = "hitl-read-ahead";
    layer.szOsFile = (int)sizeof(read_ahead) + below->szOsFile;
    layer.xOpen = open_file;
    if (sqlite3_vfs_register(&layer, 0) != SQLITE_OK) below = NULL;
}

const char *hitl_read_ahead(void) {
    pthread_once(&once, make);
    return below ? layer.zName : NULL;
}

void hitl_read_ahead_begin(sqlite3 *database) {
    sqlite3_file_control(database, "main", begin_reading_ahead, NULL);
}
