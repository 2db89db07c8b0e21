#ifndef OB_FLOW_MARK_H
#define OB_FLOW_MARK_H

/*
 * Step 7: tells the shop which orders are stored. Only what is read back from
 * the database is marked, so no mark goes out before its COMMIT (I5). Marking
 * twice does no harm (RELIABILITY F20 to F22).
 */

#include "flow/run.h"

/*
 * Marks every stored order of the site that the shop was not told of, batch by
 * batch. False for credentials and the database only; *later says why some
 * could not be marked yet (ERR_NONE: all were), which fails nothing (D-22).
 */
MUST_CHECK bool mark_orders(struct run *run, struct err *later, struct err *e);
/* Makes the one retry job of the site, when there is something to do later. */
MUST_CHECK bool mark_defer(struct run *run, const struct err *later,
			   struct err *e);
/* The work of that retry job. */
MUST_CHECK bool mark_run(void *app, struct task *task, struct err *e);

#endif
