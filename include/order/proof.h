#ifndef OB_ORDER_PROOF_H
#define OB_ORDER_PROOF_H

/* An order's money as people check it. All pure. */

#include "order/order.h"

/*
 * The parts of a total: subtotal + shipping + tax + fees - credit = total.
 * Discounts lie in the subtotal already, fees hold what was rounded.
 */
struct order_sums {
	struct money subtotal, shipping, tax, fees, discount, credit, total;
};

/* Of an order that order_prove has seen. ERR_INPUT: too large to add up. */
MUST_CHECK bool order_sums(const struct order *o, struct order_sums *out,
			   struct err *e);
/* What the first has more than the second, part by part. */
MUST_CHECK bool order_sums_less(const struct order_sums *more,
				const struct order_sums *less,
				struct order_sums *out, struct err *e);

/* How the store credit of a stored order lies on its lines. */
struct credit_proof {
	struct money base; /* sum of the lines that it goes over */
	bool is_spread;    /* else it stands in lines of its own */
	/* The lines hold just what the rule gives each; or those lines do. */
	bool sum_ok;
};

/* False only when memory is out, or amounts are too large to add up. */
MUST_CHECK bool credit_prove(const struct order *o, struct credit_proof *out,
			     struct err *e);

#endif
