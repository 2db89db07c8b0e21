#ifndef OB_FLOW_WEBHOOK_H
#define OB_FLOW_WEBHOOK_H

/*
 * What follows from what shops told (RELIABILITY 2.5): each order is fetched
 * once by its id, however often it was named, and takes the way of a
 * synchronisation. Nothing is stored that a synchronisation would not store.
 */

#include "flow/run.h"

/*
 * Stores what the spool kept while the database was away (F31). Deliveries with
 * a wrong signature, or of no site of ours, are counted in the log and dropped.
 */
MUST_CHECK bool webhook_replay(struct app *app, struct err *e);
/*
 * The spool, then an operation webhook for each site with deliveries that wait.
 * Inside Business Central's window they stay: no operation is made. Fits
 * worker.gather.
 */
MUST_CHECK bool webhook_gather(void *app, unsigned *made, struct err *e);
/* The work of such an operation: all that the site has told so far. */
MUST_CHECK bool webhook_run(void *app, struct task *task, struct err *e);

#endif
