#ifndef OB_FLOW_IMPORT_LOOK_H
#define OB_FLOW_IMPORT_LOOK_H

/*
 * The preview of an import (UX 2.6): what it would do with each order, as the
 * result of its operation. Nothing is written anywhere else.
 */

#include "queue/worker.h"

MUST_CHECK bool import_look_run(void *app, struct task *task, struct err *e);

#endif
