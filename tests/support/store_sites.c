/*
 * What the integration tests make the stores do, as steps.h says; this file:
 * sites, connections and secrets. Never installed.
 */

#include <string.h>

#include "base/text.h"
#include "site/connection.h"
#include "site/secret_store.h"
#include "site/site.h"
#include "tests/support/store_probe.h"

static bool
call_site_add(struct step *step, struct err *e)
{
	const json_t *ask = step->ask;
	AUTO(site) site = {0};
	bool done = site_default(&site, text(ask, "code", ""),
				 text(ask, "platform", "woocommerce"), e);

	(void)text_copy(site.name, sizeof(site.name), text(ask, "name", "A"));
	(void)text_copy(site.site_url, sizeof(site.site_url),
			text(ask, "url", "https://shop.test/eu"));
	if (json_object_get(ask, "prefix"))
		(void)text_copy(site.prefix, sizeof(site.prefix),
				text(ask, "prefix", ""));
	site.connection_id = number(ask, "connection", 0);
	done = done && site_add(step->db, &site, step->now, e);
	put(step, "id", json_integer(site.id));
	return done;
}

static bool
change_site(struct step *step, struct site *site, const char *how,
	    struct err *e)
{
	unsigned forgotten = 0;
	bool done;

	if (strcmp(how, "delete") == 0)
		return site_delete(step->db, site, step->now, e);
	if (strcmp(how, "disable") == 0)
		return site_enable(step->db, site, false, e);
	if (strcmp(how, "pause") == 0)
		return site_pause_auth(step->db, site->id, "401", step->now, e);
	if (strcmp(how, "clear") == 0)
		return site_clear_auth(step->db, site->id, e);
	if (strcmp(how, "synced") == 0)
		return site_synced(step->db, site->id, e);
	site->max_orders = (unsigned)number(step->ask, "max_orders", 100);
	site->version += (unsigned)number(step->ask, "ahead", 0);
	if (json_object_get(step->ask, "url"))
		(void)text_copy(site->site_url, sizeof(site->site_url),
				text(step->ask, "url", ""));
	done = site_save(step->db, site, &forgotten, e);
	put(step, "forgotten", json_integer(forgotten));
	return done;
}

static bool
call_site(struct step *step, struct err *e)
{
	AUTO(site) site = {0};

	return site_find(step->db, text(step->ask, "code", ""), &site, e) &&
	       change_site(step, &site, text(step->ask, "how", "save"), e);
}

static void
take_settings(const json_t *ask, struct bc_settings *settings)
{
	(void)text_copy(settings->tenant, sizeof(settings->tenant),
			text(ask, "tenant", "t.example"));
	(void)text_copy(settings->environment, sizeof(settings->environment),
			"sandbox");
	(void)text_copy(settings->company_name, sizeof(settings->company_name),
			"SAMPLE CO");
	(void)text_copy(settings->client_id, sizeof(settings->client_id), "c");
	if (json_object_get(ask, "authority"))
		(void)text_copy(settings->authority,
				sizeof(settings->authority),
				text(ask, "authority", ""));
	if (json_object_get(ask, "api_url"))
		(void)text_copy(settings->api_url, sizeof(settings->api_url),
				text(ask, "api_url", ""));
}

static bool
call_connection(struct step *step, struct err *e)
{
	AUTO(connection) connection = {0};
	struct bc_settings settings;
	unsigned forgotten = 0;

	if (!connection_find_or_new(step->db, "bc", &connection, e) ||
	    !bc_settings_read(&connection, &settings, e))
		return false;
	take_settings(step->ask, &settings);
	connection.version += (unsigned)number(step->ask, "ahead", 0);
	if (!bc_settings_write(&settings, &connection, e) ||
	    !connection_save(step->db, &connection, &forgotten, e))
		return false;
	put(step, "id", json_integer(connection.id));
	put(step, "forgotten", json_integer(forgotten));
	connection_end(&connection);
	if (!connection_find(step->db, "bc", NULL, &connection, e) ||
	    !bc_settings_read(&connection, &settings, e))
		return false;
	put(step, "company", json_string(settings.company_name));
	put(step, "authority", json_string(settings.authority));
	return true;
}

/* Keys of the test only; with "newer" there is a second one. */
static struct secret_box
make_box(const json_t *ask)
{
	struct secret_box box = {.keys = flag(ask, "newer", false) ? 2 : 1};

	box.key[0].id = 1;
	memset(box.key[0].bytes, 7, sizeof(box.key[0].bytes));
	box.key[1].id = 2;
	memset(box.key[1].bytes, 9, sizeof(box.key[1].bytes));
	return box;
}

static bool
call_secret(struct step *step, struct err *e)
{
	const json_t *ask = step->ask;
	struct secret_box box = make_box(ask);
	const char *how = text(ask, "how", ""), *name = text(ask, "name", "");
	AUTO(strbuf) plain = STRBUF(SECRET_TEXT_MAX);
	struct secret_put entry = {
		.name = name,
		.text = text(ask, "text", ""),
		.is_token = flag(ask, "token", false),
		.set_by = "maria",
	};
	unsigned count = 0;
	bool done;

	if (strcmp(how, "set") == 0)
		return secret_store_set(step->db, &box, &entry, step->now, e);
	if (strcmp(how, "delete") == 0)
		return secret_store_delete(step->db, name, e);
	if (strcmp(how, "get") == 0)
		done = secret_store_get(step->db, &box, name, &plain, NULL, e);
	else if (strcmp(how, "rotate") == 0)
		done = secret_store_rotate(step->db, &box, &count, e);
	else
		done = secret_store_flush_tokens(step->db, &count, e);
	put(step, "text", json_string(strbuf_text(&plain)));
	put(step, "count", json_integer(count));
	return done;
}

const struct probe_call site_calls[] = {
	{"site_add", call_site_add},
	{"site", call_site},
	{"connection", call_connection},
	{"secret", call_secret},
	{0},
};
