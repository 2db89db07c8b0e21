#include "site/site.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/db.h"
#include "local.h"
#include "net/http.h"
#include "site/secret_store.h"

void
site_end(struct site *site)
{
	free(site->mapping);
	site->mapping = NULL;
}

struct addition {
	struct site *site;
	utc_ms now;
};

/* What a person can change, in the order of site_insert and site_save. */
enum { FIELDS = 28 };

static void
bind_fields(const struct site *s, struct bind out[FIELDS])
{
	const struct bind fields[] = {
		bind_text(s->name),
		bind_text(s->site_url),
		bind_text(s->domain),
		bind_int(s->is_active),
		bind_int(s->orders_sync),
		bind_int(s->inventory_sync),
		bind_int(s->tracking_sync),
		bind_int(s->staging),
		bind_time(s->min_date_modified),
		bind_int(s->max_orders),
		bind_int(s->skip_test),
		bind_money(s->test_below),
		bind_text(s->source_status),
		bind_text(s->target_status),
		bind_text_or_null(s->mark_key),
		bind_text_or_null(s->mark_value),
		bind_text(s->time_zone),
		bind_text_or_null(s->currency),
		bind_text_or_null(s->bc_store_hash),
		bind_int(s->bc_channel_id),
		bind_id(s->connection_id),
		bind_text(s->credit_mode),
		bind_text(s->kit_mode),
		bind_int(s->create_missing_items),
		bind_int(s->create_missing_customers),
		bind_int(s->infer_gift_card),
		bind_text(s->mapping),
		bind_text_or_null(s->health_url),
	};

	_Static_assert(COUNT_OF(fields) == FIELDS, "fields of a site");
	memcpy(out, fields, sizeof(fields));
}

static bool
insert(struct db *db, void *context, struct err *e)
{
	struct addition *a = context;
	struct site *s = a->site;
	utc_ms anchor = a->now - a->now % HOUR;
	struct bind bind[3 + FIELDS] = {bind_text(s->code),
					bind_text(s->prefix),
					bind_text(s->platform)};

	bind_fields(s, bind + 3);
	if (!db_run(db, SQL_SITE_INSERT, bind, COUNT_OF(bind), e))
		return false;
	s->id = db_last_id(db);
	return db_run(db, SQL_SITE_ADD_SCHEDULE,
		      BINDS(bind_text(s->code), bind_int(s->id),
			    bind_time(anchor), bind_time(anchor + HOUR)),
		      e);
}

static bool
is_there(const struct site *site, struct err *e)
{
	err_set(e, ERR_CONFLICT,
		"a site with the code %s or the prefix %s is there already",
		site->code, site->prefix);
	return err_hint(e, "choose others: orderbridge site list shows which "
			   "are taken");
}

bool
site_add(struct db *db, struct site *site, utc_ms now, struct err *e)
{
	struct addition a = {site, now};

	if (!site_check(site, e))
		return false;
	(void)address_host(site->site_url, site->domain, sizeof(site->domain));
	if (db_transact(db, insert, &a, e))
		return true;
	if (db_error(db) == 1062) /* duplicate */
		return is_there(site, e);
	return err_in(e, "add site %s", site->code);
}

/* A CAS that changed nothing met another version, or no row at all. */
static bool
changed_one(struct db *db, const struct site *site, struct err *e)
{
	if (db_changed(db) > 0)
		return true;
	err_set(e, ERR_CONFLICT,
		"site %s was changed by somebody else meanwhile", site->code);
	return err_as(e, OB_PRECONDITION_FAILED);
}

/* The address that stands there in that version; "" when there is no such. */
static bool
read_url(struct db *db, const struct site *s, char *out, size_t room,
	 struct err *e)
{
	AUTO(rows) rows = ROWS;

	out[0] = '\0';
	if (!db_open(db, &rows, SQL_SITE_URL,
		     BINDS(bind_int(s->id), bind_int(s->version)), e))
		return false;
	if (rows_next(&rows))
		rows_text(&rows, "site_url", out, room);
	return rows_check(&rows, e);
}

struct change {
	struct site *site;
	unsigned forgotten;
};

/* Keys are bound to scheme, host and port: no other place ever gets them. */
static bool
save(struct db *db, void *context, struct err *e)
{
	struct change *c = context;
	struct site *s = c->site;
	struct bind bind[FIELDS + 2];
	char url[sizeof(s->site_url)];

	bind_fields(s, bind);
	bind[FIELDS] = bind_int(s->id);
	bind[FIELDS + 1] = bind_int(s->version);
	c->forgotten = 0;
	if (!read_url(db, s, url, sizeof(url), e) ||
	    !db_run(db, SQL_SITE_SAVE, bind, COUNT_OF(bind), e))
		return err_in(e, "save site %s", s->code);
	return changed_one(db, s, e) &&
	       (url_same_origin(url, s->site_url) ||
		secret_store_forget_site(db, s->code, &c->forgotten, e));
}

bool
site_save(struct db *db, struct site *s, unsigned *forgotten, struct err *e)
{
	struct change c = {.site = s};

	if (!site_check(s, e))
		return false;
	(void)address_host(s->site_url, s->domain, sizeof(s->domain));
	if (!db_transact(db, save, &c, e))
		return false;
	s->version++;
	*forgotten = c.forgotten;
	return true;
}

bool
site_enable(struct db *db, struct site *site, bool on, struct err *e)
{
	if (!db_run(db, SQL_SITE_ENABLE,
		    BINDS(bind_int(on), bind_int(site->id),
			  bind_int(site->version)),
		    e))
		return err_in(e, "site %s", site->code);
	if (!changed_one(db, site, e))
		return false;
	site->is_active = on;
	site->version++;
	return true;
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

	if (!db_transact(db, remove_site, &a, e))
		return err_in(e, "delete site %s", site->code);
	site->version++;
	return true;
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
site_tested(struct db *db, int64_t id, const struct site_findings *found,
	    struct err *e)
{
	return db_run(db, SQL_SITE_TESTED,
		      BINDS(bind_text_or_null(found->statuses),
			    bind_text_or_null(found->auth_mode),
			    found->fetchable < 0 ? bind_null()
						 : bind_int(found->fetchable),
			    bind_int(id)),
		      e);
}

bool
site_synced(struct db *db, int64_t id, struct err *e)
{
	return db_run(db, SQL_SITE_SYNCED, BINDS(bind_int(id)), e);
}
