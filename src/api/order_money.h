#ifndef OB_API_ORDER_MONEY_H
#define OB_API_ORDER_MONEY_H

#include "api/request.h"

/* Members of an order's page: platform_url, credit, totals. */
extern const struct shape shape_order_credit, shape_order_totals;

/*
 * Appends them, each behind a comma, of the order in the path. What the shop
 * says is read from its last payload; the network is not asked.
 */
MUST_CHECK bool order_add_money(struct request *r, int64_t site_id,
				const char *platform_id, bool is_stored,
				struct err *e);

#endif
