#ifndef HITL_CWRITEAHEAD_H
#define HITL_CWRITEAHEAD_H

// The name of a file layer for `sqlite3_open_v2` that writes a write-ahead log once per transaction. NULL where it
// cannot be had; SQLite's own does the same work then, with more calls. May be called by any thread.
const char *hitl_write_ahead(void);

#endif
