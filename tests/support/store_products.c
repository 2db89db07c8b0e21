/*
 * What the integration tests make the stores do, as steps.h says; this file:
 * items and kits. Never installed.
 */

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "product/item_csv.h"
#include "product/item_store.h"
#include "product/kit_csv.h"
#include "product/kit_store.h"
#include "product/store.h"
#include "tests/support/store_probe.h"

static const struct kit_limits limits = {.max_depth = 10, .max_lines = 500};

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

	if (flag(step->ask, "there", false)) {
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
		.dry_run = flag(step->ask, "dry_run", false),
		.remove_missing = flag(step->ask, "remove_missing", false),
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

const struct probe_call product_calls[] = {
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
	{0},
};
