#include "queue/window.h"

static const utc_ms week = (utc_ms)7 * DAY;
static const utc_ms length = (utc_ms)9 * HOUR;

/* Milliseconds since the last opening, by whole seconds (floor). */
static utc_ms
since_opening(utc_ms now)
{
	/* 1970-01-01 was a Thursday, so the first Sunday came three days on. */
	const utc_ms opens = (utc_ms)3 * DAY + 19 * HOUR;

	return ((now - opens) % week + week) % week;
}

bool
bc_window_covers(utc_ms now)
{
	return since_opening(now) < length;
}

utc_ms
bc_window_starts(utc_ms now)
{
	utc_ms opening = now - since_opening(now);

	return bc_window_covers(now) ? opening : opening + week;
}

utc_ms
bc_window_ends(utc_ms now)
{
	return bc_window_starts(now) + length;
}

bool
bc_window_near(utc_ms now, int64_t seconds)
{
	return bc_window_covers(now) ||
	       bc_window_starts(now) - now <= seconds * SECOND;
}

utc_ms
bc_window_resume(utc_ms now, int64_t operation_id)
{
	/* A prime step, so that ids that follow each other lie far apart. */
	int64_t jitter = operation_id * 37 % (WINDOW_JITTER_S + 1);

	return bc_window_ends(now) + jitter * SECOND;
}
