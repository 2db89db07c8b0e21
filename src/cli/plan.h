#ifndef OB_CLI_PLAN_H
#define OB_CLI_PLAN_H

/* What a dry run prints, order by order, and its sums. */

#include "cli/print.h"
#include "flow/run.h"

extern const struct column plan_columns[];

/* A run's told function; context: the struct print. */
void plan_print(void *context, const struct order *o, const char *outcome,
		const struct fault *why, enum code code);
/* "woo-us would: ... Nothing was written." */
void plan_say(const struct call *call, const struct run *run);

#endif
