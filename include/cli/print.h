#ifndef OB_CLI_PRINT_H
#define OB_CLI_PRINT_H

/*
 * What a command prints: one description of columns, and rows. --format makes a
 * table, JSON (the API's data: counts are numbers, ids and money texts, times
 * end in Z), CSV with a header, YAML, the count, or the ids of it. Errors stick
 * and are told by print_close().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/money.h"
#include "base/quantity.h"
#include "base/strbuf.h"
#include "cli/command.h"
#include "db/db.h"

enum print_type {
	PRINT_TEXT,
	PRINT_ID,       /* a number that nobody calculates with */
	PRINT_COUNT,    /* 12,450 in a table */
	PRINT_MONEY,    /* "119.00" */
	PRINT_QUANTITY, /* "1.5" */
	PRINT_TIME,     /* to the second in a table, to the ms elsewhere */
	PRINT_FLAG,     /* yes or no; true or false */
	PRINT_SECONDS,  /* of milliseconds: 4.8 */
	PRINT_COMPUTED, /* a text that no row holds: the command fills it */
};

struct column {
	const char *name; /* "last_push"; the table's header is "last push" */
	enum print_type type;
	/* A code's words for people, in tables only; or NULL. */
	const char *(*words)(const char *code);
	const char *from; /* the statement's column; NULL: named the same */
};

#define PRINT_COLUMNS_MAX 48

struct cell {
	enum print_type type;
	bool is_null;
	const char *text; /* borrowed until the row is printed */
	int64_t number;
};

struct cell cell_null(void);
struct cell cell_text(const char *text); /* NULL is null */
struct cell cell_id(int64_t id);         /* 0 is null */
struct cell cell_count(int64_t count);
struct cell cell_money(struct money amount);
struct cell cell_quantity(struct quantity quantity);
struct cell cell_time(utc_ms at); /* 0 is null */
struct cell cell_flag(bool on);
struct cell cell_seconds(int64_t ms);

#define CELLS(...)                                           \
	(const struct cell[]){__VA_ARGS__},                  \
		sizeof((const struct cell[]){__VA_ARGS__}) / \
			sizeof(struct cell)

struct print {
	const struct call *call;
	const struct column *all; /* as the command described them */
	const struct column *column[PRINT_COLUMNS_MAX]; /* as --fields says */
	size_t place[PRINT_COLUMNS_MAX]; /* where its cell stands in a row */
	size_t columns, cells;
	size_t count;     /* rows so far */
	bool is_record;   /* one thing, as a list of its fields */
	bool is_stream;   /* rows go out at once: logs --follow */
	bool is_inner;    /* a list inside a record */
	const char *name; /* of such a list */
	void *table;      /* of libsmartcols */
	struct strbuf text;
	struct err err;
};

/*
 * Begins a list. columns: ended by a row without a name; the first one is what
 * --format=ids prints. ERR_INPUT when --fields names none of them.
 */
MUST_CHECK bool print_open(struct print *print, const struct call *call,
			   const struct column *columns, struct err *e);
/* Begins one thing; a single print_row() follows, then its inner lists. */
MUST_CHECK bool print_open_record(struct print *print, const struct call *call,
				  const struct column *columns, struct err *e);
/* A list inside a record: "lines". CSV, count and ids leave it out. */
MUST_CHECK bool print_open_inner(struct print *print, struct print *record,
				 const char *name, const struct column *columns,
				 struct err *e);
/* One row: as many cells as there are columns, of their types. */
void print_row(struct print *print, const struct cell *cell, size_t count);
/* The cells of the present row of a statement whose columns are named as ours,
 * or by from.
 */
void print_fill(struct print *print, struct rows *rows, struct cell *cell);
/* Every row of a statement whose columns are named as ours, or by from. */
MUST_CHECK bool print_rows(struct print *print, struct rows *rows,
			   struct err *e);
MUST_CHECK bool print_close(struct print *print, struct err *e);
void print_end(struct print *print);

#endif
