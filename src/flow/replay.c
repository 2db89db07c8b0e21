#include "flow/replay.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "flow/batch.h"
#include "order/read.h"
#include "order/store.h"

struct compare {
	void (*each)(void *context, const struct difference *d);
	void *context;
	unsigned count;
};

static void
hold(struct compare *c, const char *field, const char *stored, const char *now)
{
	struct difference d = {field, stored ? stored : "", now ? now : ""};

	if (strcmp(d.stored, d.now) == 0)
		return;
	c->count++;
	c->each(c->context, &d);
}

static void
hold_text(struct compare *c, struct rows *rows, const char *column,
	  const char *now)
{
	hold(c, column, rows_borrow(rows, column, NULL), now);
}

static void
hold_money(struct compare *c, struct rows *rows, const char *field,
	   const char *column, struct money now)
{
	char stored[MONEY_TEXT_MAX], text[MONEY_TEXT_MAX];

	hold(c, field, money_text(rows_money(rows, column), stored),
	     money_text(now, text));
}

static void
hold_number(struct compare *c, struct rows *rows, const char *field,
	    const char *column, int64_t now)
{
	char stored[24], text[24];

	(void)snprintf(stored, sizeof(stored), "%lld",
		       (long long)rows_int(rows, column));
	(void)snprintf(text, sizeof(text), "%lld", (long long)now);
	hold(c, field, stored, text);
}

static void
hold_header(struct compare *c, struct rows *rows, const struct order *o)
{
	char stored[TIME_TEXT_MAX], now[TIME_TEXT_MAX];

	hold_text(c, rows, "number", o->number);
	hold(c, "order_date", time_text(rows_time(rows, "order_date"), stored),
	     time_text(o->order_date, now));
	hold_text(c, rows, "currency", o->currency);
	hold_text(c, rows, "email", o->email);
	hold_text(c, rows, "payment_method", o->payment_method);
	hold_text(c, rows, "trans_id", o->trans_id);
	hold_text(c, rows, "ship_method", o->ship_method);
	hold_money(c, rows, "ship_cost", "ship_cost", o->ship_cost);
	hold_money(c, rows, "total_before_credit", "total_before_credit",
		   o->total_before_credit);
	hold_money(c, rows, "credit_total", "credit_total", o->credit_total);
	hold_money(c, rows, "total_due", "total_due", o->total_due);
	hold_money(c, rows, "tax_total", "tax_total", o->tax_total);
}

/* One stored line against the line with its number. */
static void
hold_line(struct compare *c, struct rows *rows, const struct line *line)
{
	static const struct {
		const char *column;
		size_t offset;
	} amounts[] = {
		{"unit_price", offsetof(struct line, unit_price)},
		{"discount_amount", offsetof(struct line, discount)},
		{"amount", offsetof(struct line, amount)},
		{"credit_amount", offsetof(struct line, credit)},
		{"tax_amount", offsetof(struct line, tax)},
	};
	char field[64], stored[QUANTITY_TEXT_MAX], now[QUANTITY_TEXT_MAX];
	struct money amount;

	(void)snprintf(field, sizeof(field), "lines[%d].line_type",
		       line->number);
	hold_number(c, rows, field, "line_type", (int64_t)line->type);
	(void)snprintf(field, sizeof(field), "lines[%d].parent_line",
		       line->number);
	hold_number(c, rows, field, "parent_line", line->parent);
	(void)snprintf(field, sizeof(field), "lines[%d].sku", line->number);
	hold(c, field, rows_borrow(rows, "sku", NULL), line->sku);
	(void)snprintf(field, sizeof(field), "lines[%d].quantity",
		       line->number);
	hold(c, field, quantity_text(rows_quantity(rows, "quantity"), stored),
	     quantity_text(line->quantity, now));
	for (size_t i = 0; i < COUNT_OF(amounts); i++) {
		memcpy(&amount, (const char *)line + amounts[i].offset,
		       sizeof(amount));
		(void)snprintf(field, sizeof(field), "lines[%d].%s",
			       line->number, amounts[i].column);
		hold_money(c, rows, field, amounts[i].column, amount);
	}
}

static bool
hold_lines(struct compare *c, struct app *app, const struct order *o,
	   struct err *e)
{
	AUTO(rows) rows = ROWS;
	char stored[24], now[24];
	size_t i = 0;

	if (!order_read_lines(app->db, o->id, &rows, e))
		return false;
	(void)snprintf(stored, sizeof(stored), "%zu", rows.count);
	(void)snprintf(now, sizeof(now), "%zu", o->lines);
	hold(c, "lines", stored, now);
	while (rows_next(&rows) && i < o->lines)
		hold_line(c, &rows, &o->line[i++]);
	return rows_check(&rows, e);
}

/* The pure steps; Business Central and the shop are not asked. */
static bool
replay(struct run *run, struct batch *batch, struct err *e)
{
	batch_normalise(batch, run);
	if (!batch_expand_kits(batch, run, e))
		return false;
	batch_apply_credit(batch, run);
	return true;
}

static bool
compare_all(struct compare *c, struct app *app, struct rows *rows,
	    const struct batch_order *b, struct err *e)
{
	const struct fault *why = fault_first(&b->order.faults);
	const char *outcome = rows_borrow(rows, "outcome", NULL);

	if (why)
		hold(c, "outcome", outcome, code_name(why->code));
	if (rows_null(rows, "stored_at"))
		return true; /* it was never stored: nothing to compare */
	hold_header(c, rows, &b->order);
	return hold_lines(c, app, &b->order, e);
}

bool
replay_order(struct app *app, int64_t id, unsigned revision,
	     void (*each)(void *context, const struct difference *d),
	     void *context, unsigned *count, struct err *e)
{
	AUTO(run) run = {0};
	AUTO(rows) rows = ROWS;
	AUTO(strbuf) body = STRBUF((size_t)1 << 25);
	AUTO(batch) batch = {0};
	struct compare c = {.each = each, .context = context};
	struct raw_order raw = {0};
	struct raw_page page = {.order = &raw, .count = 1};
	json_auto_t *json = NULL;
	unsigned found;
	bool fine;

	if (!order_read(app->db, id, &rows, e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_MISSING, "no order %lld", (long long)id);
	rows_text(&rows, "platform_order_id", raw.platform_id,
		  sizeof(raw.platform_id));
	if (!order_payload(app->db, id, revision, &body, &found, e) ||
	    !json_read(body.text, body.len, &json, e) ||
	    !run_open(&run, app, NULL, rows_int(&rows, "site_id"), RUN_RETRY,
		      e) ||
	    !batch_begin(&batch, &page, e))
		return err_in(e, "replay order %lld", (long long)id);
	raw.json = json;
	run.any_size = true;
	fine = replay(&run, &batch, e);
	batch.at[0].order.id = id;
	fine = fine && compare_all(&c, app, &rows, &batch.at[0], e);
	*count = c.count;
	return fine || err_in(e, "replay order %lld", (long long)id);
}
