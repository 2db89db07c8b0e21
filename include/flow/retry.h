#ifndef OB_FLOW_RETRY_H
#define OB_FLOW_RETRY_H

/*
 * Orders that wait (FEATURES D-2): each has a job of kind order_retry. One that
 * waits for its SKU is tried at each cron run, not more often than every five
 * minutes, for 14 days; the others follow 1 min, 5 min, 30 min, 3 h.
 */

#include "flow/batch.h"
#include "flow/mark.h"

/* Makes or renews the retry row of an order that waits. In the transaction. */
MUST_CHECK bool retry_keep(struct db *db, const struct run *run,
			   struct batch_order *b, struct err *e);
/* Makes a failure of a wait that is over: the order needs a person then. */
void retry_give_up(const struct run *run, struct batch_order *b);
/* Ends the retry row of an order that is decided. In the transaction. */
MUST_CHECK bool retry_settle(struct db *db, const struct run *run,
			     const struct batch_order *b, struct err *e);
/* The work of such a job; takes the other due ones of the site along. */
MUST_CHECK bool order_retry_run(void *app, struct task *task, struct err *e);
/* The work of an operation retry: failed orders by id or SKU, site by site. */
MUST_CHECK bool retry_run(void *app, struct task *task, struct err *e);

#endif
