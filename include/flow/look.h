#ifndef OB_FLOW_LOOK_H
#define OB_FLOW_LOOK_H

/*
 * The dry run of an operation (UX 2.4, 2.6): what it would do with each order,
 * as its result. Nothing is written anywhere else.
 */

#include "flow/run.h"

/* Walks over orders by run_open and a plan; run->told is taken. */
typedef bool look_walk(struct run *run, struct task *task, struct err *e);

MUST_CHECK bool look_run(struct app *app, struct task *task, enum run_kind kind,
			 look_walk *walk, struct err *e);

#endif
