#ifndef OB_APP_RETRY_H
#define OB_APP_RETRY_H

/* Orders that failed or wait, asked to be tried again; flow/retry.h does it. */

#include <stdbool.h>

#include "app/app.h"

/*
 * After items have come or changed: orders that wait for these SKUs become due,
 * failed ones that name them get an operation retry. keys: JSON array of keys.
 * source, by: who changed them (operation_ask). woke, or NULL: whether any did.
 */
MUST_CHECK bool retry_wake_skus(struct app *app, const char *keys,
				const char *source, const char *by, bool *woke,
				struct err *e);
/*
 * After kits have changed: every order that failed by a kit, whichever, gets an
 * operation retry (Z-8). Which kit a mended one leads to is not known before
 * the order is expanded again.
 */
MUST_CHECK bool retry_wake_kits(struct app *app, const char *source,
				const char *by, bool *woke, struct err *e);
/*
 * A person's "try again" for failed and waiting orders: ids is a JSON array of
 * order ids. *operation is the new operation, 0 when there was nothing to do.
 */
MUST_CHECK bool retry_ask(struct app *app, const char *ids, const char *source,
			  const char *by, int64_t *operation, struct err *e);

#endif
