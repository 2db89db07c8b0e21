/* Step 6: stored orders, header, addresses, lines, timeline. */
#include "order/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "order/standing.h"
#include "store_local.h"

enum { DUPLICATE_KEY = 1062 };

/* What becomes of each order of one call, beside its order_write. */
struct plan {
	bool write;  /* new or changed before its export: rows are written */
	bool known;  /* has rows already */
	bool told;   /* this content was met before */
	bool cancel; /* only its state changes */
	unsigned revision;
};

void
event_add(struct sheet *sheet, const struct writing *w, int64_t order_id,
	  const char *step, const char *outcome, const char *code,
	  const char *message)
{
	sheet_add(sheet, BINDS(bind_int(order_id), bind_id(w->operation_id),
			       bind_time(w->now), bind_text(step),
			       bind_text(outcome), bind_text_or_null(code),
			       bind_text_or_null(message), bind_null()));
}

/* Of two new orders with one number the earlier modified keeps it (8.12). */
static void
settle_numbers_within(const struct writing *w)
{
	for (size_t i = 0; i < w->count; i++)
		for (size_t k = 0; k < w->count; k++) {
			const struct order *a = w->write[i].order;
			const struct order *b = w->write[k].order;

			if (i == k || strcmp(a->number, b->number) != 0 ||
			    w->write[k].number_taken)
				continue;
			if (b->modified < a->modified ||
			    (b->modified == a->modified && k < i)) {
				w->write[i].number_taken = true;
				(void)snprintf(w->write[i].holder,
					       sizeof(w->write[i].holder),
					       "order %s", b->platform_id);
			}
		}
}

static void
note_holder(const struct writing *w, struct rows *rows)
{
	char number[141], platform_id[257], site[161];

	rows_text(rows, "number", number, sizeof(number));
	rows_text(rows, "platform_order_id", platform_id, sizeof(platform_id));
	rows_text(rows, "site_code", site, sizeof(site));
	for (size_t i = 0; i < w->count; i++) {
		const struct order *o = w->write[i].order;

		if (strcmp(o->number, number) != 0 ||
		    (rows_int(rows, "site_id") == w->site_id &&
		     strcmp(o->platform_id, platform_id) == 0))
			continue;
		w->write[i].number_taken = true;
		(void)snprintf(w->write[i].holder, sizeof(w->write[i].holder),
			       "order %.40s of site %.40s", platform_id, site);
	}
}

static bool
settle_numbers(const struct writing *w, struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(strbuf) numbers = LIST;

	if (!OB_GUARD("store.number"))
		return true;
	for (size_t i = 0; i < w->count; i++)
		list_add_text(&numbers, w->write[i].order->number);
	if (!list_close(&numbers, e) ||
	    !db_open(w->db, &rows, SQL_ORDER_NUMBER_HOLDERS,
		     BINDS(bind_text(numbers.text)), e))
		return false;
	while (rows_next(&rows))
		note_holder(w, &rows);
	settle_numbers_within(w);
	return rows_check(&rows, e);
}

/* Changed once it was sent on, or cancelled: a person decides, told once. */
static void
judge_late(struct order_write *write, const struct plan *plan,
	   struct rows *rows)
{
	if (plan->told && rows_flag(rows, "changed_upstream"))
		write->unchanged = true;
	else
		write->flagged = true;
}

/* New, unchanged, changed before or after its export (RELIABILITY 3.2). */
static void
judge(struct order_write *write, struct plan *plan, struct rows *rows)
{
	const struct order *o = write->order;
	char bc[41], state[41];
	size_t length = 0;
	const char *hash = rows_borrow(rows, "content_hash", &length);
	bool same = length == 32 && memcmp(hash, o->content_hash, 32) == 0 &&
		    OB_GUARD("store.hash");
	bool early;

	rows_text(rows, "bc_state", bc, sizeof(bc));
	rows_text(rows, "state", state, sizeof(state));
	early = strcmp(state, order_state_name(ORDER_STORED)) == 0 &&
		bc_state_is_before_sending(bc_state_find(bc));
	plan->known = true;
	plan->write = early && !same;
	plan->cancel = early && same && o->cancelled;
	write->stored = false;
	write->updated = plan->write;
	write->cancelled = early && o->cancelled;
	if (plan->write || plan->cancel)
		return;
	if (same && (!o->cancelled ||
		     strcmp(state, order_state_name(ORDER_CANCELLED)) == 0))
		write->unchanged = true;
	else
		judge_late(write, plan, rows);
}

static bool
seen_same(const struct order *o, const struct seen *seen)
{
	return seen->has_hash &&
	       memcmp(seen->content_hash, o->content_hash, 32) == 0;
}

static bool
make_plan(const struct writing *w, const struct seen *seen, struct plan *plan,
	  struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(strbuf) ids = LIST;

	for (size_t i = 0; i < w->count; i++) {
		struct order_write *o = &w->write[i];

		o->stored = plan[i].write = !o->number_taken;
		plan[i].told = seen_same(o->order, &seen[i]);
		o->updated = o->unchanged = o->flagged = o->cancelled = false;
		if (!o->number_taken)
			list_add_id(&ids, o->order->id);
	}
	if (!list_close(&ids, e) || !db_open(w->db, &rows, SQL_ORDER_EXISTING,
					     BINDS(bind_text(ids.text)), e))
		return false;
	while (rows_next(&rows)) {
		int64_t id = rows_int(&rows, "id");

		for (size_t i = 0; i < w->count; i++)
			if (w->write[i].order->id == id &&
			    !w->write[i].number_taken)
				judge(&w->write[i], &plan[i], &rows);
	}
	return rows_check(&rows, e);
}

static int64_t
count_lines(const struct order *o)
{
	int64_t count = 0;

	for (size_t i = 0; i < o->lines; i++)
		count += !line_is_memo(&o->line[i]);
	return count;
}

static void
add_header(struct sheet *sheet, const struct writing *w, const struct order *o,
	   unsigned revision)
{
	const struct address *b = &o->bill, *s = &o->ship;
	bool gone = o->cancelled;

	sheet_add(sheet,
		  BINDS(bind_int(o->id), bind_int(w->site_id),
			bind_text(o->platform_id), bind_text(o->number),
			bind_time(o->order_date), bind_time(o->modified),
			bind_time(o->paid_at), bind_text(o->status),
			bind_text(o->currency),
			bind_text_or_null(o->display_currency),
			bind_int(o->prices_include_tax),
			bind_text_or_null(o->customer_id),
			bind_text_or_null(o->email),
			bind_text_or_null(o->customer_note),
			bind_text_or_null(o->staff_notes),
			bind_text_or_null(b->first_name),
			bind_text_or_null(b->last_name),
			bind_text_or_null(b->company),
			bind_text_or_null(b->address1),
			bind_text_or_null(b->address2),
			bind_text_or_null(b->city), bind_text_or_null(b->state),
			bind_text_or_null(b->postcode),
			bind_text_or_null(b->country),
			bind_text_or_null(b->phone),
			bind_text_or_null(s->first_name),
			bind_text_or_null(s->last_name),
			bind_text_or_null(s->company),
			bind_text_or_null(s->address1),
			bind_text_or_null(s->address2),
			bind_text_or_null(s->city), bind_text_or_null(s->state),
			bind_text_or_null(s->postcode),
			bind_text_or_null(s->country),
			bind_text_or_null(s->phone), bind_int(o->ship_same),
			bind_text_or_null(o->ship_method),
			bind_money(o->ship_cost), bind_text(o->payment_method),
			bind_text_or_null(o->payment_provider),
			bind_int(o->klarna), bind_int(o->stripe),
			bind_int(o->paypal), bind_text_or_null(o->trans_id),
			bind_money(o->total_before_credit),
			bind_money(o->credit_total), bind_money(o->total_due),
			bind_money(o->tax_total), bind_int(o->proof_ok),
			bind_money(o->proof_residual), bind_int(o->has_kit),
			bind_int(count_lines(o)), bind_text_or_null(o->extra),
			bind_bytes(o->content_hash, 32), bind_int(revision),
			bind_text(gone ? "cancelled" : "stored"),
			bind_text(gone ? "cancelled" : "pending"),
			bind_int(gone ? 2 : 0), bind_time(w->now),
			bind_id(w->operation_id)));
}

static void
add_address(struct sheet *sheet, int64_t order_id, const char *kind,
	    const struct address *a, const char *email)
{
	sheet_add(sheet,
		  BINDS(bind_int(order_id), bind_text(kind),
			bind_text_or_null(a->first_name),
			bind_text_or_null(a->last_name),
			bind_text_or_null(a->company),
			bind_text_or_null(a->address1),
			bind_text_or_null(a->address2),
			bind_text_or_null(a->city), bind_text_or_null(a->state),
			bind_text_or_null(a->phone),
			bind_text_or_null(a->postcode), bind_text(a->country),
			bind_text_or_null(email)));
}

static void
add_line(struct sheet *sheet, const struct order *o, const struct line *l)
{
	sheet_add(sheet,
		  BINDS(bind_int(o->id), bind_int(l->number),
			bind_int((int64_t)l->type), bind_id(l->parent),
			bind_text_or_null(l->platform_id),
			bind_text_or_null(l->sku), bind_text(l->name),
			bind_quantity(l->quantity), bind_money(l->unit_price),
			bind_money(l->discount), bind_money(l->amount),
			bind_money(l->credit), bind_money(l->tax),
			bind_int(line_is_memo(l)), bind_text_or_null(l->code),
			bind_text_or_null(l->options),
			bind_text_or_null(l->gl_account),
			bind_int(o->cancelled ? 2 : 0)));
}

/* The rows of a changed order make room for the new ones. */
static bool
remove_old(const struct writing *w, const struct plan *plan, struct err *e)
{
	AUTO(strbuf) ids = LIST;

	for (size_t i = 0; i < w->count; i++)
		if (plan[i].write && plan[i].known)
			list_add_id(&ids, w->write[i].order->id);
	if (ids.len == 0)
		return true;
	return list_close(&ids, e) &&
	       db_run(w->db, SQL_ORDER_REMOVE_LINES, BINDS(bind_text(ids.text)),
		      e) &&
	       db_run(w->db, SQL_ORDER_REMOVE_ADDRESSES,
		      BINDS(bind_text(ids.text)), e);
}

static bool
write_headers(const struct writing *w, const struct sheet *headers,
	      struct err *e)
{
	if (sheet_run(headers, w->db, SQL_ORDER_UPSERT, e))
		return true;
	if (db_error(w->db) != DUPLICATE_KEY)
		return false;
	/* Looked for and not found, and yet there: another run of this moment.
	 */
	(void)err_set(e, ERR_TEMPORARY,
		      "another run stored an order of this number meanwhile");
	return err_as(e, OB_LOCK);
}

static bool
write_rows(const struct writing *w, const struct plan *plan, struct err *e)
{
	AUTO(sheet) headers = {0};
	AUTO(sheet) addresses = {0};
	AUTO(sheet) lines = {0};

	for (size_t i = 0; i < w->count; i++) {
		const struct order *o = w->write[i].order;

		if (!plan[i].write)
			continue;
		add_header(&headers, w, o, plan[i].revision);
		add_address(&addresses, o->id, "bill", &o->bill_clean,
			    o->bill_clean.email);
		add_address(&addresses, o->id, "ship", &o->ship_clean, "");
		for (size_t k = 0; k < o->lines; k++)
			add_line(&lines, o, &o->line[k]);
	}
	return remove_old(w, plan, e) && write_headers(w, &headers, e) &&
	       sheet_run(&addresses, w->db, SQL_ORDER_ADDRESS_INSERT, e) &&
	       sheet_run(&lines, w->db, SQL_ORDER_LINE_INSERT, e);
}

static void
add_events(struct sheet *sheet, const struct writing *w,
	   const struct order_write *o)
{
	static const char *const steps[] = {"fetch", "normalise", "verify"};
	int64_t id = o->order->id;
	const char *outcome = o->updated ? "updated" : "stored";

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		event_add(sheet, w, id, steps[i], "ok", NULL, NULL);
	if (o->order->has_kit)
		event_add(sheet, w, id, "kits", "ok", NULL, NULL);
	if (o->order->credit_total.e4)
		event_add(sheet, w, id, "credit", "ok", NULL, NULL);
	if (o->lost_row)
		event_add(sheet, w, id, "store", "warn", NULL,
			  "the shop shows it as exported, but it was not here: "
			  "stored again");
	event_add(sheet, w, id, "store", outcome, NULL, NULL);
	event_add(sheet, w, id, "result", outcome, NULL, NULL);
}

/* What happened to an order that keeps its rows. */
static void
add_late_event(struct sheet *sheet, const struct writing *w,
	       const struct order_write *o)
{
	if (o->flagged)
		event_add(
			sheet, w, o->order->id, "compare", "warn", NULL,
			o->order->cancelled
				? "cancelled at the shop too late to be taken over"
				: "changed at the shop too late to be taken over");
	else if (o->cancelled)
		event_add(sheet, w, o->order->id, "compare", "ok", NULL,
			  "cancelled at the shop: it will not be exported");
}

static bool
write_events(const struct writing *w, const struct plan *plan, struct err *e)
{
	AUTO(sheet) events = {0};
	AUTO(sheet) flags = {0};
	AUTO(sheet) cancels = {0};
	AUTO(strbuf) fixed = LIST;

	for (size_t i = 0; i < w->count; i++) {
		const struct order_write *o = &w->write[i];
		int64_t id = o->order->id;

		if (o->number_taken)
			continue;
		if (o->stored || o->updated)
			add_events(&events, w, o);
		else
			add_late_event(&events, w, o);
		if (o->flagged)
			sheet_add(&flags, BINDS(bind_int(id)));
		else
			list_add_id(&fixed, id);
		if (plan[i].cancel)
			sheet_add(&cancels, BINDS(bind_int(id)));
	}
	return list_close(&fixed, e) &&
	       sheet_run(&events, w->db, SQL_ORDER_EVENT_INSERT, e) &&
	       sheet_run(&flags, w->db, SQL_ORDER_FLAG_CHANGED, e) &&
	       cancel_orders(&cancels, w->db, e) &&
	       db_run(w->db, SQL_ORDER_ERRORS_FIXED,
		      BINDS(bind_text(fixed.text)), e);
}

/* What one call keeps beside the orders, one of each for every order. */
struct notes {
	struct plan *plan;
	struct seen *seen; /* what was known before */
	unsigned *revision;
};

static void
notes_end(struct notes *notes)
{
	free(notes->plan);
	free(notes->seen);
	free(notes->revision);
}

static bool
store(const struct writing *w, struct notes *n, struct err *e)
{
	if (!seen_load(w, &n->seen, e) || !settle_numbers(w, e) ||
	    !seen_upsert(w, NULL, e) || !make_plan(w, n->seen, n->plan, e) ||
	    !payload_keep(w, n->revision, e))
		return false;
	for (size_t i = 0; i < w->count; i++)
		n->plan[i].revision = n->revision[i];
	return write_rows(w, n->plan, e) && write_events(w, n->plan, e);
}

bool
order_store_many(struct db *db, int64_t site_id, int64_t operation_id,
		 utc_ms now, struct order_write *write, size_t count,
		 struct err *e)
{
	struct writing w = {db, site_id, operation_id, now, write, count};
	AUTO(notes)
	n = {
		.plan = calloc(count + 1, sizeof(*n.plan)),
		.revision = calloc(count + 1, sizeof(*n.revision)),
	};

	if (n.plan == NULL || n.revision == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu orders",
			       count);
	return store(&w, &n, e) || err_in(e, "store %zu orders", count);
}
