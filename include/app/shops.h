#ifndef OB_APP_SHOPS_H
#define OB_APP_SHOPS_H

/*
 * Opens what lies behind the seams: a site's shop (platform -> connector) and a
 * connection's Business Central, each behind its guard, with its secrets.
 */

#include <stdbool.h>

#include "app/app.h"
#include "base/strbuf.h"
#include "connector/businesscentral/bc.h"
#include "connector/shop.h"
#include "site/connection.h"

struct open_shop {
	struct shop *shop;
	struct http_client *guard;
	struct strbuf key, secret; /* wiped at the end */
};

/*
 * sync: part of a synchronisation, so nothing is sent inside the window; false
 * for a person's test. ERR_MISSING names a secret that is not set.
 */
MUST_CHECK bool open_shop_begin(struct open_shop *out, struct app *app,
				const struct site *site, bool sync,
				struct err *e);
/* For its pure calls alone: without secrets, and nothing can be sent. */
MUST_CHECK bool open_shop_pure(struct open_shop *out, const struct site *site,
			       struct err *e);
void open_shop_end(struct open_shop *open);

struct open_bc {
	struct bc client;
	int64_t connection_id;
	struct app *app;
	struct http_client *guard, *entra;
	struct bc_settings set;
	struct strbuf token; /* of the moment; wiped at the end */
	utc_ms token_until;
};

/*
 * connection_id 0: the only active connection of kind bc. ERR_MISSING with a
 * hint when there is none or its secret is not set.
 */
MUST_CHECK bool open_bc_begin(struct open_bc *out, struct app *app,
			      int64_t connection_id, bool sync, struct err *e);
void open_bc_end(struct open_bc *open);

#endif
