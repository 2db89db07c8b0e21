#ifndef OB_DB_DB_H
#define OB_DB_DB_H

/*
 * The one connection of a process to MariaDB. Statements are named by enum
 * sql_id, values go in by bind_* and come out by column name. No SQL text
 * stands in C, and a value never becomes SQL text.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/money.h"
#include "base/quantity.h"
#include "db/sql_ids.h"

struct db;

struct db_settings {
	const char *socket; /* used when host is empty */
	const char *host;   /* comma list, tried in turn; "" */
	unsigned port;
	const char *name, *user;
	const char *password; /* "" = unix_socket login */
	const char *ca_file;  /* TCP: "" = system store */
	unsigned connect_timeout_s, statement_timeout_s;
};

/* One value for one "?": made by the functions below, so a type cannot slip. */
struct bind {
	/* Decimals go as such: text would be added up as a double. */
	enum {
		BIND_NULL,
		BIND_INT,
		BIND_TEXT,
		BIND_BYTES,
		BIND_DECIMAL,
		BIND_TIME
	} type;
	int64_t integer;
	const void *bytes; /* borrowed until the statement has run */
	size_t length;
	char own[32]; /* money and quantities as exact text */
};

struct bind bind_null(void);
struct bind bind_int(int64_t value);
/* 0 becomes NULL: ids that may be absent. */
struct bind bind_id(int64_t value);
/* NULL becomes NULL. */
struct bind bind_text(const char *value);
/* NULL and "" become NULL: columns where empty means absent. */
struct bind bind_text_or_null(const char *value);
struct bind bind_bytes(const void *bytes, size_t length);
struct bind bind_money(struct money value);
struct bind bind_quantity(struct quantity value);
/* 0 becomes NULL: moments that have not come. */
struct bind bind_time(utc_ms value);

#define BINDS(...)                                           \
	(const struct bind[]){__VA_ARGS__},                  \
		sizeof((const struct bind[]){__VA_ARGS__}) / \
			sizeof(struct bind)
#define NO_BINDS NULL, 0

/*
 * Connects: sql mode strict, UTC, utf8mb4, READ COMMITTED, wait limits, TLS
 * verified and required over TCP (RELIABILITY 6.4), and, with a test clock,
 * SET timestamp. ERR_TEMPORARY (unreachable), ERR_DENIED (login), ERR_FATAL.
 * clock is borrowed for the life of the connection.
 */
MUST_CHECK bool db_connect(struct db **out, const struct db_settings *settings,
			   const struct clock *clock, struct err *e);
void db_close(struct db *db);

/* Runs a statement without rows. */
MUST_CHECK bool db_run(struct db *db, enum sql_id id, const struct bind *bind,
		       size_t count, struct err *e);
/* Rows that the last db_run changed (present values do not count). */
uint64_t db_changed(const struct db *db);
/* AUTO_INCREMENT id of the last db_run's first row. */
int64_t db_last_id(const struct db *db);
/* Warnings of the last db_run: a shortened value is a defect of ours. */
unsigned db_warnings(const struct db *db);
/*
 * Runs one INSERT or UPDATE for many rows in one round trip (array binding).
 * bind holds rows x columns values, row after row; the types of a column are
 * the same in each row, or NULL. All rows or none. No rows: nothing is sent.
 */
MUST_CHECK bool db_run_many(struct db *db, enum sql_id id,
			    const struct bind *bind, size_t columns,
			    size_t rows, struct err *e);

/* Rows of a SELECT, or of an INSERT ... RETURNING. Read fully into memory. */
struct rows {
	size_t count; /* rows in all */
	size_t seen;
	struct statement *statement; /* the rest is private */
	struct rows_column *column;
	size_t columns;
	size_t last;    /* column that was asked for last */
	struct err err; /* the first reading error sticks */
};
#define ROWS      \
	{         \
		0 \
	}

MUST_CHECK bool db_open(struct db *db, struct rows *rows, enum sql_id id,
			const struct bind *bind, size_t count, struct err *e);
/*
 * As db_open, for a statement that a builder put together. Its text consists of
 * names of our own tables alone; what people send is bound. Only the entity
 * layer may call it.
 */
MUST_CHECK bool db_open_built(struct db *db, struct rows *rows,
			      const char *text, const struct bind *bind,
			      size_t count, struct err *e);
/* As db_run_many, for a statement with RETURNING: one row a bound row. */
MUST_CHECK bool db_open_many(struct db *db, struct rows *rows, enum sql_id id,
			     const struct bind *bind, size_t columns,
			     size_t count, struct err *e);
/* Steps to the next row; false at the end or on an error: ask rows_check. */
bool rows_next(struct rows *rows);
/* Whether all went well so far. */
MUST_CHECK bool rows_check(const struct rows *rows, struct err *e);
void rows_end(struct rows *rows);

/* A NULL reads as 0, "", false; rows_null tells. A wrong name is an error. */
bool rows_null(struct rows *rows, const char *column);
int64_t rows_int(struct rows *rows, const char *column);
bool rows_flag(struct rows *rows, const char *column);
struct money rows_money(struct rows *rows, const char *column);
struct quantity rows_quantity(struct rows *rows, const char *column);
utc_ms rows_time(struct rows *rows, const char *column);
/* Copies; too long for room is an error, never a silent cut. */
void rows_text(struct rows *rows, const char *column, char *out, size_t room);
/* Borrowed until the next rows_next or rows_end. */
const char *rows_borrow(struct rows *rows, const char *column, size_t *length);
/*
 * The column's name as rows has it: by it the column is read again without a
 * search. The one behind the last is looked at first.
 */
const char *rows_own(struct rows *rows, const char *column);
/* Name and printed form of a column by position, for generic lists. */
const char *rows_name(const struct rows *rows, size_t index);
const char *rows_cell(struct rows *rows, size_t index);

/*
 * Transactions. begin on an open one is a defect (ERR_FATAL). An error of
 * commit is ERR_UNKNOWN: look the effect up (lease_transact does). Only where
 * COMMIT was never sent, because the transaction had broken before, it is
 * ERR_TEMPORARY. After either no transaction is open any more.
 */
MUST_CHECK bool db_begin(struct db *db, struct err *e);
MUST_CHECK bool db_commit(struct db *db, struct err *e);
void db_rollback(struct db *db);
/*
 * Runs work between BEGIN and COMMIT, again up to five times after a deadlock
 * or a lost connection before COMMIT (RELIABILITY 1.1). An unanswered COMMIT is
 * ERR_UNKNOWN: for work that may be repeated, or whose caller reads it back.
 */
MUST_CHECK bool db_transact(struct db *db,
			    bool (*work)(struct db *db, void *context,
					 struct err *e),
			    void *context, struct err *e);
/*
 * As db_transact, but each db_transact of its work becomes a part of it: taken
 * back alone where it fails, and there for good with the whole. Work that has
 * printed or read something may not repeat.
 */
MUST_CHECK bool db_transact_whole(struct db *db,
				  bool (*work)(struct db *db, void *context,
					       struct err *e),
				  void *context, bool may_repeat,
				  struct err *e);
/*
 * Whether db_transact would become a part of what is open: who repeats it by
 * itself leaves that to who began the whole.
 */
bool db_takes_parts(const struct db *db);
/* Galera, for reads that decide: wait until this node has applied all. */
MUST_CHECK bool db_sync_wait(struct db *db, bool on, struct err *e);

/* When it happened: only that tells what a lost connection means. */
enum db_phase {
	DB_PHASE_CONNECT,
	DB_PHASE_READ,      /* a SELECT of its own: without effect */
	DB_PHASE_STATEMENT, /* a change that commits by itself */
	DB_PHASE_IN_TRANSACTION,
	DB_PHASE_COMMIT,
};
/* Class and catalogue code of a server or client error number (table 1.1). */
enum err_class db_classify(unsigned error, enum db_phase phase,
			   enum code *code);
/* The number behind the last statement's error (1062: duplicate key), or 0. */
unsigned db_error(const struct db *db);
/*
 * Whether what failed last is certain to have left nothing behind and may run
 * again as a whole: deadlock, lock wait, lost connection, and no COMMIT was
 * sent. Inside a transaction that means ROLLBACK first, then the whole
 * transaction: until the rollback every statement of it is refused with the
 * same error.
 */
bool db_may_repeat(const struct db *db);

#endif
