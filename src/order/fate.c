/* Orders that were not stored: failed, waiting, skipped; and marks. */
#include <stdlib.h>
#include <string.h>

#include "base/row_out.h"
#include "order/errors.h"
#include "store_local.h"

/* What the row of one error borrows until it is written. */
struct detail {
	struct strbuf text;
	unsigned char cause[32];
};

/* The further faults of an order, for `detail`: [{"code":..,"message":..}]. */
static bool
add_detail(struct strbuf *out, const struct faults *faults,
	   const struct fault *first, struct err *e)
{
	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *f = &faults->fault[i];

		if (f == first)
			continue;
		strbuf_add(out, out->len ? ",{\"stage\":" : "[{\"stage\":");
		json_out_text(out, stage_name(f->stage));
		strbuf_add(out, ",\"code\":");
		json_out_text(out, code_name(f->code));
		strbuf_add(out, ",\"field\":");
		json_out_text(out, f->field);
		strbuf_add(out, ",\"message\":");
		json_out_text(out, f->message);
		strbuf_add(out, "}");
	}
	if (out->len)
		strbuf_add(out, "]");
	return strbuf_check(out, e);
}

static bool
add_error(struct sheet *sheet, const struct writing *w,
	  const struct order_write *o, struct detail *detail, struct err *e)
{
	const struct fault *f = o->fault;

	if (f == NULL)
		return err_set(e, ERR_FATAL, "order %s failed without a fault",
			       o->order->platform_id);
	detail->text = (struct strbuf)STRBUF((size_t)1 << 16);
	if (!add_detail(&detail->text, &o->order->faults, f, e))
		return false;
	order_cause_hash(f->code, f->sku, f->field, detail->cause);
	sheet_add(sheet,
		  BINDS(bind_int(o->order->id), bind_int(w->site_id),
			bind_text_or_null(o->order->number),
			bind_text(stage_name(f->stage)),
			bind_text(code_name(f->code)),
			bind_text_or_null(f->sku), bind_text_or_null(f->field),
			bind_text(f->message),
			bind_text_or_null(detail->text.text),
			bind_money(order_worth(o->order)),
			bind_text_or_null(o->order->currency),
			bind_bytes(detail->cause, sizeof(detail->cause)),
			bind_time(w->now), bind_time(w->now),
			bind_id(w->operation_id)));
	return true;
}

static bool
write_errors(const struct writing *w, struct err *e)
{
	AUTO(sheet) errors = {0};
	struct detail *detail = calloc(w->count + 1, sizeof(*detail));
	bool fine = detail != NULL ||
		    err_set(e, ERR_TEMPORARY, "no memory for errors");

	for (size_t i = 0; fine && i < w->count; i++)
		fine = add_error(&errors, w, &w->write[i], &detail[i], e);
	fine = fine && sheet_run(&errors, w->db, SQL_ORDER_ERROR_UPSERT, e);
	for (size_t i = 0; detail != NULL && i < w->count; i++)
		strbuf_end(&detail[i].text);
	free(detail);
	return fine || err_in(e, "keep %zu errors", w->count);
}

/* The step that stopped it, and the result of the operation. */
static void
add_events(struct sheet *events, const struct writing *w,
	   const struct order_write *o, const char *outcome)
{
	const struct fault *f = o->fault;
	enum code code = f ? f->code : o->code;
	const char *message = f ? f->message : code_info(code)->what;

	if (f)
		event_add(events, w, o->order->id, stage_name(f->stage),
			  outcome, code_name(code), message);
	event_add(events, w, o->order->id, "result", outcome, code_name(code),
		  message);
}

static bool
write_events(const struct writing *w, const char *outcome, struct err *e)
{
	AUTO(sheet) events = {0};

	for (size_t i = 0; i < w->count; i++)
		add_events(&events, w, &w->write[i], outcome);
	return sheet_run(&events, w->db, SQL_ORDER_EVENT_INSERT, e);
}

bool
order_fail_many(struct db *db, int64_t site_id, int64_t operation_id,
		utc_ms now, struct order_write *write, size_t count,
		struct err *e)
{
	struct writing w = {db, site_id, operation_id, now, write, count};

	return seen_upsert(&w, "error", e) && payload_keep(&w, NULL, e) &&
	       write_errors(&w, e) && write_events(&w, "hard", e);
}

static bool
waits_as_before(const struct order_write *o, const struct seen *seen)
{
	return strcmp(seen->outcome, "soft") == 0 && o->fault != NULL &&
	       strcmp(seen->code, code_name(o->fault->code)) == 0;
}

static bool
keep_waiting(const struct writing *w, const struct seen *seen, struct err *e)
{
	AUTO(sheet) events = {0};

	if (!seen_upsert(w, "soft", e) || !payload_keep(w, NULL, e))
		return false;
	/* An order may be tried each five minutes for two weeks (D-2). */
	for (size_t i = 0; i < w->count; i++)
		if (!waits_as_before(&w->write[i], &seen[i]))
			add_events(&events, w, &w->write[i], "soft");
	return sheet_run(&events, w->db, SQL_ORDER_EVENT_INSERT, e);
}

bool
order_wait_many(struct db *db, int64_t site_id, int64_t operation_id,
		utc_ms now, struct order_write *write, size_t count,
		struct err *e)
{
	struct writing w = {db, site_id, operation_id, now, write, count};
	struct seen *seen;
	bool fine = seen_load(&w, &seen, e) && keep_waiting(&w, seen, e);

	free(seen);
	return fine;
}

bool
cancel_orders(const struct sheet *ids, struct db *db, struct err *e)
{
	return sheet_run(ids, db, SQL_ORDER_CANCEL, e) &&
	       sheet_run(ids, db, SQL_ORDER_CANCEL_LINES, e);
}

bool
order_skip_many(struct db *db, int64_t site_id, int64_t operation_id,
		utc_ms now, struct order_write *write, size_t count,
		struct err *e)
{
	struct writing w = {db, site_id, operation_id, now, write, count};
	AUTO(sheet) ids = {0};
	bool gone = count > 0 && write[0].code == GONE;

	if (!seen_upsert(&w, gone ? "gone" : "skipped", e))
		return false;
	/* what the shop has no more is not exported any more. */
	for (size_t i = 0; gone && i < count; i++)
		sheet_add(&ids, BINDS(bind_int(write[i].order->id)));
	return cancel_orders(&ids, db, e) && write_events(&w, "skipped", e);
}

bool
order_to_mark(struct db *db, int64_t site_id, struct to_mark *out, size_t room,
	      size_t *count, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*count = 0;
	/* This is the re-read that I5 asks for before a mark is sent. */
	if (!db_sync_wait(db, true, e) ||
	    !db_open(db, &rows, SQL_ORDER_TO_MARK,
		     BINDS(bind_int(site_id), bind_int((int64_t)room)), e) ||
	    !db_sync_wait(db, false, e))
		return err_in(e, "orders to mark");
	while (*count < room && rows_next(&rows)) {
		struct to_mark *mark = &out[(*count)++];

		mark->id = rows_int(&rows, "id");
		rows_text(&rows, "platform_order_id", mark->platform_id,
			  sizeof(mark->platform_id));
		rows_text(&rows, "number", mark->number, sizeof(mark->number));
	}
	return rows_check(&rows, e);
}

/* As which mark_state an ending is kept: a cancelled order needs no mark. */
static const char *
state_of(const struct marked *m)
{
	return strcmp(m->state, "cancelled") == 0 ? "superseded" : m->state;
}

/* One statement for all that ended alike. */
static bool
write_states(const struct writing *w, const struct marked *marked, size_t count,
	     struct err *e)
{
	static const char *const states[] = {"done", "failed", "superseded"};

	for (size_t k = 0; k < COUNT_OF(states); k++) {
		AUTO(strbuf) ids = LIST;

		for (size_t i = 0; i < count; i++)
			if (strcmp(state_of(&marked[i]), states[k]) == 0)
				list_add_id(&ids, marked[i].id);
		if (ids.len == 0)
			continue;
		if (!list_close(&ids, e) ||
		    !db_run(w->db, SQL_ORDER_MARKED,
			    BINDS(bind_text(ids.text), bind_text(states[k]),
				  k == 0 ? bind_time(w->now) : bind_null()),
			    e))
			return false;
	}
	return true;
}

bool
order_mark_many(struct db *db, int64_t operation_id, utc_ms now,
		const struct marked *marked, size_t count, struct err *e)
{
	AUTO(sheet) gone = {0};
	AUTO(sheet) events = {0};
	struct writing w = {db, 0, operation_id, now, NULL, 0};

	for (size_t i = 0; i < count; i++) {
		const struct marked *m = &marked[i];
		bool done = strcmp(m->state, "done") == 0;
		bool cancelled = strcmp(m->state, "cancelled") == 0;

		if (cancelled)
			sheet_add(&gone, BINDS(bind_int(m->id)));
		event_add(&events, &w, m->id, "mark", done ? "ok" : "warn",
			  cancelled ? code_name(GONE) : NULL, m->message);
	}
	return write_states(&w, marked, count, e) &&
	       cancel_orders(&gone, db, e) &&
	       sheet_run(&events, db, SQL_ORDER_EVENT_INSERT, e);
}

bool
order_unmark(struct db *db, int64_t site_id, const char *platform_id,
	     struct err *e)
{
	return db_run(db, SQL_ORDER_UNMARK,
		      BINDS(bind_int(site_id), bind_text(platform_id)), e);
}

bool
order_count_waiting(struct db *db, unsigned limit, unsigned *count,
		    struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_ORDER_COUNT_WAITING, BINDS(bind_int(limit)),
		     e))
		return false;
	*count = rows_next(&rows) ? (unsigned)rows_int(&rows, "waiting") : 0;
	return rows_check(&rows, e);
}
