#ifndef OB_QUEUE_UPSTREAM_H
#define OB_QUEUE_UPSTREAM_H

/*
 * What all processes know of one upstream (rm_upstream; RELIABILITY 3.5):
 * breaker, not-before, shared rate by GCRA, retry budget. One row each.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct db;

struct upstream {
	char name[97];     /* "woocommerce:3", "bc:1", "entra:1" */
	double per_second; /* 0 = no limit of ours */
	unsigned burst;
	/* tokens taken as a block and not yet used, and until when they hold */
	unsigned tokens;
	int64_t tokens_until_boot_ms;
	/* the one probe of a half-open breaker that we hold; 0 = none */
	uint64_t probe_fence;
	unsigned unreported; /* successes that the row does not know yet */
	bool failing;        /* the row counted failures when we last looked */
};

/*
 * Asks leave for count calls. False: ERR_TEMPORARY with retry_at (breaker open
 * or not-before: OB_UPSTREAM, OB_RATE); *wait_ms > 0: granted, after that wait.
 */
MUST_CHECK bool upstream_enter(struct upstream *up, struct db *db,
			       unsigned count, int64_t *wait_ms, struct err *e);
/*
 * Reports how calls went: ok successes, failed ones that count for the breaker,
 * not_before as told by a 429 (0 = none), the last error's text.
 */
MUST_CHECK bool upstream_report(struct upstream *up, struct db *db, unsigned ok,
				unsigned failed, utc_ms not_before,
				const char *error, struct err *e);
/* Whether another retry fits into 10 % of the calls of ten minutes (min 5). */
MUST_CHECK bool upstream_may_retry(struct upstream *up, struct db *db,
				   bool *may, struct err *e);

#endif
