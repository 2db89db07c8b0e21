#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "account/audit.h"
#include "app/app.h"
#include "site/secret_store.h"

enum { KEY = 32 };

static bool
read_key(struct app *app, const char *name, unsigned char out[KEY],
	 struct err *e)
{
	AUTO(strbuf) text = STRBUF(256);
	AUTO(strbuf) bytes = STRBUF(64);
	bool fine;

	if (!secret_store_get(app->db, &app->secrets, name, &text, NULL, e))
		return false;
	fine = base64_read(text.text, text.len, &bytes, e) &&
	       (bytes.len == KEY ||
		err_set(e, ERR_PERMANENT, "%s has %zu bytes", name, bytes.len));
	if (fine)
		memcpy(out, bytes.text, KEY);
	secret_wipe(&text);
	secret_wipe(&bytes);
	return fine;
}

/* Of two processes that make it at once the first one's stays. */
static bool
make_key(struct app *app, const char *name, struct err *e)
{
	AUTO(strbuf) text = STRBUF(256);
	unsigned char bytes[KEY];
	bool fine;

	random_bytes(bytes, sizeof(bytes));
	base64_add(&text, bytes, sizeof(bytes));
	fine = secret_store_make(app->db, &app->secrets, name,
				 strbuf_text(&text), app_now(app), e);
	secret_wipe(&text);
	return fine;
}

static bool
take_key(struct app *app, const char *name, unsigned char out[KEY],
	 struct err *e)
{
	struct err missing = {0};

	if (read_key(app, name, out, &missing))
		return true;
	if (missing.class != ERR_MISSING) {
		*e = missing;
		return false;
	}
	return make_key(app, name, e) && read_key(app, name, out, e);
}

bool
app_keys(struct app *app, struct err *e)
{
	if (app->has_keys)
		return true;
	if (!app_db(app, e) || !app_secrets(app, e) ||
	    !take_key(app, "web.key", app->web_key, e) ||
	    !take_key(app, "audit.key", app->audit_key, e))
		return err_in(e, "keys of this installation");
	app->has_keys = true;
	return true;
}

/* "api" is what answers requests, "cli" whatever else runs here. */
static void
chain_of(const char *process, char out[100])
{
	char host[64] = "?";

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(out, 100, "%s:%s", process, host);
}

bool
app_audit(struct app *app, const struct audit_entry *entry, struct err *e)
{
	char chain[100];

	chain_of(entry->ip[0] == '\0' ? "cli" : "api", chain);
	return app_keys(app, e) && audit_write(app->db, app->audit_key, chain,
					       entry, app_now(app), e);
}

bool
app_audit_daily(struct app *app, struct err *e)
{
	const utc_ms now = app_now(app);
	const utc_ms before =
		now - (utc_ms)app->config.retention.audit_days * DAY;
	char chain[100], seal[AUDIT_SEAL_MAX];
	uint64_t removed;

	chain_of("cli", chain);
	if (!app_keys(app, e) ||
	    !audit_purge(app->db, app->audit_key, chain, before, now, &removed,
			 e) ||
	    !audit_anchor(app->db, app->audit_key, chain, now, seal, e))
		return false;
	log_line(&app->log, LOG_INFO, LOG_TEXT("audit", "anchor"),
		 LOG_TEXT("seal", seal), LOG_INT("removed", (int64_t)removed));
	return true;
}
