#ifndef OB_ORDER_TOTALS_H
#define OB_ORDER_TOTALS_H

/* The money rules over a whole order: proof, credit, hash. All pure. */

#include "order/order.h"

/* S of R-16: the sum of the lines that are not memo; cut off at the limits. */
struct money order_sum(const struct order *o);
/*
 * FEATURES, 8.12: S = sum of non-memo lines, C = credits; P
 * must be S or S - C. Decides on smart coupons; a small residual becomes one
 * rounding line, more is OB_TOTAL_MISMATCH in o->faults, more credit than S is
 * OB_CREDIT_EXCEEDS. Fills total_before_credit, credit_total, total_due,
 * tax_total, proof_*. infer_gift_card: an unexplained P < S is a gift card. A
 * second call changes nothing. False only when memory is out (ERR_TEMPORARY).
 */
MUST_CHECK bool order_prove(struct order *o, bool infer_gift_card,
			    struct err *e);
/*
 * FEATURES R-25: sorts and numbers the lines, then spreads credit_total over
 * the non-memo lines with positive amount, by largest remainder in the
 * currency's digits, ties to the lowest number. Fills line.credit, which is 0
 * or less; all 0 unless distribute. More credit than these lines hold is
 * OB_CREDIT_EXCEEDS in o->faults. False only when memory is out
 * (ERR_TEMPORARY).
 */
MUST_CHECK bool credit_apply(struct order *o, bool distribute, struct err *e);
/*
 * FEATURES R-1: SHA-256 over the normalised form without modified, our mark,
 * our staff note and the status; hash.c says how it is written down. What
 * order_prove adds and decides does not change it. Call before kits are
 * expanded.
 */
void order_hash(struct order *o);

#endif
