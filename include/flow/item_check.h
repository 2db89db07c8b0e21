#ifndef OB_FLOW_ITEM_CHECK_H
#define OB_FLOW_ITEM_CHECK_H

/*
 * Business Central asked about one SKU, and the verdict of R-30 on it. The work
 * of an operation item_check, whose scope names the SKU's key form; the answer
 * is its result and is kept for orders as any other.
 */

#include "queue/worker.h"

MUST_CHECK bool item_check_run(void *app, struct task *task, struct err *e);

#endif
