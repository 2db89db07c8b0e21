#ifndef OB_QUEUE_SCHEDULE_H
#define OB_QUEUE_SCHEDULE_H

/* What runs when (rm_schedule). Due is decided here, not by the crontab. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct db;
struct job_kind;

/* start + k x interval, the first after now: a gap is made up for once. */
utc_ms schedule_next(utc_ms start, int64_t interval_ms, utc_ms now);
/* Milliseconds of "hourly", "daily", ...; every_min for "minutes"; 0 unknown.
 */
int64_t schedule_interval(const char *frequency, unsigned every_min);
/*
 * Turns due schedules into operations, each by compare-and-set on its
 * next_run_at, so that any number of crons makes one (OS-19). *made counts.
 * kind is the worker's table: in the window those that sync stay due, and so do
 * those of a site that is disabled, deleted or paused by wrong credentials.
 */
MUST_CHECK bool schedule_enqueue_due(struct db *db, const struct job_kind *kind,
				     size_t kinds, utc_ms now, unsigned *made,
				     struct err *e);
/* Queues one by name though it is not due. ERR_MISSING. */
MUST_CHECK bool schedule_run_now(struct db *db, const char *name, utc_ms now,
				 const char *by, int64_t *operation,
				 struct err *e);

#endif
