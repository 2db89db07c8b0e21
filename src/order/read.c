#include "order/read.h"

#include <stdlib.h>
#include <string.h>

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

static bool
take_line(struct order *o, struct rows *rows, struct err *e)
{
	struct line *line =
		order_add_line(o, (enum line_type)rows_int(rows, "line_type"));

	if (line == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	line->number = (int)rows_int(rows, "line_no");
	line->amount = rows_money(rows, "amount");
	line->discount = rows_money(rows, "discount_amount");
	line->credit = rows_money(rows, "credit_amount");
	line->tax = rows_money(rows, "tax_amount");
	return true;
}

bool
order_read_money(struct db *db, int64_t id, struct order *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(rows) lines = ROWS;

	if (!order_read(db, id, &rows, e))
		return false;
	(void)rows_next(&rows);
	rows_text(&rows, "number", out->number, sizeof(out->number));
	rows_text(&rows, "currency", out->currency, sizeof(out->currency));
	out->total_before_credit = rows_money(&rows, "total_before_credit");
	out->credit_total = rows_money(&rows, "credit_total");
	out->total_due = rows_money(&rows, "total_due");
	out->tax_total = rows_money(&rows, "tax_total");
	if (!rows_check(&rows, e) || !order_read_lines(db, id, &lines, e))
		return false;
	while (rows_next(&lines)) {
		if (!take_line(out, &lines, e))
			return err_in(e, "read order %s", out->number);
	}
	return rows_check(&lines, e);
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
