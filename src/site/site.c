#include "site/site.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/db.h"

enum { NUMBER_MAX = 35, NUMBER_KEEPS = 20 }; /* characters, FEATURES D-7 */

void
site_end(struct site *site)
{
	free(site->mapping);
	site->mapping = NULL;
}

bool
site_default(struct site *out, const char *code, const char *platform,
	     struct err *e)
{
	size_t used = 0;
	bool woo = strcmp(platform, "woocommerce") == 0;

	*out = (struct site){
		.is_active = true,
		.orders_sync = true,
		.max_orders = 100,
		.skip_test = true,
		.test_below = {10000},
		.create_missing_customers = true,
	};
	if (!text_copy(out->code, sizeof(out->code), code) ||
	    !text_copy(out->platform, sizeof(out->platform), platform))
		return err_set(e, ERR_INPUT, "code \"%.50s...\" is too long",
			       code);
	for (; *code && used < sizeof(out->prefix) - 1; code++)
		if (isalnum((unsigned char)*code))
			out->prefix[used++] = *code;
	text_upper_ascii(out->prefix);
	(void)snprintf(out->time_zone, sizeof(out->time_zone), "UTC");
	(void)snprintf(out->credit_mode, sizeof(out->credit_mode),
		       "distribute");
	(void)snprintf(out->kit_mode, sizeof(out->kit_mode), "both");
	(void)snprintf(out->source_status, sizeof(out->source_status), "%s",
		       woo ? "processing" : "11");
	(void)snprintf(out->target_status, sizeof(out->target_status), "%s",
		       woo ? "" : "9");
	(void)snprintf(out->mark_key, sizeof(out->mark_key), "%s",
		       woo ? "sumatra_wc_integrator_exported" : "");
	(void)snprintf(out->mark_value, sizeof(out->mark_value), "%s",
		       woo ? "1" : "");
	out->mapping = strdup("{}");
	return out->mapping != NULL ||
	       err_set(e, ERR_TEMPORARY, "no memory for a site");
}

static bool
made_of(const char *text, const char *wanted)
{
	return text[0] != '\0' && text[strspn(text, wanted)] == '\0';
}

/* https://host[:port][/path]; what may be called, the network's guard says. */
static bool
domain_of(struct site *site)
{
	const char *host = strstr(site->site_url, "://");
	size_t length;

	if (host == NULL)
		return false;
	host += 3;
	length = strcspn(host, "/?#:");
	if (length == 0 || length >= sizeof(site->domain) ||
	    strpbrk(site->site_url, "@#? \t") != NULL)
		return false;
	(void)snprintf(site->domain, sizeof(site->domain), "%.*s", (int)length,
		       host);
	return true;
}

static bool
check_names(const struct site *site, struct err *e)
{
	if (!made_of(site->code, "abcdefghijklmnopqrstuvwxyz0123456789-"))
		return err_set(e, ERR_INPUT,
			       "code \"%s\": small letters, digits and - only",
			       site->code);
	if (!made_of(site->prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"))
		return err_set(e, ERR_INPUT,
			       "prefix \"%s\": capitals and digits only",
			       site->prefix);
	if (strlen(site->prefix) + 1 > NUMBER_MAX - NUMBER_KEEPS)
		return err_set(e, ERR_INPUT,
			       "prefix \"%s\" leaves fewer than %d characters "
			       "for the order number",
			       site->prefix, NUMBER_KEEPS);
	if (site->name[0] == '\0')
		return err_set(e, ERR_INPUT, "a site needs a name");
	return true;
}

bool
site_check(const struct site *site, struct err *e)
{
	struct site probe = *site;

	if (!check_names(site, e))
		return false;
	if (strcmp(site->platform, "woocommerce") != 0 &&
	    strcmp(site->platform, "bigcommerce") != 0)
		return err_set(e, ERR_INPUT,
			       "platform \"%s\": woocommerce or bigcommerce",
			       site->platform);
	if (!domain_of(&probe))
		return err_set(e, ERR_INPUT,
			       "address \"%s\": wanted https://host/path",
			       site->site_url);
	if (!zone_known(site->time_zone)) {
		(void)err_set(e, ERR_INPUT, "no time zone \"%s\"",
			      site->time_zone);
		return err_hint(e, "an IANA name such as America/New_York");
	}
	if (site->max_orders < 1 || site->max_orders > 1000)
		return err_set(e, ERR_INPUT, "max orders %u: 1 to 1000",
			       site->max_orders);
	if (site->source_status[0] == '\0')
		return err_set(e, ERR_INPUT,
			       "a site needs a status to fetch orders of");
	if (site->currency[0] && strlen(site->currency) != 3)
		return err_set(e, ERR_INPUT, "currency \"%s\": three letters",
			       site->currency);
	return true;
}

struct addition {
	struct site *site;
	utc_ms now;
};

static bool
insert(struct db *db, void *context, struct err *e)
{
	struct addition *a = context;
	struct site *s = a->site;
	utc_ms anchor = a->now - a->now % HOUR;

	if (!db_run(db, SQL_SITE_INSERT,
		    BINDS(bind_text(s->code), bind_text(s->prefix),
			  bind_text(s->platform), bind_text(s->name),
			  bind_text(s->site_url), bind_text(s->domain),
			  bind_int(s->is_active), bind_int(s->orders_sync),
			  bind_int(s->inventory_sync),
			  bind_int(s->tracking_sync), bind_int(s->staging),
			  bind_time(s->min_date_modified),
			  bind_int(s->max_orders), bind_int(s->skip_test),
			  bind_money(s->test_below),
			  bind_text(s->source_status),
			  bind_text(s->target_status),
			  bind_text_or_null(s->mark_key),
			  bind_text_or_null(s->mark_value),
			  bind_text(s->time_zone),
			  bind_text_or_null(s->currency),
			  bind_text_or_null(s->bc_store_hash),
			  bind_int(s->bc_channel_id), bind_id(s->connection_id),
			  bind_text(s->credit_mode), bind_text(s->kit_mode),
			  bind_int(s->create_missing_items),
			  bind_int(s->create_missing_customers),
			  bind_int(s->infer_gift_card), bind_text(s->mapping),
			  bind_text_or_null(s->health_url)),
		    e))
		return false;
	s->id = db_last_id(db);
	return db_run(db, SQL_SITE_ADD_SCHEDULE,
		      BINDS(bind_text(s->code), bind_int(s->id),
			    bind_time(anchor), bind_time(anchor + HOUR)),
		      e);
}

bool
site_add(struct db *db, struct site *site, utc_ms now, struct err *e)
{
	struct addition a = {site, now};

	if (!site_check(site, e))
		return false;
	(void)domain_of(site);
	if (db_transact(db, insert, &a, e))
		return true;
	if (db_error(db) == 1062) /* duplicate */
		return err_set(e, ERR_CONFLICT,
			       "a site with the code %s or the prefix %s is "
			       "there already",
			       site->code, site->prefix);
	return err_in(e, "add site %s", site->code);
}

/* A CAS that changed nothing met another version, or no row at all. */
static bool
changed_one(struct db *db, struct site *site, struct err *e)
{
	if (db_changed(db) == 0)
		return err_set(e, ERR_CONFLICT,
			       "site %s was changed by somebody else meanwhile",
			       site->code);
	site->version++;
	return true;
}

bool
site_save(struct db *db, struct site *s, struct err *e)
{
	if (!site_check(s, e))
		return false;
	(void)domain_of(s);
	if (!db_run(db, SQL_SITE_SAVE,
		    BINDS(bind_text(s->name), bind_text(s->site_url),
			  bind_text(s->domain), bind_int(s->is_active),
			  bind_int(s->orders_sync), bind_int(s->inventory_sync),
			  bind_int(s->tracking_sync), bind_int(s->staging),
			  bind_time(s->min_date_modified),
			  bind_int(s->max_orders), bind_int(s->skip_test),
			  bind_money(s->test_below),
			  bind_text(s->source_status),
			  bind_text(s->target_status),
			  bind_text_or_null(s->mark_key),
			  bind_text_or_null(s->mark_value),
			  bind_text(s->time_zone),
			  bind_text_or_null(s->currency),
			  bind_text_or_null(s->bc_store_hash),
			  bind_int(s->bc_channel_id), bind_id(s->connection_id),
			  bind_text(s->credit_mode), bind_text(s->kit_mode),
			  bind_int(s->create_missing_items),
			  bind_int(s->create_missing_customers),
			  bind_int(s->infer_gift_card), bind_text(s->mapping),
			  bind_text_or_null(s->health_url), bind_int(s->id),
			  bind_int(s->version)),
		    e))
		return err_in(e, "save site %s", s->code);
	return changed_one(db, s, e);
}

bool
site_enable(struct db *db, struct site *site, bool on, struct err *e)
{
	if (!db_run(db, SQL_SITE_ENABLE,
		    BINDS(bind_int(on), bind_int(site->id),
			  bind_int(site->version)),
		    e))
		return err_in(e, "site %s", site->code);
	site->is_active = on;
	return changed_one(db, site, e);
}

static bool
remove_site(struct db *db, void *context, struct err *e)
{
	struct addition *a = context;

	return db_run(db, SQL_SITE_DELETE,
		      BINDS(bind_time(a->now), bind_int(a->site->id),
			    bind_int(a->site->version)),
		      e) &&
	       changed_one(db, a->site, e) &&
	       db_run(db, SQL_SITE_STOP_SCHEDULES, BINDS(bind_int(a->site->id)),
		      e);
}

bool
site_delete(struct db *db, struct site *site, utc_ms now, struct err *e)
{
	struct addition a = {site, now};

	return db_transact(db, remove_site, &a, e) ||
	       err_in(e, "delete site %s", site->code);
}

bool
site_pause_auth(struct db *db, int64_t id, const char *why, utc_ms now,
		struct err *e)
{
	char reason[501];

	(void)text_copy(reason, sizeof(reason), why);
	return db_run(db, SQL_SITE_PAUSE_AUTH,
		      BINDS(bind_time(now), bind_text(reason), bind_int(id)),
		      e);
}

bool
site_clear_auth(struct db *db, int64_t id, struct err *e)
{
	return db_run(db, SQL_SITE_CLEAR_AUTH, BINDS(bind_int(id)), e);
}

bool
site_tested(struct db *db, int64_t id, const char *statuses, int64_t fetchable,
	    struct err *e)
{
	return db_run(db, SQL_SITE_TESTED,
		      BINDS(bind_text_or_null(statuses),
			    fetchable < 0 ? bind_null() : bind_int(fetchable),
			    bind_int(id)),
		      e);
}

bool
site_synced(struct db *db, int64_t id, struct err *e)
{
	return db_run(db, SQL_SITE_SYNCED, BINDS(bind_int(id)), e);
}
