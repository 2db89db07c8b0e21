/*
 * What the integration tests make the stores do, as steps.h says; this file:
 * orders and lists. Never installed.
 */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "entity/list.h"
#include "order/errors.h"
#include "order/read.h"
#include "order/store.h"
#include "product/kit_store.h"
#include "site/secret_store.h"
#include "tests/support/samples.h"
#include "tests/support/store_probe.h"

/* ---- orders */

static void
add_fault(struct order *o, const json_t *spec)
{
	enum code code = code_find(text(spec, "fault", ""));

	if (code != CODE_NONE)
		fault_add(&o->faults, STAGE_VERIFY, code,
			  text(spec, "field", ""), text(spec, "sku", ""), "%s",
			  text(spec, "message", "it is not good"));
	if (flag(spec, "second_fault", false))
		fault_add(&o->faults, STAGE_CREDIT, OB_CREDIT_EXCEEDS, "", "",
			  "the credit is more than the sum");
}

/* A sample that differs where the step says so. */
static struct order
make_order(const json_t *spec)
{
	struct order o = order_sample();
	struct order_rules rules = rules_sample();

	(void)text_copy(o.platform_id, sizeof(o.platform_id),
			text(spec, "id", "1"));
	(void)text_copy(o.number, sizeof(o.number),
			text(spec, "number", o.platform_id));
	(void)text_copy(o.bill.city, sizeof(o.bill.city),
			text(spec, "city", o.bill.city));
	o.modified += number(spec, "later", 0);
	o.line[0].amount = money_of(text(spec, "amount", "20.00"));
	o.total.e4 += o.line[0].amount.e4 - 200000;
	o.cancelled = flag(spec, "cancelled", false);
	order_prepare(&o, &rules);
	order_rules_end(&rules);
	if (json_object_get(spec, "unit_price"))
		o.line[0].unit_price = money_of(text(spec, "unit_price", ""));
	if (json_object_get(spec, "quantity"))
		o.line[0].quantity = quantity_of(text(spec, "quantity", ""));
	if (json_object_get(spec, "tax_total"))
		o.tax_total = money_of(text(spec, "tax_total", ""));
	/* What no step before the store would let through. */
	if (flag(spec, "bad_country", false))
		memcpy(o.bill_clean.country, "USA", 4);
	for (int64_t i = number(spec, "more_lines", 0); i > 0; i--)
		(void)line_sample(&o, LINE_FEE, "", "0.00");
	add_fault(&o, spec);
	return o;
}

typedef bool writer(struct db *db, int64_t site_id, int64_t operation_id,
		    utc_ms at, struct order_write *write, size_t count,
		    struct err *e);

struct writing {
	writer *write_many;
	int64_t site_id, operation_id;
	struct order_write *write;
	size_t count;
	utc_ms now;
};

static bool
write_work(struct db *db, void *context, struct err *e)
{
	struct writing *w = context;

	return w->write_many(db, w->site_id, w->operation_id, w->now, w->write,
			     w->count, e);
}

static json_t *
fate_of(const struct order_write *w)
{
	const char *word = w->number_taken ? "number_taken"
			   : w->flagged    ? "flagged"
			   : w->unchanged  ? "unchanged"
			   : w->updated    ? "updated"
			   : w->stored     ? "stored"
					   : "";

	return json_pack("{s:I,s:s,s:b,s:s}", "id", (json_int_t)w->order->id,
			 "fate", word, "cancelled", w->cancelled, "holder",
			 w->holder);
}

static bool
write_orders(struct step *step, writer *write_many, struct err *e)
{
	const json_t *specs = json_object_get(step->ask, "orders");
	size_t count = json_array_size(specs);
	struct order *order = calloc(count, sizeof(*order));
	struct order_write *write = calloc(count, sizeof(*write));
	struct writing w = {write_many,
			    number(step->ask, "site", 1),
			    number(step->ask, "operation", 0),
			    write,
			    count,
			    step->now};
	json_t *fates = json_array();
	bool done;

	for (size_t i = 0; i < count; i++) {
		const json_t *spec = json_array_get(specs, i);

		order[i] = make_order(spec);
		write[i] = (struct order_write){
			.order = &order[i],
			.body = text(spec, "body", "{}"),
			.code = code_find(text(spec, "code", "")),
			.fault = fault_first(&order[i].faults),
			.lost_row = flag(spec, "lost_row", false),
		};
		write[i].body_length = strlen(write[i].body);
	}
	done = db_transact(step->db, write_work, &w, e);
	for (size_t i = 0; i < count; i++) {
		(void)json_array_append_new(fates, fate_of(&write[i]));
		order_end(&order[i]);
	}
	put(step, "orders", fates);
	free(order);
	free(write);
	return done;
}

static bool
call_store(struct step *step, struct err *e)
{
	return write_orders(step, order_store_many, e);
}

static bool
call_fail(struct step *step, struct err *e)
{
	return write_orders(step, order_fail_many, e);
}

static bool
call_wait(struct step *step, struct err *e)
{
	return write_orders(step, order_wait_many, e);
}

static bool
call_skip(struct step *step, struct err *e)
{
	return write_orders(step, order_skip_many, e);
}

static bool
call_seen(struct step *step, struct err *e)
{
	const json_t *ids = json_object_get(step->ask, "ids");
	size_t count = json_array_size(ids);
	struct seen *seen = calloc(count + 1, sizeof(*seen));
	json_t *found = json_array();
	bool done;

	for (size_t i = 0; i < count; i++)
		(void)text_copy(seen[i].platform_id,
				sizeof(seen[i].platform_id),
				json_string_value(json_array_get(ids, i)));
	done = order_seen_match(step->db, number(step->ask, "site", 1), seen,
				count, e);
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(
			found,
			json_pack("{s:I,s:s,s:b,s:s,s:s,s:b,s:s}", "id",
				  (json_int_t)seen[i].id, "outcome",
				  seen[i].outcome, "has_hash", seen[i].has_hash,
				  "state", seen[i].state, "mark_state",
				  seen[i].mark_state, "exported",
				  seen[i].exported, "error", seen[i].error));
	put(step, "seen", found);
	free(seen);
	return done;
}

static bool
call_to_mark(struct step *step, struct err *e)
{
	struct to_mark mark[8];
	json_t *found = json_array();
	size_t count;
	bool done =
		order_to_mark(step->db, number(step->ask, "site", 1), mark,
			      (size_t)number(step->ask, "room", 8), &count, e);

	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(found, json_string(mark[i].number));
	put(step, "numbers", found);
	return done;
}

static bool
call_mark(struct step *step, struct err *e)
{
	struct marked marked = {
		.id = number(step->ask, "id", 0),
		.state = text(step->ask, "state", "done"),
		.message = text(step->ask, "message", NULL),
	};

	return order_mark_many(step->db, 0, step->now, &marked, 1, e);
}

static bool
call_unmark(struct step *step, struct err *e)
{
	return order_unmark(step->db, number(step->ask, "site", 1),
			    text(step->ask, "id", ""), e);
}

static bool
call_waiting(struct step *step, struct err *e)
{
	unsigned count = 0;
	bool done = order_count_waiting(
		step->db, (unsigned)number(step->ask, "limit", 100), &count, e);

	put(step, "count", json_integer(count));
	return done;
}

static bool
call_find(struct step *step, struct err *e)
{
	int64_t id = 0;
	bool done = order_find(step->db, text(step->ask, "word", ""), &id, e);

	put(step, "id", json_integer(id));
	return done;
}

static bool
call_payload(struct step *step, struct err *e)
{
	AUTO(strbuf) body = STRBUF(1u << 20);
	unsigned found = 0;
	bool done = order_payload(step->db, number(step->ask, "id", 0),
				  (unsigned)number(step->ask, "revision", 0),
				  &body, &found, e);

	put(step, "body", json_string(strbuf_text(&body)));
	put(step, "revision", json_integer(found));
	return done;
}

static bool
call_handle(struct step *step, struct err *e)
{
	return order_error_handle(step->db, number(step->ask, "id", 0),
				  text(step->ask, "reason", "seen to"),
				  text(step->ask, "by", "maria"), step->now, e);
}

/* ---- lists */

static bool
tell_rows(struct step *step, struct rows *rows, struct err *e)
{
	json_t *list = json_array();

	put(step, "rows", list);
	return add_rows(list, rows, rows->count, e);
}

static bool
open_list(struct step *step, struct rows *rows, struct err *e)
{
	const json_t *ask = step->ask;
	const char *what = text(ask, "what", "");
	int64_t id = number(ask, "id", 0);

	if (strcmp(what, "order") == 0)
		return order_read(step->db, id, rows, e);
	if (strcmp(what, "lines") == 0)
		return order_read_lines(step->db, id, rows, e);
	if (strcmp(what, "addresses") == 0)
		return order_read_addresses(step->db, id, rows, e);
	if (strcmp(what, "events") == 0)
		return order_read_events(step->db, id, rows, e);
	if (strcmp(what, "payloads") == 0)
		return order_read_payloads(step->db, id, rows, e);
	if (strcmp(what, "secrets") == 0)
		return secret_store_list(step->db, rows, e);
	return err_set(e, ERR_INPUT, "no list of %s", what);
}

static bool
call_list(struct step *step, struct err *e)
{
	AUTO(rows) rows = ROWS;

	return open_list(step, &rows, e) && tell_rows(step, &rows, e);
}

/* A list of the entity layer, page after page: "entity" and "params". */
static bool
read_entity(struct step *step, struct list_ask *ask, struct err *e)
{
	static const struct list_access access = {
		.all_sites = true, .with_pii = true, .per_page_max = 1000};
	struct list_param param[LIST_FILTERS_MAX];
	struct list_fault bad;
	size_t count = 0;
	const char *name;
	json_t *value;

	json_object_foreach(json_object_get(step->ask, "params"), name, value)
	{
		if (count < LIST_FILTERS_MAX)
			param[count++] = (struct list_param){
				name, json_string_value(value)};
	}
	return list_read(entity_find(text(step->ask, "entity", "")), step->db,
			 param, count, &access, ask, &bad, e);
}

static bool
call_entity(struct step *step, struct err *e)
{
	AUTO(list_ask) ask = {0};
	json_t *list = json_array(), *pages = json_array();

	put(step, "rows", list);
	put(step, "pages", pages);
	if (!read_entity(step, &ask, e))
		return false;
	for (bool more = true; more;) {
		AUTO(rows) rows = ROWS;
		const size_t before = json_array_size(list);

		if (!list_rows(step->db, &ask, &rows, e) ||
		    !add_rows(list, &rows, ask.per_page, e))
			return false;
		(void)json_array_append_new(
			pages, json_integer((json_int_t)(json_array_size(list) -
							 before)));
		more = rows.count > ask.per_page;
		if (more && !list_follow(&ask, &rows, e))
			return false;
	}
	return true;
}

static const struct probe_call calls[] = {
	{"store", call_store},
	{"fail", call_fail},
	{"wait", call_wait},
	{"skip", call_skip},
	{"seen", call_seen},
	{"to_mark", call_to_mark},
	{"mark", call_mark},
	{"unmark", call_unmark},
	{"waiting", call_waiting},
	{"find", call_find},
	{"payload", call_payload},
	{"handle", call_handle},
	{"entity", call_entity},
	{"list", call_list},
	{0},
};

int
main(int argc, char **argv)
{
	const struct probe_call *const tables[] = {calls, product_calls,
						   site_calls, NULL};

	return steps_run(argc, argv, tables, false);
}
