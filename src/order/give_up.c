/* An order that waits is tried no more: a person decided so. */
#include "order/errors.h"

#include "base/money.h"

struct giving_up {
	int64_t job_id;
	const char *by;
	utc_ms now;
};

/* The order's error as its last try told it, and who gave it up. */
static bool
write_error(struct db *db, const struct giving_up *g, struct rows *rows,
	    struct err *e)
{
	const int64_t order_id = rows_int(rows, "order_id");
	const char *sku = rows_borrow(rows, "wait_sku", NULL);
	char code[41], stage[41], message[4001], number[141], currency[13];
	unsigned char cause[32];

	rows_text(rows, "code", code, sizeof(code));
	rows_text(rows, "stage", stage, sizeof(stage));
	rows_text(rows, "message", message, sizeof(message));
	rows_text(rows, "number", number, sizeof(number));
	rows_text(rows, "currency", currency, sizeof(currency));
	order_cause_hash(code_find(code), sku ? sku : "", "", cause);
	return db_run(db, SQL_ORDER_ERROR_UPSERT,
		      BINDS(bind_int(order_id),
			    bind_int(rows_int(rows, "site_id")),
			    bind_text_or_null(number), bind_text(stage),
			    bind_text(code), bind_text_or_null(sku),
			    bind_null(), bind_text(message), bind_null(),
			    bind_money(rows_money(rows, "total")),
			    bind_text_or_null(currency),
			    bind_bytes(cause, sizeof(cause)), bind_time(g->now),
			    bind_time(g->now),
			    bind_id(rows_int(rows, "operation_id"))),
		      e) &&
	       db_run(db, SQL_ORDER_EVENT_INSERT,
		      BINDS(bind_int(order_id), bind_null(), bind_time(g->now),
			    bind_text("person"), bind_text("ok"), bind_null(),
			    bind_text("Not to be tried again by itself"),
			    bind_text(g->by)),
		      e);
}

/* The order first, as whoever stores it locks it before its job. */
static bool
give_up(struct db *db, void *context, struct err *e)
{
	const struct giving_up *g = context;
	AUTO(rows) rows = ROWS;
	int64_t order_id;

	if (!db_open(db, &rows, SQL_ORDER_GIVE_UP_FIND,
		     BINDS(bind_int(g->job_id)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_MISSING, "no retry %lld",
			       (long long)g->job_id);
	order_id = rows_int(&rows, "order_id");
	if (!db_run(db, SQL_ORDER_GIVE_UP, BINDS(bind_int(order_id)), e) ||
	    (db_changed(db) == 1 && !write_error(db, g, &rows, e)) ||
	    !rows_check(&rows, e) ||
	    !db_run(db, SQL_ORDER_GIVE_UP_JOB, BINDS(bind_int(g->job_id)), e))
		return false;
	return db_changed(db) == 1 ||
	       err_set(e, ERR_CONFLICT, "it runs already, or has ended");
}

bool
order_give_up(struct db *db, int64_t job_id, const char *by, utc_ms now,
	      struct err *e)
{
	struct giving_up g = {job_id, by, now};

	return db_transact(db, give_up, &g, e);
}
