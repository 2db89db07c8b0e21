#ifndef OB_QUEUE_LOCAL_H
#define OB_QUEUE_LOCAL_H

/* What the files of this folder share. */

#include "base/auto.h"
#include "db/db.h"
#include "queue/lease.h"
#include "queue/operation.h"

/* Who holds a lease, as its row says. */
struct lease_row {
	bool found;
	char owner[OWNER_MAX];
	uint64_t fence, beat;
	bool is_expired;
};

/*
 * Reads the row of a lease. lock: waits for a transaction that still works on
 * it, so that what is read is the last word.
 */
MUST_CHECK bool lease_read(struct db *db, const struct lease *lease, bool lock,
			   struct lease_row *out, struct err *e);
/* Whether the row still says what we wrote when we took it. */
bool lease_is_ours(const struct lease *lease, const struct lease_row *row);

/*
 * Touches the row as lease_touch does, but the struct stays as it is until
 * lease_touched: in a transaction the row is only raised by its COMMIT.
 * in_doubt: ERR_UNKNOWN instead of going on where a COMMIT turns out to have
 * happened.
 */
MUST_CHECK bool lease_touch_quietly(struct lease *lease, bool in_doubt,
				    struct err *e);
void lease_touched(struct lease *lease);

enum { QUEUE_TRIES = 6 }; /* once, and five times more (RELIABILITY 1.1) */

/*
 * After a failed statement or transaction, the tries-th from 0: whether it may
 * be repeated. Has waited then, up to 1 s. The next statement opens a lost
 * connection anew.
 */
bool queue_again(unsigned tries, const struct err *e);

/* SHA-256 of (kind, site, is_full, rest): what may be open only once. */
MUST_CHECK bool queue_key(const char *kind, int64_t site_id, bool is_full,
			  const char *rest, unsigned char out[32],
			  struct err *e);
/* The scope with sorted members and no blanks; the caller's. NULL reads as {}.
 */
MUST_CHECK bool queue_scope(const char *text, char **canonical, bool *dry_run,
			    struct err *e);

/* An operation at this moment: what a change of it names in its WHERE. */
struct operation_now {
	int64_t id, version;
	enum operation_state state;
	bool is_cancelled;
	int64_t superseded_by;
};

/* Reads and locks the row; inside a transaction. ERR_MISSING. */
MUST_CHECK bool operation_lock(struct db *db, int64_t id,
			       struct operation_now *out, struct err *e);

/* The end of an operation and its one row in rm_log. */
struct closing {
	enum operation_state state;
	enum code code;
	const char *error; /* whole text, or NULL */
	int64_t superseded_by;
	const char *level, *message; /* of the row in rm_log */
	const char *entity;          /* NULL: the scope's */
};

/* The changes of RELIABILITY 3.1, inside a transaction. */
MUST_CHECK bool operation_start(struct db *db, const struct operation_now *op,
				const char *host, struct err *e);
MUST_CHECK bool operation_pause(struct db *db, const struct operation_now *op,
				utc_ms until, const char *reason,
				enum code code, const char *error,
				struct err *e);
/* Phase, figures and tally, while it is in progress. */
MUST_CHECK bool operation_write_progress(struct db *db,
					 const struct operation *op,
					 struct err *e);
MUST_CHECK bool operation_close(struct db *db, const struct operation_now *op,
				const struct closing *as, struct err *e);
/* Whether the statement before changed its row; ERR_TEMPORARY: it moved on. */
MUST_CHECK bool operation_changed(struct db *db, const struct operation_now *op,
				  struct err *e);
/* Lets equal requests merge with it again, unless one has come meanwhile. */
MUST_CHECK bool operation_set_key(struct db *db, const struct operation *op,
				  struct err *e);

/* A request on its way into the queue. */
struct asking {
	const struct operation_ask *ask;
	utc_ms now;
	char *scope; /* owned */
	bool dry_run;
	unsigned char key[32];
	int64_t id;
	bool merged;
};

void asking_end(struct asking *asking);
/* Checks the request and makes its key. */
MUST_CHECK bool asking_make(struct asking *out, const struct operation_ask *ask,
			    utc_ms now, struct err *e);
/* Puts it into the queue, inside a transaction; context is a struct asking. */
MUST_CHECK bool asking_put(struct db *db, void *context, struct err *e);
/*
 * After an unanswered COMMIT: whether the operation stands there. Ids are never
 * given twice, so its id tells.
 */
MUST_CHECK bool asking_landed(struct db *db, const struct asking *asking,
			      bool *landed, struct err *e);

#endif
