#ifndef OB_FLOW_REPLAY_H
#define OB_FLOW_REPLAY_H

/*
 * A stored payload through today's pure steps (normalise, kits, credit), held
 * against the rows as they stand (FEATURES Z-5). Nothing is written, no one
 * asked.
 */

#include "app/app.h"

struct difference {
	const char *field; /* "lines[2].amount" */
	const char *stored, *now;
};

/*
 * revision 0 = the newest. Calls each for every difference; *count of them.
 * ERR_MISSING: no such order or payload.
 */
MUST_CHECK bool replay_order(struct app *app, int64_t id, unsigned revision,
			     void (*each)(void *context,
					  const struct difference *d),
			     void *context, unsigned *count, struct err *e);

#endif
