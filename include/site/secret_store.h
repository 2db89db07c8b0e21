#ifndef OB_SITE_SECRET_STORE_H
#define OB_SITE_SECRET_STORE_H

/*
 * Secrets in rm_secret, locked with the key file; the place that each is locked
 * to is "rm_secret:value:<name>". Only secret_store_get gives one back.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"

struct db;
struct rows;

#define SECRET_NAME_MAX 128 /* characters */
#define SECRET_TEXT_MAX 8192

/*
 * A name that a person may set: site.CODE.consumer_key, .consumer_secret,
 * .webhook_secret, .access_token, bc.client_secret, powerbi.client_secret,
 * fabric.client_secret, mail.password, slack.url. ERR_INPUT lists them.
 */
MUST_CHECK bool secret_name_check(const char *name, struct err *e);

struct secret_put {
	const char *name;
	const char *text;
	bool is_token;      /* renewed by the program: any name, no last4 */
	utc_ms expires_at;  /* 0 = not known */
	const char *set_by; /* NULL = the program */
};

/*
 * Sets or replaces one; of a site's webhook_secret the one before stays as
 * webhook_secret_previous. ERR_MISSING when the site of its name does not
 * exist.
 */
MUST_CHECK bool secret_store_set(struct db *db, const struct secret_box *box,
				 const struct secret_put *put, utc_ms now,
				 struct err *e);
/*
 * Sets one of the program's own (a key that it made) that nobody has set: where
 * another process was first, its value stays.
 */
MUST_CHECK bool secret_store_make(struct db *db, const struct secret_box *box,
				  const char *name, const char *text,
				  utc_ms now, struct err *e);
/*
 * Appends the plain text to out, which its caller wipes (secret_wipe);
 * expires_at may be NULL. ERR_MISSING says how to set it.
 */
MUST_CHECK bool secret_store_get(struct db *db, const struct secret_box *box,
				 const char *name, struct strbuf *out,
				 utc_ms *expires_at, struct err *e);
/* ERR_MISSING. */
MUST_CHECK bool secret_store_delete(struct db *db, const char *name,
				    struct err *e);
/*
 * What goes to a place that is another one from now on (RELIABILITY 6.4): all
 * secrets of a site, also that of its webhooks, which a repair hands to the
 * shop; Business Central's client secret, with every cached token. Count is of
 * secrets that were there, without tokens. Called in the transaction that
 * changes the address.
 */
MUST_CHECK bool secret_store_forget_site(struct db *db, const char *code,
					 unsigned *count, struct err *e);
MUST_CHECK bool secret_store_forget_bc(struct db *db, unsigned *count,
				       struct err *e);
/* Drops cached tokens only; counts them. */
MUST_CHECK bool secret_store_flush_tokens(struct db *db, unsigned *removed,
					  struct err *e);
/* name, kind, last4, expires_at, set_at, set_by: never the value. */
MUST_CHECK bool secret_store_list(struct db *db, struct rows *out,
				  struct err *e);
/* Locks all that older keys locked with the newest; counts them. */
MUST_CHECK bool secret_store_rotate(struct db *db, const struct secret_box *box,
				    unsigned *count, struct err *e);

#endif
