#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "base/text.h"
#include "local.h"

enum { HEADER_MAX = 1024 };

static bool
denied(struct err *e, enum code code, const char *text)
{
	err_set(e, ERR_DENIED, "%s", text);
	return err_as(e, code);
}

/* The value of a cookie; "" when it is not there, or too long to be ours. */
static void
read_cookie(const struct request *r, const char *name, char *out, size_t room)
{
	const char *at = request_header(r, "Cookie");
	const size_t length = strlen(name);

	out[0] = '\0';
	while (at != NULL && *at != '\0') {
		const size_t whole = strcspn(at, ";");

		if (whole > length && strncmp(at, name, length) == 0 &&
		    at[length] == '=' && whole - length <= room) {
			memcpy(out, at + length + 1, whole - length - 1);
			out[whole - length - 1] = '\0';
			return;
		}
		at += whole + (at[whole] == ';');
		at += strspn(at, " ");
	}
}

static bool
by_session(struct request *r, const char *text, struct err *e)
{
	const struct session_limits limits = {r->app->config.auth.idle_min,
					      r->app->config.auth.absolute_h};
	/* A page that only looks does not keep its person logged in. */
	const bool is_use = request_header(r, "X-OB-Poll") == NULL;

	if (!session_check(r->app->db, text, &limits, r->now, is_use,
			   &r->caller, e))
		return false;
	if (r->caller.user_id != 0)
		session_nonce(r->app->web_key, text, r->nonce);
	return true;
}

/* "Basic bmFtZTpwYXNzd29yZA==": a login and an application password. */
static bool
by_password(struct request *r, const char *encoded, struct err *e)
{
	AUTO(strbuf) plain = STRBUF(HEADER_MAX);
	struct err ignored = {0};
	char *colon;
	bool fine;

	if (!base64_read(encoded, strlen(encoded), &plain, &ignored) ||
	    plain.text == NULL || (colon = strchr(plain.text, ':')) == NULL)
		return denied(e, OB_NOT_LOGGED_IN,
			      "the Authorization header cannot be read");
	*colon = '\0';
	fine = token_check(r->app->db, colon + 1, plain.text, r->ip, r->now,
			   &r->caller, e);
	secret_wipe(&plain);
	return fine;
}

/*
 * Whoever sends a login that is none is told so, even where none is needed: an
 * expired token must not look like an empty shop.
 */
bool
request_identify(struct request *r, struct err *e)
{
	const char *header = request_header(r, "Authorization");
	char session[SESSION_TEXT_MAX];

	/* What needs no database needs nobody either: our keys are in there. */
	if (r->app->db == NULL || (r->route->traits & ROUTE_NO_DATABASE) != 0)
		return true;
	read_cookie(r, "__Host-ob_session", session, sizeof(session));
	if (header != NULL && text_starts_nocase(header, "Bearer ")) {
		if (!token_check(r->app->db, header + 7, NULL, r->ip, r->now,
				 &r->caller, e))
			return false;
	} else if (header != NULL && text_starts_nocase(header, "Basic ")) {
		if (!by_password(r, header + 6, e))
			return false;
	} else if (session[0] != '\0') {
		/* One that has ended is simply none. */
		return by_session(r, session, e);
	} else {
		return true;
	}
	return r->caller.user_id != 0 ||
	       denied(e, OB_NOT_LOGGED_IN,
		      "this token is not known, has expired, or was revoked");
}

static bool
is_change(const struct request *r)
{
	return strcmp(r->method, "GET") != 0 &&
	       strcmp(r->method, "HEAD") != 0 &&
	       strcmp(r->method, "OPTIONS") != 0;
}

/* Sec-Fetch-Site where the browser sends it, else Origin. */
static bool
comes_from_us(const struct request *r)
{
	const char *site = request_header(r, "Sec-Fetch-Site");
	const char *origin = request_header(r, "Origin");

	if (site != NULL)
		return strcmp(site, "same-origin") == 0;
	return origin == NULL || strcmp(origin, r->origin) == 0;
}

bool
request_is_ours(struct request *r, struct err *e)
{
	const char *nonce = request_header(r, "X-OB-Nonce");
	const bool by_cookie = r->caller.session_id != 0;

	if (nonce == NULL)
		nonce = request_header(r, "X-WP-Nonce");
	/* A login has no nonce yet; another site must not log anybody in. */
	if (is_change(r) && r->caller.token_id == 0 && !comes_from_us(r))
		return denied(e, OB_BAD_NONCE,
			      "another site must not change anything here");
	if (!by_cookie || (nonce == NULL && !is_change(r)))
		return true;
	if (nonce != NULL && strlen(nonce) == strlen(r->nonce) &&
	    CRYPTO_memcmp(nonce, r->nonce, strlen(nonce)) == 0)
		return true;
	return denied(e, OB_BAD_NONCE, "the X-OB-Nonce is missing or wrong");
}
