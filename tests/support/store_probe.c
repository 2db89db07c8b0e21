/*
 * What the integration tests make the stores do. It reads a JSON array of
 * steps, each {"call": ..., ...}, and prints one JSON object a step: class,
 * code and text of the error, and what the call gave. Never installed.
 */

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "db/db.h"
#include "entity/list.h"
#include "order/errors.h"
#include "order/read.h"
#include "order/store.h"
#include "product/item_csv.h"
#include "product/item_store.h"
#include "product/kit_csv.h"
#include "product/kit_store.h"
#include "product/store.h"
#include "site/connection.h"
#include "site/secret_store.h"
#include "site/site.h"
#include "tests/support/samples.h"

static const utc_ms now = 1800000000000; /* 2027-01-15T08:00:00Z */
static const struct kit_limits limits = {.max_depth = 10, .max_lines = 500};

/* One step: what is asked and what is told. */
struct step {
	struct db *db;
	const json_t *ask;
	json_t *tell;
};

static const char *
text(const json_t *object, const char *name, const char *fallback)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : fallback;
}

static int64_t
number(const json_t *object, const char *name, int64_t fallback)
{
	const json_t *value = json_object_get(object, name);

	return json_is_integer(value) ? json_integer_value(value) : fallback;
}

static bool
flag(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

static void
put(struct step *step, const char *name, json_t *value)
{
	(void)json_object_set_new(step->tell, name, value);
}

static void
fail(const struct err *e)
{
	fprintf(stderr, "%s\n", e->text);
	exit(3);
}

/* ---- orders */

static struct money
money_of(const char *value)
{
	struct money money;
	struct err e = {0};

	if (!money_parse(value, &money, &e))
		fail(&e);
	return money;
}

static struct quantity
quantity_of(const char *value)
{
	struct quantity quantity;
	struct err e = {0};

	if (!quantity_parse(value, &quantity, &e))
		fail(&e);
	return quantity;
}

static void
add_fault(struct order *o, const json_t *spec)
{
	enum code code = code_find(text(spec, "fault", ""));

	if (code != CODE_NONE)
		fault_add(&o->faults, STAGE_VERIFY, code,
			  text(spec, "field", ""), text(spec, "sku", ""), "%s",
			  text(spec, "message", "it is not good"));
	if (flag(spec, "second_fault"))
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
	o.cancelled = flag(spec, "cancelled");
	order_prepare(&o, &rules);
	order_rules_end(&rules);
	if (json_object_get(spec, "unit_price"))
		o.line[0].unit_price = money_of(text(spec, "unit_price", ""));
	if (json_object_get(spec, "quantity"))
		o.line[0].quantity = quantity_of(text(spec, "quantity", ""));
	if (json_object_get(spec, "tax_total"))
		o.tax_total = money_of(text(spec, "tax_total", ""));
	/* What no step before the store would let through. */
	if (flag(spec, "bad_country"))
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
};

static bool
write_work(struct db *db, void *context, struct err *e)
{
	struct writing *w = context;

	return w->write_many(db, w->site_id, w->operation_id, now, w->write,
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
	struct writing w = {write_many, number(step->ask, "site", 1),
			    number(step->ask, "operation", 0), write, count};
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
			.lost_row = flag(spec, "lost_row"),
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

	return order_mark_many(step->db, 0, now, &marked, 1, e);
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
				  text(step->ask, "by", "maria"), now, e);
}

/* ---- lists: every row as an object of texts, NULL as null */

/* As many rows as are wanted, at the end of the list. */
static bool
add_rows(json_t *list, struct rows *rows, size_t most, struct err *e)
{
	for (size_t n = 0; n < most && rows_next(rows); n++) {
		json_t *row = json_object();

		for (size_t i = 0; i < rows->columns; i++)
			(void)json_object_set_new(
				row, rows_name(rows, i),
				rows_null(rows, rows_name(rows, i))
					? json_null()
					: json_string(rows_cell(rows, i)));
		(void)json_array_append_new(list, row);
	}
	return rows_check(rows, e);
}

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
	unsigned limit = (unsigned)number(ask, "limit", 100);

	if (strcmp(what, "kits") == 0)
		return kit_list(step->db, text(ask, "after", ""),
				text(ask, "search", NULL), limit, rows, e);
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

/* ---- items and kits */

static void
fill_set(const json_t *skus, struct sku_set *set)
{
	for (size_t i = 0; i < json_array_size(skus); i++)
		if (sku_set_add(set, json_string_value(
					     json_array_get(skus, i))) == NULL)
			exit(3);
}

static void
tell_set(struct step *step, const struct sku_set *set)
{
	json_t *list = json_object();

	for (size_t i = 0; i < set->count; i++) {
		const struct sku_check *sku = &set->sku[i];
		char price[MONEY_TEXT_MAX];

		(void)json_object_set_new(
			list, sku->key,
			json_pack("{s:s,s:i,s:b,s:s,s:s,s:s,s:s}", "here",
				  item_status_name(sku->here), "there",
				  (int)sku->there, "cached", sku->cached,
				  "bc_number", sku->bc_number, "gl_account",
				  sku->gl_account, "item_id", sku->item_id,
				  "list_price",
				  money_text(sku->list_price, price)));
	}
	put(step, "skus", list);
}

static bool
call_match(struct step *step, struct err *e)
{
	AUTO(sku_set) set = {0};
	bool done;

	fill_set(json_object_get(step->ask, "skus"), &set);
	done = items_match(step->db, &set, e) &&
	       sku_cache_read(step->db, number(step->ask, "connection", 1),
			      (unsigned)number(step->ask, "cache_s", 300), &set,
			      e);
	tell_set(step, &set);
	return done;
}

/* Answers as numbers of enum bc_answer, by SKU. */
static bool
call_answer(struct step *step, struct err *e)
{
	AUTO(sku_set) set = {0};
	json_t *answers = json_object_get(step->ask, "answers");
	const char *key;
	json_t *value;

	json_object_foreach(answers, key, value)
	{
		struct sku_check *sku = sku_set_add(&set, key);

		sku->there = (enum bc_answer)json_integer_value(value);
		(void)text_copy(sku->item_id, sizeof(sku->item_id), "guid-1");
	}
	return sku_cache_write(step->db, number(step->ask, "connection", 1),
			       &set, e);
}

static bool
call_flush(struct step *step, struct err *e)
{
	unsigned removed = 0;
	bool done = sku_cache_flush(step->db, &removed, e);

	put(step, "removed", json_integer(removed));
	return done;
}

static bool
call_kits(struct step *step, struct err *e)
{
	AUTO(sku_set) set = {0};
	AUTO(kit_table) table = {0};
	json_t *rows = json_array();
	bool done;

	fill_set(json_object_get(step->ask, "skus"), &set);
	done = kits_match(step->db, &set,
			  (unsigned)number(step->ask, "max_depth", 10), &table,
			  e);
	for (size_t i = 0; i < table.count; i++)
		(void)json_array_append_new(
			rows, json_pack("[s,s,I]", table.row[i].parent,
					table.row[i].component,
					(json_int_t)table.row[i].quantity.e5));
	put(step, "rows", rows);
	return done;
}

static struct item
make_item(const json_t *spec)
{
	struct item item = {
		.status = item_status_find(text(spec, "status", "active")),
		.list_price = money_of(text(spec, "list_price", "0")),
		.bc_modified_at = number(spec, "modified", 0),
	};

	(void)text_copy(item.sku, sizeof(item.sku), text(spec, "sku", ""));
	(void)text_copy(item.description, sizeof(item.description),
			text(spec, "description", ""));
	(void)text_copy(item.bc_number, sizeof(item.bc_number),
			text(spec, "bc_number", ""));
	(void)text_copy(item.gl_account, sizeof(item.gl_account),
			text(spec, "gl_account", ""));
	return item;
}

static bool
call_item_save(struct step *step, struct err *e)
{
	struct item item = make_item(step->ask);
	bool done = true;

	if (flag(step->ask, "there")) {
		struct item present;

		done = item_find(step->db, item.sku, &present, e);
		item.id = present.id;
		item.version = present.version +
			       (unsigned)number(step->ask, "ahead", 0);
	}
	done = done && item_save(step->db, &item, e);
	put(step, "id", json_integer(item.id));
	put(step, "version", json_integer(item.version));
	return done;
}

static bool
call_item_delete(struct step *step, struct err *e)
{
	return item_delete(step->db, text(step->ask, "sku", ""),
			   (unsigned)number(step->ask, "version", 0), e);
}

static void
tell_changes(struct step *step, const struct item_changes *changes,
	     const struct strbuf *keys)
{
	put(step, "changes",
	    json_pack("[I,I,I,I]", (json_int_t)changes->added,
		      (json_int_t)changes->changed,
		      (json_int_t)changes->unchanged,
		      (json_int_t)changes->removed));
	if (keys)
		put(step, "keys",
		    keys->len ? json_loads(keys->text, 0, NULL) : json_null());
}

static bool
call_item_sync(struct step *step, struct err *e)
{
	const json_t *specs = json_object_get(step->ask, "items");
	AUTO(strbuf) keys = STRBUF(1u << 20);
	struct item_changes changes = {0};
	struct item item[16];
	size_t count = json_array_size(specs);
	bool done;

	for (size_t i = 0; i < count && i < COUNT_OF(item); i++)
		item[i] = make_item(json_array_get(specs, i));
	done = item_sync_many(step->db, item, count, &changes, &keys, e);
	tell_changes(step, &changes, &keys);
	return done;
}

static json_t *
list_faults(const struct csv_fault *fault, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count && i < CSV_FAULTS_MAX; i++)
		(void)json_array_append_new(
			list, json_pack("[I,s]", (json_int_t)fault[i].line,
					fault[i].why));
	return list;
}

static void
tell_report(struct step *step, const struct csv_report *report,
	    const struct strbuf *keys)
{
	tell_changes(step, &report->changes, keys);
	put(step, "faults", list_faults(report->fault, report->faults));
	put(step, "fault_count", json_integer((json_int_t)report->faults));
	put(step, "warnings", list_faults(report->warning, report->warnings));
}

static bool
call_import(struct step *step, struct err *e)
{
	struct csv_report *report = calloc(1, sizeof(*report));
	AUTO(strbuf) keys = STRBUF(16u << 20);
	const char *file = text(step->ask, "text", "");
	struct csv_options options = {
		.dry_run = flag(step->ask, "dry_run"),
		.remove_missing = flag(step->ask, "remove_missing"),
	};
	bool items = strcmp(text(step->ask, "what", ""), "items") == 0;
	bool done;

	done = items ? item_import(step->db, file, strlen(file), options,
				   report, &keys, e)
		     : kit_import(step->db, file, strlen(file), options, limits,
				  report, e);
	tell_report(step, report, items ? &keys : NULL);
	free(report);
	return done;
}

static bool
collect(void *context, const char *bytes, size_t length, struct err *e)
{
	struct strbuf *all = context;

	strbuf_addn(all, bytes, length);
	return strbuf_check(all, e);
}

static bool
call_export(struct step *step, struct err *e)
{
	AUTO(strbuf) all = STRBUF(64u << 20);
	bool items = strcmp(text(step->ask, "what", ""), "items") == 0;
	bool done = items ? item_export(step->db, collect, &all, e)
			  : kit_export(step->db, collect, &all, e);

	put(step, "text", json_string(strbuf_text(&all)));
	return done;
}

static bool
call_kit_save(struct step *step, struct err *e)
{
	const json_t *rows = json_object_get(step->ask, "rows");
	const char *parent = text(step->ask, "parent", "");
	struct kit_row row[16] = {0};
	size_t count = json_array_size(rows);

	for (size_t i = 0; i < count && i < COUNT_OF(row); i++) {
		const json_t *spec = json_array_get(rows, i);

		(void)text_copy(row[i].parent, sizeof(row[i].parent), parent);
		(void)text_copy(row[i].component, sizeof(row[i].component),
				json_string_value(json_array_get(spec, 0)));
		row[i].quantity =
			quantity_of(json_string_value(json_array_get(spec, 1)));
		row[i].sort = (unsigned)i;
		row[i].weight_e4 = -1;
		row[i].valid_from = json_integer_value(json_array_get(spec, 2));
	}
	return kit_save(step->db, parent, row, count,
			(unsigned)number(step->ask, "version", 0), limits, e);
}

static bool
call_kit_find(struct step *step, struct err *e)
{
	AUTO(kit_table) table = {0};
	unsigned version = 0;
	bool done = kit_find(step->db, text(step->ask, "parent", ""), &table,
			     &version, e);

	put(step, "count", json_integer((json_int_t)table.count));
	put(step, "version", json_integer(version));
	return done;
}

static bool
call_validate(struct step *step, struct err *e)
{
	struct csv_report *report = calloc(1, sizeof(*report));
	size_t kits = 0;
	bool done = kit_validate(step->db, limits, report, &kits, e);

	tell_report(step, report, NULL);
	put(step, "kits", json_integer((json_int_t)kits));
	free(report);
	return done;
}

/* ---- sites, connections and secrets */

static bool
call_site_add(struct step *step, struct err *e)
{
	const json_t *ask = step->ask;
	AUTO(site) site = {0};
	bool done = site_default(&site, text(ask, "code", ""),
				 text(ask, "platform", "woocommerce"), e);

	(void)text_copy(site.name, sizeof(site.name), text(ask, "name", "A"));
	(void)text_copy(site.site_url, sizeof(site.site_url),
			text(ask, "url", "https://shop.test/eu"));
	if (json_object_get(ask, "prefix"))
		(void)text_copy(site.prefix, sizeof(site.prefix),
				text(ask, "prefix", ""));
	site.connection_id = number(ask, "connection", 0);
	done = done && site_add(step->db, &site, now, e);
	put(step, "id", json_integer(site.id));
	return done;
}

static bool
change_site(struct step *step, struct site *site, const char *how,
	    struct err *e)
{
	unsigned forgotten = 0;
	bool done;

	if (strcmp(how, "delete") == 0)
		return site_delete(step->db, site, now, e);
	if (strcmp(how, "disable") == 0)
		return site_enable(step->db, site, false, e);
	if (strcmp(how, "pause") == 0)
		return site_pause_auth(step->db, site->id, "401", now, e);
	if (strcmp(how, "clear") == 0)
		return site_clear_auth(step->db, site->id, e);
	if (strcmp(how, "synced") == 0)
		return site_synced(step->db, site->id, e);
	site->max_orders = (unsigned)number(step->ask, "max_orders", 100);
	site->version += (unsigned)number(step->ask, "ahead", 0);
	if (json_object_get(step->ask, "url"))
		(void)text_copy(site->site_url, sizeof(site->site_url),
				text(step->ask, "url", ""));
	done = site_save(step->db, site, &forgotten, e);
	put(step, "forgotten", json_integer(forgotten));
	return done;
}

static bool
call_site(struct step *step, struct err *e)
{
	AUTO(site) site = {0};

	return site_find(step->db, text(step->ask, "code", ""), &site, e) &&
	       change_site(step, &site, text(step->ask, "how", "save"), e);
}

static void
take_settings(const json_t *ask, struct bc_settings *settings)
{
	(void)text_copy(settings->tenant, sizeof(settings->tenant),
			text(ask, "tenant", "t.example"));
	(void)text_copy(settings->environment, sizeof(settings->environment),
			"sandbox");
	(void)text_copy(settings->company_name, sizeof(settings->company_name),
			"SAMPLE CO");
	(void)text_copy(settings->client_id, sizeof(settings->client_id), "c");
	if (json_object_get(ask, "authority"))
		(void)text_copy(settings->authority,
				sizeof(settings->authority),
				text(ask, "authority", ""));
	if (json_object_get(ask, "api_url"))
		(void)text_copy(settings->api_url, sizeof(settings->api_url),
				text(ask, "api_url", ""));
}

static bool
call_connection(struct step *step, struct err *e)
{
	AUTO(connection) connection = {0};
	struct bc_settings settings;
	unsigned forgotten = 0;

	if (!connection_find_or_new(step->db, "bc", &connection, e) ||
	    !bc_settings_read(&connection, &settings, e))
		return false;
	take_settings(step->ask, &settings);
	connection.version += (unsigned)number(step->ask, "ahead", 0);
	if (!bc_settings_write(&settings, &connection, e) ||
	    !connection_save(step->db, &connection, &forgotten, e))
		return false;
	put(step, "id", json_integer(connection.id));
	put(step, "forgotten", json_integer(forgotten));
	connection_end(&connection);
	if (!connection_find(step->db, "bc", NULL, &connection, e) ||
	    !bc_settings_read(&connection, &settings, e))
		return false;
	put(step, "company", json_string(settings.company_name));
	put(step, "authority", json_string(settings.authority));
	return true;
}

/* Keys of the test only; with "newer" there is a second one. */
static struct secret_box
make_box(const json_t *ask)
{
	struct secret_box box = {.keys = flag(ask, "newer") ? 2 : 1};

	box.key[0].id = 1;
	memset(box.key[0].bytes, 7, sizeof(box.key[0].bytes));
	box.key[1].id = 2;
	memset(box.key[1].bytes, 9, sizeof(box.key[1].bytes));
	return box;
}

static bool
call_secret(struct step *step, struct err *e)
{
	const json_t *ask = step->ask;
	struct secret_box box = make_box(ask);
	const char *how = text(ask, "how", ""), *name = text(ask, "name", "");
	AUTO(strbuf) plain = STRBUF(SECRET_TEXT_MAX);
	struct secret_put entry = {
		.name = name,
		.text = text(ask, "text", ""),
		.is_token = flag(ask, "token"),
		.set_by = "maria",
	};
	unsigned count = 0;
	bool done;

	if (strcmp(how, "set") == 0)
		return secret_store_set(step->db, &box, &entry, now, e);
	if (strcmp(how, "delete") == 0)
		return secret_store_delete(step->db, name, e);
	if (strcmp(how, "get") == 0)
		done = secret_store_get(step->db, &box, name, &plain, NULL, e);
	else if (strcmp(how, "rotate") == 0)
		done = secret_store_rotate(step->db, &box, &count, e);
	else
		done = secret_store_flush_tokens(step->db, &count, e);
	put(step, "text", json_string(strbuf_text(&plain)));
	put(step, "count", json_integer(count));
	return done;
}

/* ---- the program */

static const struct {
	const char *name;
	bool (*run)(struct step *step, struct err *e);
} calls[] = {
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
	{"match", call_match},
	{"answer", call_answer},
	{"flush", call_flush},
	{"kits", call_kits},
	{"item_save", call_item_save},
	{"item_delete", call_item_delete},
	{"item_sync", call_item_sync},
	{"import", call_import},
	{"export", call_export},
	{"kit_save", call_kit_save},
	{"kit_find", call_kit_find},
	{"validate", call_validate},
	{"site_add", call_site_add},
	{"site", call_site},
	{"connection", call_connection},
	{"secret", call_secret},
};

static void
run_step(struct db *db, const json_t *ask)
{
	struct step step = {.db = db, .ask = ask, .tell = json_object()};
	struct err e = {0};
	bool done = false, known = false;

	for (size_t i = 0; i < COUNT_OF(calls); i++)
		if (strcmp(calls[i].name, text(ask, "call", "")) == 0) {
			known = true;
			done = calls[i].run(&step, &e);
		}
	if (!known)
		(void)err_set(&e, ERR_FATAL, "no such call");
	put(&step, "ok", json_boolean(done));
	put(&step, "class", json_string(done ? "" : err_class_text(e.class)));
	put(&step, "code", json_string(done ? "" : code_name(e.code)));
	put(&step, "error", json_string(done ? "" : e.text));
	put(&step, "warnings_of_last", json_integer(db_warnings(db)));
	(void)json_dumpf(step.tell, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(step.tell);
}

int
main(int argc, char **argv)
{
	struct db_settings settings = {
		.user = "root",
		.password = "",
		.host = "",
		.ca_file = "",
		.connect_timeout_s = 5,
		.statement_timeout_s = 15,
	};
	json_auto_t *steps = json_loadf(stdin, 0, NULL);
	struct db *db;
	struct err e = {0};

	if (argc != 3 || !json_is_array(steps))
		return 2;
	settings.socket = argv[1];
	settings.name = argv[2];
	if (!db_connect(&db, &settings, &clock_system, &e))
		fail(&e);
	for (size_t i = 0; i < json_array_size(steps); i++)
		run_step(db, json_array_get(steps, i));
	db_close(db);
	return 0;
}
