#ifndef OB_QUEUE_LEASE_H
#define OB_QUEUE_LEASE_H

/*
 * Who may work: (owner, fence, heartbeat number, until), taken by one UPDATE
 * whose WHERE holds the old fence, committed before any work, and touched as
 * the first statement of every later transaction (RELIABILITY 2.1, 3.3). The
 * columns stand in rm_job and in rm_lease; this is the one piece for both.
 *
 * Because each transaction raises hb_seq, the lease row also tells after an
 * unanswered COMMIT whether it happened: lease_transact reads it back.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct db;

enum {
	LEASE_TTL_S = 120,
	LEASE_SKEW_S = 30, /* largest difference between two nodes' clocks */
	LEASE_BEAT_S = 20,
	LEASE_STOP_S = 60,   /* without a heartbeat: start nothing more */
	LEASE_ABORT_S = 110, /* without one: abort what is under way */
};

#define OWNER_MAX 129

struct lease {
	struct db *db;  /* borrowed */
	int64_t job_id; /* not 0: the lease in this row of rm_job */
	char name[97];  /* else the row of rm_lease */
	char owner[OWNER_MAX];
	uint64_t fence, beat; /* beat: hb_seq as we wrote it last */
	int64_t touched_ms;   /* clock_boot_ms() of the last good touch */
	bool held;
};

/* host:hash of boot id and pid namespace:pid:start time:random; once a process.
 */
void lease_owner(char out[OWNER_MAX]);
/*
 * Whether the process that an owner names ran on this host (same boot, same
 * process namespace) and is gone, so that its lease may be taken at once.
 */
bool lease_owner_is_gone(const char *owner);

/*
 * Takes the named lease. *taken false: somebody else holds it (who, in
 * lease->owner). The row is made where it is missing.
 */
MUST_CHECK bool lease_take(struct lease *lease, struct db *db, const char *name,
			   const char *owner, bool *taken, struct err *e);
/* Raises hb_seq and until_at; ERR_CONFLICT with OB_LEASE_LOST when it is not
 * ours. */
MUST_CHECK bool lease_touch(struct lease *lease, struct err *e);
/* A touch of its own transaction, when LEASE_BEAT_S have passed since the last.
 */
MUST_CHECK bool lease_beat(struct lease *lease, struct err *e);
/* Seconds since the last good touch, by CLOCK_BOOTTIME. */
int64_t lease_age_s(const struct lease *lease);
/* Gives it back; never fails loudly: it expires anyway. */
void lease_release(struct lease *lease);

/*
 * One transaction under the leases (NULL-ended): BEGIN, touch each, work,
 * COMMIT; again up to five times after a deadlock or a lost connection. After
 * an unanswered COMMIT the first lease's row is read back and decides whether
 * it landed. work may run more than once and must only touch the database.
 */
MUST_CHECK bool lease_transact(struct db *db, struct lease *const *leases,
			       bool (*work)(struct db *db, void *context,
					    struct err *e),
			       void *context, struct err *e);

#endif
