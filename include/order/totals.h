#ifndef OB_ORDER_TOTALS_H
#define OB_ORDER_TOTALS_H

/* The money rules over a whole order: proof, credit, hash. All pure. */

#include "order/order.h"

/*
 * FEATURES: S = sum of non-memo lines, C = credits; P must be S
 * or S - C. A small residual becomes one rounding line, more is
 * OB_TOTAL_MISMATCH. Fills total_before_credit, credit_total, total_due,
 * tax_total, proof_*. infer_gift_card: an unexplained P < S is a gift card.
 */
MUST_CHECK bool order_prove(struct order *o, bool infer_gift_card,
			    struct err *e);
/*
 * FEATURES R-25: spreads credit_total over the non-memo lines with positive
 * amount, by largest remainder in the currency's digits. Fills line.credit.
 */
MUST_CHECK bool credit_apply(struct order *o, bool distribute, struct err *e);
/*
 * FEATURES R-1: SHA-256 over the normalised form without modified, our mark,
 * our staff note and the status. Call before kits are expanded.
 */
void order_hash(struct order *o);

#endif
