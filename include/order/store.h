#ifndef OB_ORDER_STORE_H
#define OB_ORDER_STORE_H

/*
 * Orders in MariaDB: rm_order_seen, rm_order, rm_address, rm_lineitems,
 * payload, events, errors. Writers take many orders at once (array binding),
 * are meant to run inside the caller's transaction (lease_transact), and are
 * harmless when repeated. Every writer fills o->id where it makes or finds the
 * seen row.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/code.h"
#include "base/err.h"
#include "order/order.h"

struct db;

/* What is known of one platform order. */
struct seen {
	char platform_id[65]; /* in: asked for */
	int64_t id;           /* 0 = never met */
	char outcome[41]; /* stored, skipped, soft, error, gone, cancelled */
	char code[41];    /* why, "" = none */
	bool has_hash;
	unsigned char content_hash[32];
	char state[41];      /* rm_order.state, "" = not stored */
	char mark_state[41]; /* of a stored one */
	bool exported;       /* BC has it, or may have it: no silent rewrite */
	char error[41];      /* status in rm_error_orders, "" = none */
};

/* One query for all: fills the entries in place. */
MUST_CHECK bool order_seen_match(struct db *db, int64_t site_id,
				 struct seen *seen, size_t count,
				 struct err *e);

/* One order to be written, with what belongs to it. */
struct order_write {
	struct order *order;
	const char *body; /* payload as sent */
	size_t body_length;
	enum code code;            /* of a skip; CODE_NONE */
	const struct fault *fault; /* what decides, of soft and hard ones */
	bool lost_row; /* warn: our row was lost and is made again (D-25) */
	/* out: what order_store_many did, one of */
	bool stored, updated, unchanged;
	bool flagged;      /* changed after its export: changed_upstream */
	bool cancelled;    /* was stored, will never be exported now (D-23) */
	bool number_taken; /* OB_NUMBER: another order holds the number */
	char holder[120];  /* which one: "order 77 of site bgm" */
};

#define ORDER_WRITE_MAX 1000 /* orders a call */

/*
 * Step 6 for up to 100 orders: seen, header, addresses, lines, payload
 * revision, events of every step, result row of the operation; mark_state
 * pending. An order whose number another one holds is left out with
 * number_taken. A changed order is rewritten (revision + 1) before its export,
 * only flagged after it. A row of rm_error_orders becomes fixed. Each platform
 * order at most once a call.
 */
MUST_CHECK bool order_store_many(struct db *db, int64_t site_id,
				 int64_t operation_id, utc_ms now,
				 struct order_write *write, size_t count,
				 struct err *e);
/* Hard: seen, payload, rm_error_orders (once an order, counted), events. */
MUST_CHECK bool order_fail_many(struct db *db, int64_t site_id,
				int64_t operation_id, utc_ms now,
				struct order_write *write, size_t count,
				struct err *e);
/*
 * Soft: seen, payload, events. Its retry job is the caller's. One that waits
 * for the same reason as before gets no further events.
 */
MUST_CHECK bool order_wait_many(struct db *db, int64_t site_id,
				int64_t operation_id, utc_ms now,
				struct order_write *write, size_t count,
				struct err *e);
/* Skipped for a visible reason, or gone from the shop (GONE): seen, event. */
MUST_CHECK bool order_skip_many(struct db *db, int64_t site_id,
				int64_t operation_id, utc_ms now,
				struct order_write *write, size_t count,
				struct err *e);

/* One stored order that the shop has still to be told of. */
struct to_mark {
	int64_t id;
	char platform_id[65], number[36];
};

/* Stored orders of a site with mark_state pending, oldest first. */
MUST_CHECK bool order_to_mark(struct db *db, int64_t site_id,
			      struct to_mark *out, size_t room, size_t *count,
			      struct err *e);
/* How marks ended, by id; state: done, superseded, failed, cancelled. */
struct marked {
	int64_t id;
	const char *state;
	const char *message; /* NULL, or why */
};
MUST_CHECK bool order_mark_many(struct db *db, int64_t operation_id, utc_ms now,
				const struct marked *marked, size_t count,
				struct err *e);
/* done -> pending again: the shop lost the mark. */
MUST_CHECK bool order_unmark(struct db *db, int64_t site_id,
			     const char *platform_id, struct err *e);
/* Orders that wait for Business Central, at most limit (back-pressure). */
MUST_CHECK bool order_count_waiting(struct db *db, unsigned limit,
				    unsigned *count, struct err *e);
/* The payload of an order, newest or a given revision (0 = newest). */
MUST_CHECK bool order_payload(struct db *db, int64_t id, unsigned revision,
			      struct strbuf *out, unsigned *found,
			      struct err *e);

#endif
