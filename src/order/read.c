#include "order/read.h"

#include <stdlib.h>
#include <string.h>

/* Before any order, and after: DATETIME's own ends. */
static const utc_ms first_moment = INT64_C(-30610224000000);
static const utc_ms last_moment = INT64_C(253402300799000);

bool
order_find(struct db *db, const char *word, int64_t *id, struct err *e)
{
	AUTO(rows) rows = ROWS;
	bool digits = word[0] && word[strspn(word, "0123456789")] == '\0';

	if (!db_open(db, &rows, SQL_ORDER_FIND,
		     BINDS(bind_text(word),
			   bind_int(digits ? strtoll(word, NULL, 10) : 0)),
		     e))
		return err_in(e, "find order %s", word);
	if (rows_next(&rows)) {
		*id = rows_int(&rows, "id");
		return rows_check(&rows, e);
	}
	if (!rows_check(&rows, e))
		return false;
	(void)err_set(e, ERR_MISSING, "no order \"%.60s\"", word);
	return err_hint(e, "orderbridge order list");
}

bool
order_read(struct db *db, int64_t id, struct rows *out, struct err *e)
{
	if (!db_open(db, out, SQL_ORDER_READ, BINDS(bind_int(id)), e))
		return err_in(e, "read order %lld", (long long)id);
	return out->count > 0 ||
	       err_set(e, ERR_MISSING, "no order %lld", (long long)id);
}

bool
order_read_lines(struct db *db, int64_t id, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_ORDER_READ_LINES, BINDS(bind_int(id)), e);
}

bool
order_read_addresses(struct db *db, int64_t id, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_ORDER_READ_ADDRESSES, BINDS(bind_int(id)),
		       e);
}

bool
order_read_events(struct db *db, int64_t id, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_ORDER_READ_EVENTS, BINDS(bind_int(id)), e);
}

bool
order_read_payloads(struct db *db, int64_t id, struct rows *out, struct err *e)
{
	return db_open(db, out, SQL_ORDER_READ_PAYLOADS, BINDS(bind_int(id)),
		       e);
}

bool
order_list(struct db *db, const struct order_filter *f, struct rows *out,
	   struct err *e)
{
	utc_ms before = f->before_id ? f->before_date : last_moment;
	utc_ms since = f->since ? f->since : first_moment;

	if (f->site_id)
		return db_open(db, out, SQL_ORDER_LIST_SITE,
			       BINDS(bind_int(f->site_id), bind_time(before),
				     bind_time(before), bind_int(f->before_id),
				     bind_time(since), bind_int(f->limit)),
			       e);
	return db_open(db, out, SQL_ORDER_LIST,
		       BINDS(bind_time(before), bind_time(before),
			     bind_int(f->before_id), bind_time(since),
			     bind_int(f->limit)),
		       e);
}
