#ifndef OB_QUEUE_LOCAL_H
#define OB_QUEUE_LOCAL_H

/* What the files of this folder share. */

#include "base/auto.h"
#include "db/db.h"
#include "queue/lease.h"

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
 * After a failed statement or transaction: false when it must not be repeated.
 * Else waits (20 ms doubling, tries counts from 0) and, where the connection is
 * gone, opens it anew.
 */
bool queue_again(struct db *db, unsigned tries, const struct err *e);

#endif
