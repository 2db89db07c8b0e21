#ifndef OB_FLOW_ORDER_SYNC_H
#define OB_FLOW_ORDER_SYNC_H

/* The scheduled order synchronisation of one site: the seven steps of DESIGN 4.
 */

#include "flow/run.h"

/*
 * The work of an operation order_sync. Its scope may say "batch_size": so many
 * new orders a round, and "update_type": "last_day": what was modified within a
 * day, and the watermark stays.
 */
MUST_CHECK bool order_sync_run(void *app, struct task *task, struct err *e);
/*
 * That of sync_plan, its dry run: what the next round would do is the result.
 * With "reset_watermark" in its scope as if nothing had been read before.
 */
MUST_CHECK bool order_sync_look_run(void *app, struct task *task,
				    struct err *e);
/*
 * The same without a task: what would be stored, skipped, failed and why, told
 * through run->told; reads at most limit fresh orders (0 = the site's). anew:
 * as if nothing had been read before.
 */
MUST_CHECK bool order_sync_plan(struct run *run, unsigned limit, bool anew,
				struct err *e);

#endif
