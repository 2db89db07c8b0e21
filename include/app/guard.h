#ifndef OB_APP_GUARD_H
#define OB_APP_GUARD_H

/*
 * The http_client that connectors get. It stands in front of the real one and
 * refuses or delays what must not be sent now: inside Business Central's
 * window, while the upstream's breaker is open, before its not-before moment,
 * above its rate (RELIABILITY 3.5, 4). What it learns is shared by all
 * processes.
 */

#include "base/clock.h"
#include "net/http.h"

struct db;

struct guard_settings {
	struct http_client *inner; /* borrowed */
	struct db *db;             /* borrowed */
	const struct clock *clock; /* borrowed */
	const char *upstream;      /* "woocommerce:3", the row of rm_upstream */
	double per_second;         /* 0 = no limit of ours */
	unsigned burst;
	unsigned timeout_s; /* of a request that names none */
	/*
	 * Part of a synchronisation, so nothing is sent inside the window; a
	 * person's test of a shop is none (RELIABILITY I8).
	 */
	bool sync;
	/* Calls are noted in rm_log under this operation; 0: they are not. */
	int64_t operation_id;
	/* Called while it waits for the rate; true = give up. */
	bool (*tick)(void *context);
	void *tick_context;
};

/* NULL when memory is out. Owned by the caller: guard_close. */
struct http_client *guard_open(const struct guard_settings *settings,
			       struct err *e);
void guard_close(struct http_client *client);

#endif
