#ifndef OB_QUEUE_OPERATION_H
#define OB_QUEUE_OPERATION_H

/*
 * What people see: who asked for what, its state in the requirement's words,
 * progress, times, error (rm_operation; RELIABILITY 3.1). Each has a job of
 * kind "run"; smaller units that fail on their own are jobs beside it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct db;

enum operation_state {
	OPERATION_NOT_PROCESSED,
	OPERATION_IN_PROGRESS,
	OPERATION_COMPLETED,
	OPERATION_ABORTED,
	OPERATION_WEBSHOP_NOT_FOUND,
	OPERATION_FAILED,
};

/* "not_processed" as stored. */
const char *operation_state_name(enum operation_state state);
/* "Not processed", "Aborted by another synchronization": the requirement's
 * words. */
const char *operation_state_words(enum operation_state state);
bool operation_state_find(const char *name, enum operation_state *out);
/* The allowed changes, RELIABILITY 3.1, as one table. */
bool operation_may_become(enum operation_state from, enum operation_state to);

/* The Summary line. */
struct tally {
	unsigned fetched, stored, unchanged, skipped, soft, hard;
};

struct operation {
	int64_t id, parent_id, site_id;
	char kind[41], site_code[41], site_name[481], site_url[501];
	bool is_full, dry_run;
	char *scope; /* owned JSON text: all input */
	enum operation_state state;
	utc_ms paused_until;
	char pause_reason[41];
	char phase[41], unit[41];
	unsigned done, total;
	struct tally tally;
	unsigned failed_count; /* > 0 in Completed: in part (D-15); set by the
				  work */
	char error_code[41];
	char *error; /* owned, or NULL */
	int64_t superseded_by;
	char source[41], created_by[321], host[257];
	int64_t schedule_id;
	utc_ms cancel_at, created_at, started_at, completed_at, heartbeat_at;
	unsigned version;
};

void operation_end(struct operation *op);

/* A request for work. */
struct operation_ask {
	const char *kind; /* "order_sync" */
	int64_t site_id;  /* 0 = none */
	bool is_full;
	const char *scope;      /* JSON object as text; NULL = {} */
	const char *source;     /* cron, cli, api, webhook, schedule */
	const char *created_by; /* or NULL */
	int64_t schedule_id;
	utc_ms run_after;    /* 0 = now */
	utc_ms paused_until; /* shown when it waits for the window */
	const char *pause_reason;
	unsigned max_waiting; /* of a site; 0 = no limit */
};

/*
 * Queues it and its run job in one transaction; now is the moment of asking, as
 * shown. An equal request (kind, site, is_full, scope in whatever order) that
 * still waits is returned instead: *merged (D-13). A full one aborts what waits
 * for the same kind and site and asks what runs to stop, dry runs ("dry_run":
 * true in the scope) apart. ERR_INPUT: the scope; ERR_MISSING: the site;
 * ERR_CONFLICT with OB_RATE: max_waiting are there already.
 */
MUST_CHECK bool operation_ask(struct db *db, const struct operation_ask *ask,
			      utc_ms now, int64_t *id, bool *merged,
			      struct err *e);
MUST_CHECK bool operation_load(struct db *db, int64_t id, struct operation *out,
			       struct err *e);
/*
 * Asks for a stop at the next safe point; one that only waits ends at once
 * (Failed, OB_CANCELLED). ERR_CONFLICT when it has ended already.
 */
MUST_CHECK bool operation_cancel(struct db *db, int64_t id, utc_ms now,
				 struct err *e);
/* Failed -> Not processed with fresh attempts, by a person. ERR_CONFLICT. */
MUST_CHECK bool operation_retry(struct db *db, int64_t id, struct err *e);

#endif
