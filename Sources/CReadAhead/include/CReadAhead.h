#ifndef HITL_CREADAHEAD_H
#define HITL_CREADAHEAD_H

struct sqlite3;

// The name of a file layer for `sqlite3_open_v2` that can read a database in large pieces. NULL where it cannot be had.
// May be called by any thread.
const char *hitl_read_ahead(void);

// From now on `database`, opened through that layer, reads far more than it is asked for. Only inside a read
// transaction, and until the connection is closed: what was read ahead is not read again. Does nothing to others.
void hitl_read_ahead_begin(struct sqlite3 *database);

#endif
