#ifndef OB_DB_LOCAL_H
#define OB_DB_LOCAL_H

/* What the files of this folder share; only they know the client library. */

#include <mysql.h>

#include "db/db.h"
#include "db/sql.h"

enum { BUILT_MAX = 32 };

/* A prepared statement; its rows are read from it while it is lent. */
struct statement {
	MYSQL_STMT *handle;
	bool lent;
	bool cached; /* else whoever reads the rows ends it */
};

struct db {
	MYSQL *mysql; /* NULL: lost; the next statement opens it anew */
	const struct clock *clock;
	struct db_settings settings; /* its texts are copies */
	size_t host;                 /* which of the list is tried first */
	size_t max_packet;           /* more than this the server hangs up on */
	utc_ms session_time;         /* what a test clock's session was told */
	struct statement *prepared[SQL_COUNT];
	/* Built ones that were used last; the oldest makes room. */
	struct built {
		char *text; /* owned */
		struct statement *statement;
		uint64_t used;
	} built[BUILT_MAX];
	uint64_t built_used;

	enum { TX_NONE, TX_OPEN, TX_BROKEN } tx;
	/* db_transact becomes a part of what is open; is such a part. */
	bool takes_parts, is_part;
	bool may_repeat;
	unsigned error;
	struct err broken_by; /* why tx is TX_BROKEN */

	uint64_t changed;
	int64_t last_id;
	unsigned warnings;
};

/* Fills e from an error number of the server or the library; returns false. */
bool db_fail(struct db *db, enum db_phase phase, unsigned number,
	     const char *text, const char *statement, struct err *e);
/* Whether this number says that the connection is gone or of no more use. */
bool db_number_is_loss(unsigned number);
/* Whether this number says that the whole transaction may simply run again. */
bool db_number_may_repeat(unsigned number);

/* Closes the connection; statements whose rows are being read stay readable. */
void db_drop(struct db *db);
/* Makes the connection fit for a statement: open, and at the clock's time. */
MUST_CHECK bool db_ready(struct db *db, struct err *e);
/* Opens the connection, host after host, and sets the session up. */
MUST_CHECK bool db_dial(struct db *db, struct err *e);
/* Runs a statement without values as plain text; for what is not prepared. */
MUST_CHECK bool db_run_text(struct db *db, enum db_phase phase,
			    const char *text, const char *name, struct err *e);
MUST_CHECK bool db_run_plain(struct db *db, enum db_phase phase, enum sql_id id,
			     struct err *e);

/* As db_run, on the connection as it is: for the session's own set-up. */
MUST_CHECK bool statement_run(struct db *db, enum sql_id id,
			      const struct bind *bind, size_t columns,
			      size_t rows, struct rows *out, struct err *e);
void statement_end(struct statement *statement);
/* Ends what was kept of built statements. */
void built_end(struct db *db);
/* Runs a statement on values and hands on its rows; name: for errors. */
MUST_CHECK bool statement_use(struct db *db, struct statement *statement,
			      enum db_phase phase, const char *name,
			      const struct bind *bind, size_t columns,
			      size_t rows, struct rows *out, struct err *e);

/* The values of a statement in the library's form. */
struct binding {
	MYSQL_BIND *column;
	void *block;
};
/* rows 0: one row, bound singly. */
MUST_CHECK bool binding_make(struct binding *binding, const struct bind *bind,
			     size_t columns, size_t rows, size_t max_bytes,
			     struct err *e);
void binding_end(struct binding *binding);

/* Takes over a statement that has run and whose result was stored. */
MUST_CHECK bool rows_take(struct rows *rows, struct statement *statement,
			  struct err *e);

#endif
