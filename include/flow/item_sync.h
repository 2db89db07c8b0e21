#ifndef OB_FLOW_ITEM_SYNC_H
#define OB_FLOW_ITEM_SYNC_H

/* Business Central's items into rm_items, changed ones only unless it is full.
 */

#include "queue/worker.h"

/* The work of an operation item_sync. */
MUST_CHECK bool item_sync_run(void *app, struct task *task, struct err *e);
/*
 * That of item_plan, its dry run: how many it would add and change is the
 * result. With "reset_watermark" in its scope of every item.
 */
MUST_CHECK bool item_sync_look_run(void *app, struct task *task, struct err *e);

#endif
