#ifndef OB_QUEUE_JOB_H
#define OB_QUEUE_JOB_H

/*
 * What workers claim (rm_job): a unit that can fail and be retried on its own.
 * Claimed by compare-and-set on (id, fence), one of the first 16 due rows at
 * random (PERFORMANCE 7). After a failure it waits 1 min, 5 min, 30 min, 3 h;
 * the next failure is permanent: dead, with an error log entry.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "queue/lease.h"

struct db;

struct job {
	int64_t id, operation_id, site_id;
	char kind[41], ref[513];
	unsigned attempts, max_attempts;
	utc_ms first_failed_at, give_up_at;
	char wait_sku[401];
	char *checkpoint; /* owned JSON text, or NULL */
	char item_in_flight[513];
	unsigned crashes; /* lost attempts since the last that ended in order */
	bool taken_over;  /* crashes > 0: careful mode */
	struct lease lease;
};

void job_end(struct job *job);

struct retry_waits {
	unsigned wait_s[4]; /* 60, 300, 1800, 10800 */
};

/* The moment of the next try after so many failures; 0: there is none. */
utc_ms retry_due(const struct retry_waits *waits, unsigned failures, utc_ms now,
		 utc_ms not_before);

struct job_ask {
	int64_t operation_id, site_id;
	const char *kind, *ref;
	utc_ms run_after; /* 0 = now */
	const char *wait_sku;
	utc_ms give_up_at;
	enum code code;
	const char *error;
	unsigned attempts;
};
/* Adds a job, or, where an open one for (kind, site, ref) exists, renews it. */
MUST_CHECK bool job_add(struct db *db, const struct job_ask *ask,
			struct err *e);
/* Ends an open job for (kind, site, ref) that nobody works on; no error if
 * none. */
MUST_CHECK bool job_settle(struct db *db, const char *kind, int64_t site_id,
			   const char *ref, struct err *e);
/*
 * Where the next attempt goes on: JSON text, or NULL for the beginning. Inside
 * a transaction under the job's lease (task_transact).
 */
MUST_CHECK bool job_checkpoint(struct db *db, const struct job *job,
			       const char *json, struct err *e);
/* Makes the jobs that wait for one of these SKUs due now. keys: JSON array. */
MUST_CHECK bool job_wake_sku(struct db *db, const char *keys, struct err *e);

#endif
