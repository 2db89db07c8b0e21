#include "order/errors.h"

#include <ctype.h>
#include <string.h>

#include "base/secret.h"

bool
order_error_find(struct db *db, int64_t order_id, struct rows *out,
		 struct err *e)
{
	if (!db_open(db, out, SQL_ERROR_FIND, BINDS(bind_int(order_id)), e))
		return false;
	return out->count > 0 ||
	       err_set(e, ERR_MISSING, "order %lld has no error",
		       (long long)order_id);
}

struct handling {
	int64_t order_id;
	const char *reason, *by;
	utc_ms now;
};

static bool
explain_refusal(struct db *db, int64_t order_id, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!order_error_find(db, order_id, &rows, e))
		return false;
	(void)rows_next(&rows);
	return err_set(e, ERR_CONFLICT, "the error of order %lld is %s already",
		       (long long)order_id, rows_borrow(&rows, "status", NULL));
}

static bool
handle(struct db *db, void *context, struct err *e)
{
	const struct handling *h = context;

	if (!db_run(db, SQL_ERROR_HANDLE,
		    BINDS(bind_text(h->by), bind_text(h->reason),
			  bind_time(h->now), bind_int(h->order_id)),
		    e))
		return false;
	if (db_changed(db) == 0)
		return explain_refusal(db, h->order_id, e);
	return db_run(db, SQL_ORDER_EVENT_INSERT,
		      BINDS(bind_int(h->order_id), bind_null(),
			    bind_time(h->now), bind_text("person"),
			    bind_text("ok"), bind_null(), bind_text(h->reason),
			    bind_text(h->by)),
		      e);
}

bool
order_error_handle(struct db *db, int64_t order_id, const char *reason,
		   const char *by, utc_ms now, struct err *e)
{
	struct handling h = {order_id, reason, by, now};

	return db_transact(db, handle, &h, e);
}

struct handling_many {
	const char *ids, *reason, *by;
	utc_ms now;
	size_t from, to;
	uint64_t changed;
};

static bool
handle_part(struct db *db, void *context, struct err *e)
{
	struct handling_many *h = context;
	const struct bind ids = bind_text(h->ids), by = bind_text(h->by);
	const struct bind reason = bind_text(h->reason);
	const struct bind now = bind_time(h->now);
	const struct bind from = bind_int((int64_t)h->from);
	const struct bind to = bind_int((int64_t)h->to);

	if (!db_run(db, SQL_ERROR_HANDLE_MANY,
		    BINDS(ids, by, reason, now, from, to), e))
		return false;
	h->changed = db_changed(db);
	return db_run(db, SQL_ERROR_HANDLED_EVENTS,
		      BINDS(now, reason, by, ids, from, to, now, by), e);
}

bool
order_error_handle_many(struct db *db, const char *ids, size_t count,
			const char *reason, const char *by, utc_ms now,
			uint64_t *changed, struct err *e)
{
	enum { AT_ONCE = 1000 };
	struct handling_many h = {
		.ids = ids, .reason = reason, .by = by, .now = now};

	*changed = 0;
	for (; h.from < count; h.from = h.to) {
		h.to = h.from + AT_ONCE;
		if (!db_transact(db, handle_part, &h, e))
			return err_in(e, "mark errors as handled");
		*changed += h.changed;
	}
	return true;
}

/* The field without its numbers: "line_items[2].sku" is one cause with [7]. */
static void
add_field(struct strbuf *out, const char *field)
{
	for (; *field; field++)
		if (!isdigit((unsigned char)*field))
			strbuf_addn(out, field, 1);
}

void
order_cause_hash(enum code code, const char *sku, const char *field,
		 unsigned char out[32])
{
	AUTO(strbuf) text = STRBUF(4096);

	strbuf_addf(&text, "%s|", code_name(code));
	if (sku[0])
		strbuf_addf(&text, "sku:%s", sku);
	else
		add_field(&text, field);
	hash_sha256(text.text, text.len, out);
}
