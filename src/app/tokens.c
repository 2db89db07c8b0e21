#include "app/tokens.h"

#include <string.h>

#include "base/fault.h"
#include "site/secret_store.h"

/* Renewed this long before its end (UPSTREAM-APIS 1). */
static const utc_ms early = (utc_ms)5 * MINUTE;
/* How long another process may take to renew it before we give up. */
static const int64_t patience_ms = (int64_t)30 * SECOND;

/* What one asking needs. */
struct renewal {
	struct app *app;
	struct http_client *http;
	const struct token_ask *ask;
	const char *refused; /* the token that was answered by 401, or NULL */
	struct strbuf *out;
	utc_ms *until;
};

/* The kept token; *found only when it is still good and was not refused. */
static bool
load(struct renewal *r, bool *found, struct err *e)
{
	struct err miss = {0};

	*found = false;
	secret_wipe(r->out);
	if (!secret_store_get(r->app->db, &r->app->secrets, r->ask->name,
			      r->out, r->until, &miss)) {
		if (miss.class == ERR_MISSING ||
		    miss.code == OB_SECRET_UNDECRYPTABLE)
			return true; /* a new one is asked for */
		*e = miss;
		return false;
	}
	*found = *r->until - early > app_now(r->app) &&
		 (r->refused == NULL || strcmp(r->refused, r->out->text) != 0);
	return true;
}

static bool
fetch(struct renewal *r, struct err *e)
{
	AUTO(strbuf) secret = STRBUF(SECRET_TEXT_MAX);
	AUTO(oauth_token) token = {0};
	struct app *app = r->app;
	struct oauth_ask ask = r->ask->oauth;
	struct secret_put put = {.name = r->ask->name, .is_token = true};
	bool fine;

	if (!secret_store_get(app->db, &app->secrets, r->ask->secret_name,
			      &secret, NULL, e))
		return false;
	log_hide(&app->log, secret.text);
	ask.client_secret = secret.text;
	fine = oauth_fetch(r->http, &ask, &token, e);
	secret_wipe(&secret);
	if (!fine)
		return false;
	log_hide(&app->log, token.token.text);
	secret_wipe(r->out);
	strbuf_add(r->out, token.token.text);
	*r->until = app_now(app) + token.expires_in_s * SECOND;
	put.text = token.token.text;
	put.expires_at = *r->until;
	return strbuf_check(r->out, e) &&
	       secret_store_set(app->db, &app->secrets, &put, app_now(app), e);
}

/* Under the lease, so that one process asks; the others take what it kept. */
static bool
renew_once(struct renewal *r, struct err *e)
{
	struct lease lease = {0};
	int64_t until = clock_boot_ms() + patience_ms;
	bool taken = false, found = false, fine = true;

	if (!OB_GUARD("token.lease"))
		return fetch(r, e);
	do {
		fine = lease_take(&lease, r->app->db, r->ask->name,
				  r->app->owner, &taken, e) &&
		       load(r, &found, e);
		if (fine && !taken && !found)
			clock_sleep_ms(200);
	} while (fine && !taken && !found && clock_boot_ms() < until);
	if (fine && taken && !found)
		fine = fetch(r, e);
	else if (fine && !found)
		fine = err_set(e, ERR_TEMPORARY,
			       "another process is still renewing %s",
			       r->ask->name);
	if (taken)
		lease_release(&lease);
	return fine;
}

bool
token_get(struct app *app, struct http_client *http,
	  const struct token_ask *ask, bool renew, struct strbuf *out,
	  utc_ms *until, struct err *e)
{
	AUTO(strbuf) refused = STRBUF(SECRET_TEXT_MAX);
	struct renewal r = {.app = app,
			    .http = http,
			    .ask = ask,
			    .out = out,
			    .until = until};
	bool found = false, fine;

	if (renew && out->text) {
		strbuf_add(&refused, out->text);
		r.refused = refused.text;
	}
	fine = load(&r, &found, e) && (found || renew_once(&r, e));
	secret_wipe(&refused);
	return fine || err_in(e, "token for %s", ask->oauth.scope);
}
