#ifndef OB_FLOW_KIT_CHECK_H
#define OB_FLOW_KIT_CHECK_H

/*
 * A kit as orders meet it: whether it can be expanded, and what the verdict of
 * R-30 is on each item that it comes to today, Business Central asked anew. The
 * work of an operation kit_check, whose scope names the kit's key form; all of
 * it is its result.
 */

#include "queue/worker.h"

MUST_CHECK bool kit_check_run(void *app, struct task *task, struct err *e);

#endif
