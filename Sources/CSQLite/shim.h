#ifndef HITL_CSQLITE_SHIM_H
#define HITL_CSQLITE_SHIM_H

#include <sqlite3.h>
#include <stddef.h>

// glibc declares it only with _GNU_SOURCE, which the module of the C library is built without.
extern void *memmem(const void *bytes, size_t count, const void *text, size_t text_count);

static inline int hitl_has_bytes(const void *bytes, size_t count, const void *text, size_t text_count) {
    return memmem(bytes, count, text, text_count) != (void *)0;
}

// What Swift cannot import: variadic functions, computed constants, the SQLITE_TRANSIENT cast, and
// calls through a method table.

static inline int hitl_sqlite3_bind_text(sqlite3_stmt *statement, int place, const char *bytes, int count) {
    return sqlite3_bind_text(statement, place, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

// SQLite binds NULL for a null pointer, whatever the count; an empty blob is not NULL.
static inline int hitl_sqlite3_bind_blob(sqlite3_stmt *statement, int place, const void *bytes, int count) {
    return sqlite3_bind_blob(statement, place, bytes ? bytes : "", count, SQLITE_TRANSIENT);
}

// Extended codes are expressions, which are not imported.
static inline int hitl_sqlite3_is_failed_sync(int code) {
    return code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC;
}

// Refuses SQL that could damage the file on purpose (PRAGMA writable_schema and the like).
static inline int hitl_sqlite3_set_defensive(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

// Functions and virtual tables that a doctored schema might call are not run.
static inline int hitl_sqlite3_distrust_schema(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)0);
}

// Closing the last connection would checkpoint, which a reader must never do.
static inline int hitl_sqlite3_no_checkpoint_on_close(sqlite3 *database) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

// Keeps `-wal` and `-shm` when the last connection closes: overwriting a file that has its blocks
// syncs faster than growing one, and readers of a read-only directory need both files.
static inline int hitl_sqlite3_keep_wal(sqlite3 *database) {
    int on = 1;
    return sqlite3_file_control(database, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

// Syncs the write-ahead log without a transaction, through SQLite's own file handle.
static inline int hitl_sqlite3_sync_wal(sqlite3 *database) {
    sqlite3_file *log = 0;
    int code = sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
    if (code != SQLITE_OK) return code;
    if (!log || !log->pMethods) return SQLITE_OK; // nothing was ever written
    return log->pMethods->xSync(log, SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

// The system's error number of the last failure in the write-ahead log, which a failed COMMIT does not
// hand to sqlite3_system_errno.
static inline int hitl_sqlite3_log_errno(sqlite3 *database) {
    sqlite3_file *log = 0;
    int number = 0;
    if (sqlite3_file_control(database, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log) != SQLITE_OK) return 0;
    if (!log || !log->pMethods) return 0;
    if (log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &number) != SQLITE_OK) return 0;
    return number;
}

#endif
