#ifndef OB_FLOW_ONE_ORDER_H
#define OB_FLOW_ONE_ORDER_H

/*
 * One order that a person asks about: what would be done with it, what its
 * stored payload comes to today, and the order fetched anew. As operations of
 * the site, their scope names the order: {"order_id":"12"}.
 */

#include "flow/run.h"

/*
 * Fetches the order and takes it through every step as a retry does, a test
 * order too. Of a run without a task it is a plan: nothing is written anywhere,
 * and run->told says what would be. ERR_MISSING: no such order.
 */
MUST_CHECK bool one_order_take(struct run *run, int64_t id, struct err *e);

/* The work of an operation order_plan: the plan is its result. */
MUST_CHECK bool order_plan_run(void *app, struct task *task, struct err *e);
/* Of order_replay: what differs is its result; "revision" in the scope. */
MUST_CHECK bool order_replay_run(void *app, struct task *task, struct err *e);
/* Of order_refetch: the order is stored and marked as it is now. */
MUST_CHECK bool order_refetch_run(void *app, struct task *task, struct err *e);
/* Of order_mark: the order's mark, and others that wait at its site. */
MUST_CHECK bool order_mark_run(void *app, struct task *task, struct err *e);

#endif
