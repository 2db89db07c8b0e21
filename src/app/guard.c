#include "app/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "queue/upstream.h"
#include "queue/window.h"

/* A wait of the shared rate up to this long is waited inside the run. */
static const int64_t longest_wait_ms = (int64_t)60 * SECOND;

struct guard {
	struct http_client client; /* first, so that the two pointers are one */
	struct guard_settings set;
	struct upstream up;
};

static bool
refuse_in_window(const struct guard *g, utc_ms now, struct err *e)
{
	char until[TIME_TEXT_MAX];

	if (!g->set.sync || !bc_window_covers(now))
		return true;
	(void)err_set(e, ERR_TEMPORARY, "Business Central maintenance until %s",
		      time_text_minute(bc_window_ends(now), until));
	e->retry_at = bc_window_ends(now);
	return err_as(e, OB_WINDOW);
}

/* Waits in slices, so that heartbeats and signals go on. */
static bool
wait_for_rate(const struct guard *g, int64_t wait_ms, struct err *e)
{
	int64_t until = clock_boot_ms() + wait_ms;

	while (clock_boot_ms() < until) {
		int64_t left = until - clock_boot_ms();

		if (g->set.tick && g->set.tick(g->set.tick_context))
			return err_set(e, ERR_TEMPORARY,
				       "stopped while waiting for %s",
				       g->up.name);
		clock_sleep_ms(left < 250 ? left : 250);
	}
	return true;
}

/*
 * Retries are at most a tenth of an upstream's calls: when much fails, trying
 * thrice would only be thrice the load. Who cannot ask does not try again.
 */
static bool
may_retry(void *context)
{
	struct guard *g = context;
	struct err e = {0};
	bool may = false;

	return upstream_may_retry(&g->up, g->set.db, &may, &e) && may;
}

/*
 * No request, no repeat of it and no wait in between outlasts the opening of
 * the window (RELIABILITY 4).
 */
static struct http_request
bounded(struct guard *g, const struct http_request *ask, utc_ms now)
{
	struct http_request out = *ask;
	int64_t left = (bc_window_starts(now) - now) / SECOND;
	unsigned most = left < 1 ? 1 : (unsigned)left;

	out.may_retry = may_retry;
	out.retry_context = g;
	if (out.timeout_s == 0)
		out.timeout_s = g->set.timeout_s;
	if (!g->set.sync)
		return out;
	if (out.timeout_s > most)
		out.timeout_s = most;
	if (out.total_s == 0 || out.total_s > most)
		out.total_s = most;
	return out;
}

static bool
counts_for_breaker(const struct http_response *reply)
{
	/* A name that is gone ends the run by itself (D-14). */
	return reply->err.code != OB_RATE && !reply->no_such_host &&
	       (reply->err.class == ERR_TEMPORARY ||
		reply->err.class == ERR_UNKNOWN);
}

static bool
report(struct guard *g, utc_ms sent_at, const struct http_request *ask,
       const struct http_response *reply, size_t count, struct err *e)
{
	unsigned failed = 0;
	utc_ms not_before = 0;
	const char *last = NULL;

	for (size_t i = 0; i < count; i++) {
		if (counts_for_breaker(&reply[i])) {
			failed++;
			last = reply[i].err.text;
		}
		if (reply[i].err.code == OB_RATE &&
		    reply[i].err.retry_at > not_before) {
			not_before = reply[i].err.retry_at;
			last = reply[i].err.text;
		}
	}
	return (g->set.operation_id == 0 ||
		calls_note(g->set.db, g->set.operation_id, sent_at, ask, reply,
			   count, e)) &&
	       upstream_report(&g->up, g->set.db, (unsigned)count - failed,
			       failed, not_before, last, e);
}

/*
 * Sends what may be sent now. The replies count for more than the note about
 * them: if that cannot be kept, the database says so at its next statement, and
 * nobody takes what was sent for something that was not.
 */
static bool
forward(struct guard *g, const struct http_request *ask,
	struct http_response *reply, size_t count, struct err *e)
{
	utc_ms now = g->set.clock->now(g->set.clock);
	struct http_request *some = calloc(count, sizeof(*some));
	struct err unnoted = {0};
	bool sent;

	if (some == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu requests",
			       count);
	for (size_t i = 0; i < count; i++)
		some[i] = bounded(g, &ask[i], now);
	sent = g->set.inner->send(g->set.inner, some, reply, count, e);
	free(some);
	if (sent && !report(g, now, ask, reply, count, &unnoted))
		return true;
	return sent;
}

static bool
send_part(struct guard *g, const struct http_request *ask,
	  struct http_response *reply, size_t count, struct err *e)
{
	int64_t wait_ms = 0;
	utc_ms now = g->set.clock->now(g->set.clock);

	if (!refuse_in_window(g, now, e) ||
	    !upstream_enter(&g->up, g->set.db, (unsigned)count, &wait_ms, e))
		return false;
	if (wait_ms > longest_wait_ms) {
		(void)err_set(e, ERR_TEMPORARY, "%s: its rate is used up",
			      g->up.name);
		e->retry_at = now + wait_ms;
		return err_as(e, OB_RATE);
	}
	/* The window may have opened while it waited. */
	return wait_for_rate(g, wait_ms, e) &&
	       refuse_in_window(g, g->set.clock->now(g->set.clock), e) &&
	       forward(g, ask, reply, count, e);
}

/*
 * How many go out on one leave: half the burst, so that the rate gives as many
 * anew while they are under way, and never more than it lets out at a moment.
 */
static size_t
part_of(const struct guard *g, size_t count)
{
	size_t most = g->up.burst / 2;

	if (g->up.per_second <= 0 || count <= most)
		return count;
	return most > 0 ? most : 1;
}

/* What was refused after a part was sent is the outcome of all the rest. */
static bool
guard_send(struct http_client *self, const struct http_request *ask,
	   struct http_response *reply, size_t count, struct err *e)
{
	struct guard *g = (struct guard *)self;
	struct err why = {0};
	size_t sent, part;

	for (sent = 0; sent < count; sent += part) {
		part = part_of(g, count - sent);
		if (!send_part(g, ask + sent, reply + sent, part, &why))
			break;
	}
	if (sent == 0 && count > 0) {
		*e = why;
		return false;
	}
	for (; sent < count; sent++)
		reply[sent].err = why;
	return true;
}

struct http_client *
guard_open(const struct guard_settings *settings, struct err *e)
{
	struct guard *g = calloc(1, sizeof(*g));

	if (g == NULL) {
		(void)err_set(e, ERR_TEMPORARY, "no memory for a guard");
		return NULL;
	}
	g->client.send = guard_send;
	g->set = *settings;
	(void)snprintf(g->up.name, sizeof(g->up.name), "%s",
		       settings->upstream);
	g->up.per_second = settings->per_second;
	g->up.burst = settings->burst;
	return &g->client;
}

void
guard_close(struct http_client *client)
{
	free(client);
}
