#ifndef OB_ORDER_READ_H
#define OB_ORDER_READ_H

/* Orders as people look at them: one with all that belongs to it, and lists. */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "db/db.h"
#include "order/order.h"

/* The id of an order number (BGM-12345) or of an id in digits. ERR_MISSING. */
MUST_CHECK bool order_find(struct db *db, const char *word, int64_t *id,
			   struct err *e);

/*
 * One row: what rm_order holds for people, and site_code, site_name, outcome,
 * seen_code, first_at, last_at of rm_order_seen. An order that was never stored
 * has NULL in rm_order's columns but id, site_id, platform_order_id, number,
 * order_date, currency, total_due. ERR_MISSING.
 */
MUST_CHECK bool order_read(struct db *db, int64_t id, struct rows *out,
			   struct err *e);
/* All columns of rm_lineitems, by line_no. */
MUST_CHECK bool order_read_lines(struct db *db, int64_t id, struct rows *out,
				 struct err *e);
/*
 * The money of a stored order: number, currency, totals, and of each line its
 * number, type and amounts; the rest stays empty. The caller ends it.
 */
MUST_CHECK bool order_read_money(struct db *db, int64_t id, struct order *out,
				 struct err *e);
/* bill, then ship: all columns of rm_address. */
MUST_CHECK bool order_read_addresses(struct db *db, int64_t id,
				     struct rows *out, struct err *e);
/* The timeline, oldest first, the last 1000: all columns of rm_order_event. */
MUST_CHECK bool order_read_events(struct db *db, int64_t id, struct rows *out,
				  struct err *e);
/* Revisions of the payload: revision, bytes, fetched_at, newest first. */
MUST_CHECK bool order_read_payloads(struct db *db, int64_t id, struct rows *out,
				    struct err *e);

#endif
