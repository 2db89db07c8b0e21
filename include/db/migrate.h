#ifndef OB_DB_MIGRATE_H
#define OB_DB_MIGRATE_H

/*
 * Brings the database to this program's tables (RELIABILITY 5.1). The files of
 * sql/migrations are part of the program; each statement is a step, and
 * rm_schema holds every step that was begun or done with the SHA-256 of its
 * text. A step may run twice, so a run that was killed anywhere is continued by
 * the next one.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct db;

enum migrate_state {
	MIGRATE_WAITING,
	MIGRATE_BEGUN, /* and not finished: runs again */
	MIGRATE_DONE,
	MIGRATE_CHANGED, /* done, with another text than this program's */
};

struct migrate_step {
	const char *migration; /* "0004_orders" */
	unsigned version;      /* 4 */
	unsigned step;         /* from 1 within the migration */
	const char *text;      /* its statement */
	enum migrate_state state;
	utc_ms started_at, finished_at; /* 0: not yet */
	int64_t rows; /* about so many its table has now; -1: no such table */
};

struct migrate_summary {
	unsigned program_version;  /* of the last migration in this program */
	unsigned database_version; /* of the last one begun or done there */
	size_t done, waiting;      /* steps; waiting counts begun ones too */
};

/* Is told of a step; the step is valid during the call. */
typedef void migrate_each(void *context, const struct migrate_step *step);

/*
 * Calls each (may be NULL) for every step in order, changes nothing: --status
 * prints all, --dry-run the text of those that are not done and the rows they
 * meet. A changed text is an error (ERR_FATAL, OB_SCHEMA) after the last call.
 */
MUST_CHECK bool migrate_status(struct db *db, struct migrate_summary *out,
			       migrate_each *each, void *context,
			       struct err *e);

/*
 * The lease "migrate", which keeps two migrators apart: lease_take, lease_touch
 * and lease_release of the queue, which this layer cannot include. They are
 * handed in, so that there is one compare-and-set for all leases, and one
 * answer to whether the owner of a lease is gone. rm_lease exists when take is
 * called.
 */
struct migrate_lease {
	bool (*take)(void *context, bool *taken, struct err *e);
	/* First statement of the transaction that records a step. */
	bool (*touch)(void *context, struct err *e);
	void (*release)(void *context);
	void *context;
};

struct migrate_order {
	struct migrate_lease lease;
	bool allow_copy; /* may run steps that copy a table (ALGORITHM = COPY)
			  */
	/* No step begins later, by clock_boot_ms: some are left. 0: none. */
	int64_t until_boot_ms;
	/* May be NULL; called before a step runs (MIGRATE_BEGUN) and after. */
	migrate_each *each;
	void *context;
};

/*
 * Runs what waits. On its way it dials anew, with more time for a statement
 * than others have. ERR_CONFLICT: another one is at it. ERR_TEMPORARY: a table
 * stayed locked for 10 s, or the connection was lost: run it again. ERR_FATAL
 * with OB_SCHEMA: an applied text was changed, or the database is newer than
 * this program. ERR_DENIED: a step copies a table, or the account may not.
 */
MUST_CHECK bool migrate_run(struct db *db, const struct migrate_order *order,
			    struct migrate_summary *out, struct err *e);

/*
 * Whether this program may work on this database: all its steps are done, none
 * has another text, and the database is at most one migration ahead (expand
 * first, contract one release later). Else ERR_FATAL with OB_SCHEMA (exit 78).
 */
MUST_CHECK bool db_schema_check(struct db *db, struct err *e);

/*
 * Whether every table and column that the migrations made is still there: the
 * records of db_schema_check say only that they were made. ERR_FATAL with
 * OB_SCHEMA names those that are lost. For doctor and migrate: too slow for
 * each start.
 */
MUST_CHECK bool db_schema_compare(struct db *db, struct err *e);

#endif
