#ifndef OB_BASE_CSV_H
#define OB_BASE_CSV_H

/*
 * Reads RFC 4180: UTF-8 with or without BOM, comma or semicolon (taken from the
 * header line), quoted fields with line breaks. The header is required, in any
 * order; a column that the caller does not know is an error (UX 2.9).
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

struct csv {
	char *text;        /* owned copy; fields point into it */
	size_t length, at; /* where the next line starts */
	char separator;
	size_t line;           /* of the row last read, from 1 (the header) */
	size_t next_line;      /* of the row to come */
	size_t columns;        /* of the row last read */
	size_t width;          /* of the header */
	int known[64];         /* column -> index in the caller's list, or -1 */
	const char *field[64]; /* as they stand in the file */
};

/*
 * Takes a copy of the text and reads the header. names: the columns that the
 * caller knows, ended by NULL, at most 64; the file may write them in any case.
 * ERR_INPUT names line and column, a hint the known columns. Needs no csv_end
 * after a failure.
 */
MUST_CHECK bool csv_open(struct csv *csv, const char *text, size_t length,
			 const char *const *names, struct err *e);
/*
 * The next row; false at the end (e->class is ERR_NONE) or on an error. Empty
 * lines are passed over; a row of another width than the header is ERR_INPUT.
 */
bool csv_next(struct csv *csv, struct err *e);
/*
 * The value of the name with this index, "" when the file lacks the column. The
 * apostrophe with which csv_out_field guards formulas is taken off again.
 */
const char *csv_value(const struct csv *csv, size_t name);
/* Whether the file has that column at all. */
bool csv_has(const struct csv *csv, size_t name);
void csv_end(struct csv *csv);

#endif
