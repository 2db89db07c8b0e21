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

struct order_filter {
	int64_t site_id;    /* 0 = all */
	const char *view;   /* one of order_views; NULL = all stored */
	utc_ms since;       /* placed at or after; 0 = any */
	utc_ms before_date; /* order_date and id of the last row of the page */
	int64_t before_id;  /* before this one; 0 = first page */
	unsigned limit;     /* 1 to 1000 */
};

/*
 * One page, newest first: id, number, site_code, order_date,
 * customer, currency, total_due, line_count, outcome, state, mark_state,
 * bc_state, imported, verified, changed_upstream, nav_sales_order_number, code,
 * platform_order_id. ERR_INPUT names the views when there is no such one.
 */
MUST_CHECK bool order_list(struct db *db, const struct order_filter *filter,
			   struct rows *out, struct err *e);
/*
 * waiting, exported, stored, cancelled, fulfilled, delivered, unmarked,
 * mark_failed, held, changed and, of what is not stored, soft, hard, skipped,
 * gone; ended by NULL.
 */
extern const char *const order_views[];

#endif
