#include "queue/upstream.h"

#include <string.h>

#include "base/fault.h"
#include "local.h"

enum {
	BLOCK = 10,        /* tokens at once, so that the row is written less */
	REPORT_AFTER = 10, /* successes at once, likewise */
	PROBE_S = 150,     /* a request's total timeout and a little */
	WAIT_MAX_S = 60,   /* more than that is a back-off (RELIABILITY 1.1) */
};

static const double microseconds = 1e6;

/* What the row says now. */
struct seen {
	bool is_open, is_half_open, is_early, was_open;
	utc_ms open_until, not_before, now;
	int64_t probe_fence;
};

static bool
read_row(struct upstream *up, struct db *db, struct seen *out, bool *found,
	 struct err *e)
{
	AUTO(rows) rows = ROWS;
	char breaker[41];

	*out = (struct seen){0};
	if (!db_open(db, &rows, SQL_UPSTREAM_READ, BINDS(bind_text(up->name)),
		     e))
		return false;
	*found = rows_next(&rows);
	if (!*found)
		return rows_check(&rows, e);
	rows_text(&rows, "breaker", breaker, sizeof(breaker));
	out->is_half_open = strcmp(breaker, "half_open") == 0;
	out->was_open = strcmp(breaker, "closed") != 0;
	out->is_open = rows_flag(&rows, "is_open");
	out->is_early = rows_flag(&rows, "is_early");
	out->open_until = rows_time(&rows, "open_until");
	out->not_before = rows_time(&rows, "not_before");
	out->probe_fence = rows_int(&rows, "probe_fence");
	out->now = rows_time(&rows, "now");
	up->failing = rows_int(&rows, "failures") > 0;
	return rows_check(&rows, e);
}

/* Reads the row, which is made where it is missing. */
static bool
look(struct upstream *up, struct db *db, struct seen *out, struct err *e)
{
	bool found;

	if (!read_row(up, db, out, &found, e))
		return false;
	if (found)
		return true;
	return db_run(db, SQL_UPSTREAM_ADD, BINDS(bind_text(up->name)), e) &&
	       read_row(up, db, out, &found, e);
}

static bool
refuse(const struct upstream *up, enum code code, utc_ms until, const char *why,
       struct err *e)
{
	char when[TIME_TEXT_MAX];

	(void)err_set(e, ERR_TEMPORARY, "%s %s until %s", up->name, why,
		      time_text_minute(until, when));
	e->retry_at = until;
	return err_as(e, code);
}

/* An open breaker lets exactly one caller through when its time is up. */
static bool
pass_breaker(struct upstream *up, struct db *db, const struct seen *seen,
	     struct err *e)
{
	if (!seen->was_open || !OB_GUARD("upstream.breaker")) {
		up->probe_fence = 0;
		return true;
	}
	if (seen->is_half_open && up->probe_fence != 0 &&
	    up->probe_fence == (uint64_t)seen->probe_fence)
		return true;
	up->probe_fence = 0;
	if (!seen->is_open) {
		if (OB_FAULT("upstream.probe_found"))
			return err_set(e, ERR_TEMPORARY,
				       "fault point upstream.probe_found");
		if (!db_run(db, SQL_UPSTREAM_PROBE,
			    BINDS(bind_int(PROBE_S), bind_text(up->name),
				  bind_int(seen->probe_fence)),
			    e))
			return false;
		if (db_changed(db) == 1 || !OB_GUARD("upstream.probe")) {
			up->probe_fence = (uint64_t)seen->probe_fence + 1;
			return true;
		}
	}
	return refuse(up, OB_UPSTREAM, seen->open_until,
		      "fails and is left alone", e);
}

/*
 * How many tokens to take. The first time no more than is needed, as most
 * processes are short; nor by a caller with many requests, who would wait for
 * the turn of tokens that nobody may need.
 */
static unsigned
block_of(const struct upstream *up, unsigned missing)
{
	unsigned block = up->burst < BLOCK ? up->burst : BLOCK;

	if (up->tokens_until_boot_ms == 0 || missing > 1 || block == 0)
		return missing;
	return block;
}

/*
 * Takes a block from the shared rate. The row is asked afterwards how far ahead
 * of the rate we are: others may have come between, so the wait is never too
 * short. *granted false: more than WAIT_MAX_S ahead.
 */
static bool
take_block(struct upstream *up, struct db *db, unsigned count, bool *granted,
	   int64_t *wait_ms, struct err *e)
{
	AUTO(rows) rows = ROWS;
	int64_t step = (int64_t)(microseconds / up->per_second);
	int64_t burst = step * (up->burst > 0 ? up->burst : 1);
	unsigned missing = count - up->tokens;
	unsigned block = block_of(up, missing);
	int64_t ahead;

	if (!db_run(db, SQL_UPSTREAM_TAKE,
		    BINDS(bind_int(step * block), bind_int(block),
			  bind_text(up->name),
			  bind_int(burst - step * block +
				   (int64_t)WAIT_MAX_S * 1000000)),
		    e))
		return false;
	*granted = db_changed(db) == 1;
	if (!*granted)
		return true;
	if (!db_open(db, &rows, SQL_UPSTREAM_WAIT, BINDS(bind_text(up->name)),
		     e))
		return false;
	(void)rows_next(&rows);
	ahead = rows_int(&rows, "ahead") - burst;
	*wait_ms = ahead > 0 ? (ahead + 999) / 1000 : 0;
	up->tokens += block;
	/* Unused ones lapse when the rate would have given as many anew. */
	up->tokens_until_boot_ms =
		clock_boot_ms() + *wait_ms + SECOND + step * block / 1000;
	return rows_check(&rows, e);
}

static bool
take_tokens(struct upstream *up, struct db *db, unsigned count, utc_ms now,
	    int64_t *wait_ms, struct err *e)
{
	bool granted = true;

	if (up->per_second <= 0 || !OB_GUARD("upstream.rate"))
		return true;
	if (clock_boot_ms() >= up->tokens_until_boot_ms)
		up->tokens = 0;
	if (up->tokens < count &&
	    !take_block(up, db, count, &granted, wait_ms, e))
		return false;
	if (!granted)
		return refuse(up, OB_RATE, now + (utc_ms)WAIT_MAX_S * SECOND,
			      "has used its rate up", e);
	up->tokens -= count;
	return true;
}

bool
upstream_enter(struct upstream *up, struct db *db, unsigned count,
	       int64_t *wait_ms, struct err *e)
{
	struct seen seen;

	*wait_ms = 0;
	if (!look(up, db, &seen, e))
		return err_in(e, "ask leave for %s", up->name);
	if (seen.is_early && OB_GUARD("upstream.not_before"))
		return refuse(up, OB_RATE, seen.not_before, "asked us to wait",
			      e);
	return pass_breaker(up, db, &seen, e) &&
	       take_tokens(up, db, count, seen.now, wait_ms, e);
}

static bool
write_ok(struct upstream *up, struct db *db, struct err *e)
{
	struct bind calls = bind_int(up->unreported);

	if (up->unreported == 0)
		return true;
	if (!db_run(db, SQL_UPSTREAM_OK,
		    BINDS(calls, calls, bind_text(up->name)), e))
		return false;
	up->unreported = 0;
	up->failing = false;
	return true;
}

static bool
write_failed(struct upstream *up, struct db *db, unsigned failed,
	     const char *error, struct err *e)
{
	struct bind calls = bind_int(failed);

	if (failed == 0)
		return true;
	up->failing = true;
	return db_run(db, SQL_UPSTREAM_FAILED,
		      BINDS(calls, calls, calls, calls, bind_text(error),
			    bind_text(up->name)),
		      e) &&
	       db_run(db, SQL_UPSTREAM_OPEN, BINDS(bind_text(up->name)), e);
}

/* The probe's answer closes the breaker, or opens it for twice as long. */
static bool
end_probe(struct upstream *up, struct db *db, bool good, struct err *e)
{
	struct bind fence = bind_int((int64_t)up->probe_fence);

	up->probe_fence = 0;
	return db_run(db, good ? SQL_UPSTREAM_CLOSE : SQL_UPSTREAM_REOPEN,
		      BINDS(bind_text(up->name), fence), e);
}

bool
upstream_report(struct upstream *up, struct db *db, unsigned ok,
		unsigned failed, utc_ms not_before, const char *error,
		struct err *e)
{
	bool probed = up->probe_fence != 0 && ok + failed > 0;

	up->unreported += ok;
	/* Successes wait for each other, unless they are news. */
	if ((failed > 0 || probed || up->failing ||
	     up->unreported >= REPORT_AFTER) &&
	    !write_ok(up, db, e))
		return err_in(e, "report on %s", up->name);
	if (!write_failed(up, db, failed, error, e) ||
	    (probed && !end_probe(up, db, failed == 0, e)))
		return err_in(e, "report on %s", up->name);
	return not_before == 0 ||
	       db_run(db, SQL_UPSTREAM_NOT_BEFORE,
		      BINDS(bind_time(not_before), bind_text(error),
			    bind_text(up->name)),
		      e) ||
	       err_in(e, "report on %s", up->name);
}

bool
upstream_may_retry(struct upstream *up, struct db *db, bool *may, struct err *e)
{
	if (!db_run(db, SQL_UPSTREAM_RETRY, BINDS(bind_text(up->name)), e))
		return err_in(e, "retry %s", up->name);
	*may = db_changed(db) == 1 || !OB_GUARD("upstream.retries");
	return true;
}
