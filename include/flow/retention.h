#ifndef OB_FLOW_RETENTION_H
#define OB_FLOW_RETENTION_H

/* The daily clean-up (RELIABILITY 5.2, 5.3): log lines and old operations. */

#include "queue/worker.h"

/* The work of an operation retention. Deletes in thousands, oldest first. */
MUST_CHECK bool retention_run(void *app, struct task *task, struct err *e);

#endif
