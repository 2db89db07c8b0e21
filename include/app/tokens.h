#ifndef OB_APP_TOKENS_H
#define OB_APP_TOKENS_H

/*
 * Bearer tokens, shared by all processes: kept encrypted in rm_secret, renewed
 * under a lease, so that eight processes make one call (RELIABILITY F38).
 */

#include "app/app.h"
#include "net/oauth.h"

struct token_ask {
	const char *name; /* "token:1:bc": of the lease and the secret */
	struct oauth_ask oauth;
	const char *secret_name; /* "bc.client_secret" */
};

/*
 * A token good for five more minutes at least; renew: the last one was refused.
 * Appends it to out (wiped by the caller) and says until when it holds.
 */
MUST_CHECK bool token_get(struct app *app, struct http_client *http,
			  const struct token_ask *ask, bool renew,
			  struct strbuf *out, utc_ms *until, struct err *e);

#endif
