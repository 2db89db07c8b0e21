#include "app/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* No request outlasts the opening of the window (RELIABILITY 4). */
static unsigned
deadline_s(const struct guard *g, const struct http_request *ask, utc_ms now)
{
	unsigned own = ask->timeout_s ? ask->timeout_s : g->set.timeout_s;
	int64_t left = (bc_window_starts(now) - now) / SECOND;

	if (!g->set.sync || left >= own)
		return own;
	return left < 1 ? 1 : (unsigned)left;
}

static bool
counts_for_breaker(const struct http_response *reply)
{
	return reply->err.code != OB_RATE &&
	       (reply->err.class == ERR_TEMPORARY ||
		reply->err.class == ERR_UNKNOWN);
}

static bool
report(struct guard *g, const struct http_response *reply, size_t count,
       struct err *e)
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
	return upstream_report(&g->up, g->set.db, (unsigned)count - failed,
			       failed, not_before, last, e);
}

static bool
guard_send(struct http_client *self, const struct http_request *ask,
	   struct http_response *reply, size_t count, struct err *e)
{
	struct guard *g = (struct guard *)self;
	struct http_request *bounded;
	int64_t wait_ms = 0;
	utc_ms now = g->set.clock->now(g->set.clock);
	bool sent;

	if (!refuse_in_window(g, now, e) ||
	    !upstream_enter(&g->up, g->set.db, (unsigned)count, &wait_ms, e))
		return false;
	if (wait_ms > longest_wait_ms) {
		(void)err_set(e, ERR_TEMPORARY, "%s: its rate is used up",
			      g->up.name);
		e->retry_at = now + wait_ms;
		return err_as(e, OB_RATE);
	}
	if (!wait_for_rate(g, wait_ms, e))
		return false;
	bounded = calloc(count, sizeof(*bounded));
	if (bounded == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu requests",
			       count);
	for (size_t i = 0; i < count; i++) {
		bounded[i] = ask[i];
		bounded[i].timeout_s = deadline_s(g, &ask[i], now);
	}
	sent = g->set.inner->send(g->set.inner, bounded, reply, count, e);
	free(bounded);
	return sent && report(g, reply, count, e);
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
