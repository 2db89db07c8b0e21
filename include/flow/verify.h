#ifndef OB_FLOW_VERIFY_H
#define OB_FLOW_VERIFY_H

/*
 * `orderbridge verify`: the invariants of RELIABILITY 0 against the database
 * and, where asked, against the shops. Every fault test ends with it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "app/app.h"

struct invariant {
	const char *id;   /* "I3" */
	const char *what; /* what must hold, in words */
	unsigned breaches;
	char sample[160]; /* one that breaks it, "" */
};

#define INVARIANTS_MAX 16

struct verification {
	struct invariant invariant[INVARIANTS_MAX];
	size_t count;
};

/*
 * Checks all that the database alone can tell, and the log for secrets. True
 * when it could be checked: look at the breaches.
 */
MUST_CHECK bool verify_database(struct app *app, struct verification *out,
				struct err *e);
/*
 * I2: every order that an active shop shows as exported is known here. Reads
 * the shops, so it is refused inside the window.
 */
MUST_CHECK bool verify_upstream(struct app *app, struct verification *out,
				struct err *e);

#endif
