#ifndef OB_ORDER_SHEET_H
#define OB_ORDER_SHEET_H

/* Rows for one array-bound statement, and lists of keys as JSON text. */

#include "base/strbuf.h"
#include "db/db.h"

struct sheet {
	struct bind *bind; /* owned */
	size_t columns, rows, room;
	bool failed; /* memory: told by sheet_run */
};

/* Copies one row; every row has the same number of values. */
void sheet_add(struct sheet *sheet, const struct bind *bind, size_t count);
/*
 * Runs the statement for all rows, in pieces that the server takes; none is no
 * error. A value that had to be shortened is (ERR_PERMANENT).
 */
MUST_CHECK bool sheet_run(const struct sheet *sheet, struct db *db,
			  enum sql_id id, struct err *e);
/* As sheet_run, for a statement with RETURNING. */
MUST_CHECK bool sheet_open(const struct sheet *sheet, struct db *db,
			   enum sql_id id, struct rows *rows, struct err *e);
void sheet_end(struct sheet *sheet);

/* Appends one element to "[a,b": list_close makes it an array. */
void list_add_text(struct strbuf *list, const char *text);
void list_add_id(struct strbuf *list, int64_t id);
MUST_CHECK bool list_close(struct strbuf *list, struct err *e);

/* One list of up to ORDER_WRITE_MAX keys of 64 characters. */
#define LIST STRBUF((size_t)1 << 19)

#endif
