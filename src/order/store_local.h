#ifndef OB_ORDER_STORE_LOCAL_H
#define OB_ORDER_STORE_LOCAL_H

/* What the writers of orders share: one call's orders and its moment. */

#include "order/store.h"
#include "sheet.h"

struct writing {
	struct db *db;
	int64_t site_id, operation_id;
	utc_ms now;
	struct order_write *write;
	size_t count;
};

/* What was known of the orders before, one each; the caller frees it. */
MUST_CHECK bool seen_load(const struct writing *w, struct seen **out,
			  struct err *e);
/*
 * Upserts rm_order_seen with the outcome (NULL: stored, or cancelled where the
 * order is) and fills order->id. Left out: what has number_taken.
 */
MUST_CHECK bool seen_upsert(const struct writing *w, const char *outcome,
			    struct err *e);
/* What an order is worth as far as is known: total due, else what was sent. */
struct money order_worth(const struct order *o);
/*
 * Cancels stored orders that were not sent on yet; a sheet of their ids. Others
 * stay as they are.
 */
MUST_CHECK bool cancel_orders(const struct sheet *ids, struct db *db,
			      struct err *e);
/*
 * Keeps payloads whose bytes are new, as the next revision, but for what is
 * unchanged; revision[i] (may be NULL) is the newest one of write[i].
 */
MUST_CHECK bool payload_keep(const struct writing *w, unsigned *revision,
			     struct err *e);
/* One event of an order for the sheet of SQL_ORDER_EVENT_INSERT. */
void event_add(struct sheet *sheet, const struct writing *w, int64_t order_id,
	       const char *step, const char *outcome, const char *code,
	       const char *message);

#endif
