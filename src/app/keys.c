#include <string.h>

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
