#ifndef OB_QUEUE_WINDOW_H
#define OB_QUEUE_WINDOW_H

/*
 * Business Central's weekly maintenance, Sunday 19:00 to Monday 04:00 UTC, when
 * nothing syncs (RELIABILITY 4). Constant: nothing turns it off.
 */

#include <stdbool.h>

#include "base/clock.h"

enum {
	WINDOW_DRAIN_S = 120,  /* before it, no new item starts */
	WINDOW_JITTER_S = 120, /* after it, operations start spread over this */
};

/* Start inclusive, end exclusive. */
bool bc_window_covers(utc_ms now);
/* The end of the window that covers now, or of the next one. */
utc_ms bc_window_ends(utc_ms now);
/* The start of the window that covers now, or of the next one. */
utc_ms bc_window_starts(utc_ms now);
/* The end of that window and up to WINDOW_JITTER_S more, the same for one id.
 */
utc_ms bc_window_resume(utc_ms now, int64_t operation_id);
/* Whether the window covers now or begins within so many seconds. */
bool bc_window_near(utc_ms now, int64_t seconds);

#endif
