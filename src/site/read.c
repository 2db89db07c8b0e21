#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "site/site.h"

static void
read_texts(struct rows *rows, struct site *s)
{
	rows_text(rows, "code", s->code, sizeof(s->code));
	rows_text(rows, "prefix", s->prefix, sizeof(s->prefix));
	rows_text(rows, "platform", s->platform, sizeof(s->platform));
	rows_text(rows, "name", s->name, sizeof(s->name));
	rows_text(rows, "site_url", s->site_url, sizeof(s->site_url));
	rows_text(rows, "domain", s->domain, sizeof(s->domain));
	rows_text(rows, "source_status", s->source_status,
		  sizeof(s->source_status));
	rows_text(rows, "target_status", s->target_status,
		  sizeof(s->target_status));
	rows_text(rows, "mark_key", s->mark_key, sizeof(s->mark_key));
	rows_text(rows, "mark_value", s->mark_value, sizeof(s->mark_value));
	rows_text(rows, "auth_mode", s->auth_mode, sizeof(s->auth_mode));
	rows_text(rows, "time_zone", s->time_zone, sizeof(s->time_zone));
	rows_text(rows, "currency", s->currency, sizeof(s->currency));
	rows_text(rows, "bc_store_hash", s->bc_store_hash,
		  sizeof(s->bc_store_hash));
	rows_text(rows, "credit_mode", s->credit_mode, sizeof(s->credit_mode));
	rows_text(rows, "kit_mode", s->kit_mode, sizeof(s->kit_mode));
	rows_text(rows, "health_url", s->health_url, sizeof(s->health_url));
	rows_text(rows, "auth_failed", s->auth_failed, sizeof(s->auth_failed));
}

static void
read_numbers(struct rows *rows, struct site *s)
{
	s->id = rows_int(rows, "id");
	s->is_active = rows_flag(rows, "is_active");
	s->orders_sync = rows_flag(rows, "orders_sync");
	s->inventory_sync = rows_flag(rows, "inventory_sync");
	s->tracking_sync = rows_flag(rows, "tracking_sync");
	s->staging = rows_flag(rows, "staging");
	s->order_last_run = rows_time(rows, "order_last_run");
	s->min_date_modified = rows_time(rows, "min_date_modified");
	s->first_sync_at = rows_time(rows, "first_sync_at");
	s->max_orders = (unsigned)rows_int(rows, "max_orders");
	s->skip_test = rows_flag(rows, "skip_test");
	s->test_below = rows_money(rows, "test_below");
	s->bc_channel_id = (unsigned)rows_int(rows, "bc_channel_id");
	s->connection_id = rows_int(rows, "connection_id");
	s->create_missing_items = rows_flag(rows, "create_missing_items");
	s->create_missing_customers =
		rows_flag(rows, "create_missing_customers");
	s->infer_gift_card = rows_flag(rows, "infer_gift_card");
	s->auth_failed_at = rows_time(rows, "auth_failed_at");
	s->deleted_at = rows_time(rows, "deleted_at");
	s->version = (unsigned)rows_int(rows, "version");
}

static bool
read_row(struct rows *rows, struct site *out, struct err *e)
{
	read_texts(rows, out);
	read_numbers(rows, out);
	out->mapping = strdup(rows_borrow(rows, "mapping", NULL));
	if (out->mapping == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for a site");
	return rows_check(rows, e);
}

bool
site_find(struct db *db, const char *code, struct site *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct site){0};
	if (!db_open(db, &rows, SQL_SITE_FIND, BINDS(bind_text(code)), e))
		return err_in(e, "find site %s", code);
	if (rows_next(&rows))
		return read_row(&rows, out, e);
	if (!rows_check(&rows, e))
		return false;
	(void)err_set(e, ERR_MISSING, "no site \"%s\"", code);
	return err_hint(e, "orderbridge site list");
}

bool
site_load(struct db *db, int64_t id, struct site *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct site){0};
	if (!db_open(db, &rows, SQL_SITE_LOAD, BINDS(bind_int(id)), e))
		return err_in(e, "load site %lld", (long long)id);
	if (rows_next(&rows))
		return read_row(&rows, out, e);
	return rows_check(&rows, e) &&
	       err_set(e, ERR_MISSING, "no site %lld", (long long)id);
}

bool
site_list(struct db *db, bool with_deleted, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_SITE_LIST, BINDS(bind_int(with_deleted)),
		       e);
}
