#include "site/secret_store.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "db/db.h"
#include "site/site.h"

/* What follows "site.CODE." in the name of a site's secret. */
static const char *const of_sites[] = {
	"consumer_key", "consumer_secret", "webhook_secret",
	"webhook_secret_previous", "access_token"};
static const char *const others[] = {
	"bc.client_secret", "powerbi.client_secret", "fabric.client_secret",
	"mail.password", "slack.url"};

/* Splits "site.CODE.consumer_key"; false when it is no secret of a site. */
static bool
split_site_name(const char *name, char code[41])
{
	const char *end = strrchr(name, '.');

	if (strncmp(name, "site.", 5) != 0 || end == NULL || end <= name + 5 ||
	    (size_t)(end - name - 5) > 40)
		return false;
	(void)snprintf(code, 41, "%.*s", (int)(end - name - 5), name + 5);
	for (size_t i = 0; i < COUNT_OF(of_sites); i++)
		if (strcmp(end + 1, of_sites[i]) == 0)
			return true;
	return false;
}

bool
secret_name_check(const char *name, struct err *e)
{
	char code[41];

	for (size_t i = 0; i < COUNT_OF(others); i++)
		if (strcmp(name, others[i]) == 0)
			return true;
	if (split_site_name(name, code))
		return true;
	(void)err_set(e, ERR_INPUT, "no secret is called \"%.60s\"", name);
	return err_hint(e, "site.CODE.consumer_key, site.CODE.consumer_secret, "
			   "site.CODE.webhook_secret, bc.client_secret, "
			   "mail.password, slack.url");
}

static void
place_of(const char *name, struct strbuf *out)
{
	strbuf_addf(out, "rm_secret:value:%s", name);
}

/* The key that locks now: its id stands in the row, for rotation. */
static uint32_t
key_id(const struct secret_box *box)
{
	return box->keys ? box->key[box->keys - 1].id : 0;
}

static bool
site_of_name_exists(struct db *db, const char *name, struct err *e)
{
	AUTO(site) site = {0};
	char code[41];

	return !split_site_name(name, code) || site_find(db, code, &site, e);
}

/* The row alone. */
static bool
set(struct db *db, const struct secret_box *box, const struct secret_put *put,
    utc_ms now, struct err *e)
{
	AUTO(strbuf) place = STRBUF(1024);
	AUTO(strbuf) locked = STRBUF(16384);
	size_t length = strlen(put->text);
	const char *last4 = length >= 12 ? put->text + length - 4 : NULL;

	place_of(put->name, &place);
	return secret_lock(box, place.text, put->text, &locked, e) &&
	       (db_run(db, SQL_SECRET_SET,
		       BINDS(bind_text(put->name),
			     bind_text(put->is_token ? "token" : "secret"),
			     bind_int(key_id(box)),
			     bind_bytes(locked.text, locked.len),
			     bind_text(put->is_token ? NULL : last4),
			     bind_time(put->expires_at), bind_time(now),
			     bind_text(put->set_by)),
		       e) ||
		err_in(e, "set secret %s", put->name));
}

/*
 * A shop signs by its old secret until it is given the new one, and what it has
 * sent already stays signed by it: both count for a while.
 */
static bool
keep_previous(struct db *db, const struct secret_box *box,
	      const struct secret_put *put, utc_ms now, struct err *e)
{
	static const char ending[] = ".webhook_secret";
	const size_t length = strlen(put->name), end = sizeof(ending) - 1;
	AUTO(strbuf) old = STRBUF(SECRET_TEXT_MAX);
	char name[SECRET_NAME_MAX + 16];
	struct secret_put previous = {.name = name, .set_by = put->set_by};
	struct err why = {0};
	bool fine = true;

	if (length < end || length > SECRET_NAME_MAX ||
	    strcmp(put->name + length - end, ending) != 0)
		return true;
	(void)snprintf(name, sizeof(name), "%s_previous", put->name);
	if (secret_store_get(db, box, put->name, &old, NULL, &why)) {
		previous.text = old.text;
		fine = strcmp(old.text, put->text) == 0 ||
		       set(db, box, &previous, now, e);
	} else if (why.class != ERR_MISSING) {
		*e = why;
		fine = false;
	}
	secret_wipe(&old);
	return fine;
}

bool
secret_store_set(struct db *db, const struct secret_box *box,
		 const struct secret_put *put, utc_ms now, struct err *e)
{
	if (!put->is_token && (!secret_name_check(put->name, e) ||
			       !site_of_name_exists(db, put->name, e)))
		return false;
	if (put->text[0] == '\0' || strlen(put->text) > SECRET_TEXT_MAX)
		return err_set(e, ERR_INPUT, "secret %s: 1 to %d bytes",
			       put->name, SECRET_TEXT_MAX);
	return (put->is_token || keep_previous(db, box, put, now, e)) &&
	       set(db, box, put, now, e);
}

bool
secret_store_make(struct db *db, const struct secret_box *box, const char *name,
		  const char *text, utc_ms now, struct err *e)
{
	AUTO(strbuf) place = STRBUF(1024);
	AUTO(strbuf) locked = STRBUF(16384);

	place_of(name, &place);
	return secret_lock(box, place.text, text, &locked, e) &&
	       (db_run(db, SQL_SECRET_MAKE,
		       BINDS(bind_text(name), bind_int(key_id(box)),
			     bind_bytes(locked.text, locked.len),
			     bind_time(now)),
		       e) ||
		err_in(e, "make secret %s", name));
}

bool
secret_store_get(struct db *db, const struct secret_box *box, const char *name,
		 struct strbuf *out, utc_ms *expires_at, struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(strbuf) place = STRBUF(1024);

	if (!db_open(db, &rows, SQL_SECRET_GET, BINDS(bind_text(name)), e))
		return err_in(e, "read secret %s", name);
	if (!rows_next(&rows)) {
		if (!rows_check(&rows, e))
			return false;
		(void)err_set(e, ERR_MISSING, "secret %s is not set", name);
		return err_hint(e,
				"orderbridge secret set %s; a new address "
				"needs its secrets anew",
				name);
	}
	if (expires_at)
		*expires_at = rows_time(&rows, "expires_at");
	place_of(name, &place);
	return (secret_unlock(box, place.text,
			      rows_borrow(&rows, "value", NULL), out, e) ||
		err_in(e, "secret %s", name)) &&
	       rows_check(&rows, e);
}

bool
secret_store_delete(struct db *db, const char *name, struct err *e)
{
	if (!db_run(db, SQL_SECRET_DELETE, BINDS(bind_text(name)), e))
		return err_in(e, "delete secret %s", name);
	return db_changed(db) > 0 ||
	       err_set(e, ERR_MISSING, "secret %s is not set", name);
}

static bool
forget(struct db *db, const char *name, unsigned *count, struct err *e)
{
	if (!db_run(db, SQL_SECRET_DELETE, BINDS(bind_text(name)), e))
		return err_in(e, "delete secret %s", name);
	*count += (unsigned)db_changed(db);
	return true;
}

bool
secret_store_forget_site(struct db *db, const char *code, unsigned *count,
			 struct err *e)
{
	*count = 0;
	for (size_t i = 0; i < COUNT_OF(of_sites); i++) {
		char name[SECRET_NAME_MAX + 1];

		(void)snprintf(name, sizeof(name), "site.%s.%s", code,
			       of_sites[i]);
		if (!forget(db, name, count, e))
			return false;
	}
	return true;
}

bool
secret_store_forget_bc(struct db *db, unsigned *count, struct err *e)
{
	unsigned tokens;

	*count = 0;
	return forget(db, "bc.client_secret", count, e) &&
	       secret_store_flush_tokens(db, &tokens, e);
}

bool
secret_store_flush_tokens(struct db *db, unsigned *removed, struct err *e)
{
	if (!db_run(db, SQL_SECRET_FLUSH_TOKENS, NO_BINDS, e))
		return false;
	*removed = (unsigned)db_changed(db);
	return true;
}

bool
secret_store_list(struct db *db, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_SECRET_LIST, NO_BINDS, e);
}

/* One row; a change by somebody else meanwhile has the newest key already. */
static bool
relock(struct db *db, const struct secret_box *box, const char *name,
       const char *value, int64_t version, struct err *e)
{
	AUTO(strbuf) place = STRBUF(1024);
	AUTO(strbuf) text = STRBUF(SECRET_TEXT_MAX);
	AUTO(strbuf) locked = STRBUF(16384);
	bool fine;

	place_of(name, &place);
	fine = secret_unlock(box, place.text, value, &text, e) &&
	       secret_lock(box, place.text, text.text, &locked, e) &&
	       db_run(db, SQL_SECRET_RELOCK,
		      BINDS(bind_bytes(locked.text, locked.len),
			    bind_int(key_id(box)), bind_text(name),
			    bind_int(version)),
		      e);
	secret_wipe(&text);
	return fine || err_in(e, "secret %s", name);
}

bool
secret_store_rotate(struct db *db, const struct secret_box *box,
		    unsigned *count, struct err *e)
{
	size_t found;

	*count = 0;
	do {
		AUTO(rows) rows = ROWS;

		if (!db_open(db, &rows, SQL_SECRET_OLDER,
			     BINDS(bind_int(key_id(box))), e))
			return false;
		found = rows.count;
		while (rows_next(&rows)) {
			char name[4 * SECRET_NAME_MAX + 1];

			rows_text(&rows, "name", name, sizeof(name));
			if (!relock(db, box, name,
				    rows_borrow(&rows, "value", NULL),
				    rows_int(&rows, "version"), e))
				return false;
			(*count)++;
		}
		if (!rows_check(&rows, e))
			return false;
	} while (found > 0);
	return true;
}
