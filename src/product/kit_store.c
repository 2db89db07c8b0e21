#include "product/kit_store.h"

#include <stdio.h>
#include <string.h>

#include "local.h"
#include "product/store.h"

enum { PUT_COLUMNS = 8, PUT_ROWS = 250, WEIGHT_MAX_E4 = 999999999 };

bool
kit_check_row(const struct kit_row *row, struct err *e)
{
	char key[SKU_ROOM];

	if (row->parent[0] == '\0' || row->component[0] == '\0')
		return err_set(e, ERR_INPUT, "%s is empty",
			       row->parent[0] ? "component_sku" : "parent_sku");
	if (!item_key(row->parent, key, e) || strcmp(key, row->parent) != 0)
		return err_set(e, ERR_INPUT, "parent_sku \"%s\" is no key form",
			       row->parent);
	if (!item_key(row->component, key, e) ||
	    strcmp(key, row->component) != 0)
		return err_set(e, ERR_INPUT,
			       "component_sku \"%s\" is no key form",
			       row->component);
	if (row->quantity.e5 <= 0)
		return err_set(e, ERR_INPUT, "quantity must be above 0");
	if (row->weight_e4 < -1 || row->weight_e4 > WEIGHT_MAX_E4)
		return err_set(e, ERR_INPUT,
			       "price_weight must be 0 to 99999.9999");
	if (row->valid_from < 0 || row->valid_to < 0)
		return err_set(e, ERR_INPUT, "a date before 1970");
	if (row->valid_to != 0 && row->valid_to <= row->valid_from)
		return err_set(e, ERR_INPUT,
			       "valid_to must be after valid_from");
	return true;
}

const struct kit_row *
kit_overlap(const struct kit_row *row, size_t count, utc_ms *twice)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++) {
			const struct kit_row *a = &row[i], *b = &row[j];

			if (strcmp(a->component, b->component) != 0 ||
			    (a->valid_to != 0 &&
			     a->valid_to <= b->valid_from) ||
			    (b->valid_to != 0 && b->valid_to <= a->valid_from))
				continue;
			*twice = a->valid_from > b->valid_from ? a->valid_from
							       : b->valid_from;
			return a->line < b->line ? b : a;
		}
	return NULL;
}

static bool
load_one(struct db *db, const char *parent, struct kit_table *out,
	 struct err *e)
{
	AUTO(strbuf) keys = STRBUF(SKU_ROOM * 8);

	json_array_add(&keys, parent);
	if (!strbuf_check(&keys, e) || !kit_load_level(db, keys.text, out, e))
		return false;
	kit_table_sort(out);
	return true;
}

bool
kit_find(struct db *db, const char *parent, struct kit_table *out,
	 unsigned *version, struct err *e)
{
	out->count = 0;
	*version = 0;
	if (!load_one(db, parent, out, e))
		return err_in(e, "find kit %s", parent);
	if (out->count == 0)
		return err_set(e, ERR_MISSING, "no kit %s", parent);
	for (size_t i = 0; i < out->count; i++)
		if (out->row[i].version > *version)
			*version = out->row[i].version;
	return true;
}

bool
kit_replace(struct db *db, const char *parent, const struct kit_row *row,
	    size_t count, unsigned version, struct err *e)
{
	struct bind bind[PUT_COLUMNS * PUT_ROWS];
	size_t rows = 0;

	if (!db_run(db, SQL_KIT_REMOVE, BINDS(bind_text(parent)), e))
		return false;
	for (size_t i = 0; i < count; i++) {
		struct bind *at = &bind[rows++ * PUT_COLUMNS];

		at[0] = bind_text(parent);
		at[1] = bind_text(row[i].component);
		at[2] = bind_quantity(row[i].quantity);
		at[3] = bind_int(row[i].sort);
		at[4] = row[i].weight_e4 < 0
				? bind_null()
				: bind_money((struct money){row[i].weight_e4});
		at[5] = bind_time(row[i].valid_from);
		at[6] = bind_time(row[i].valid_to);
		at[7] = bind_int(version);
		if (rows < PUT_ROWS && i + 1 < count)
			continue;
		if (!put_many(db, SQL_KIT_INSERT, bind, PUT_COLUMNS, rows, e))
			return false;
		rows = 0;
	}
	return true;
}

/* What one save does in its transaction. */
struct save {
	const char *parent;
	const struct kit_row *row;
	size_t count;
	unsigned version;
	struct kit_limits limits;
};

static bool
lock_version(struct db *db, const struct save *save, unsigned *version,
	     struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_KIT_LOCK, BINDS(bind_text(save->parent)),
		     e))
		return false;
	*version = rows_next(&rows) ? (unsigned)rows_int(&rows, "version") : 0;
	if (!rows_check(&rows, e))
		return false;
	if (save->version == KIT_ANY_VERSION || save->version == *version)
		return true;
	err_set(e, ERR_CONFLICT,
		*version == 0        ? "the kit was removed meanwhile"
		: save->version == 0 ? "the kit is there already"
				     : "the kit was changed meanwhile");
	return save->version == 0 ? false : err_as(e, OB_PRECONDITION_FAILED);
}

static bool
save_work(struct db *db, void *context, struct err *e)
{
	const struct save *save = context;
	AUTO(kit_table) table = {0};
	unsigned version;

	if (!lock_version(db, save, &version, e))
		return false;
	for (size_t i = 0; i < save->count; i++)
		if (!kit_table_add(&table, &save->row[i], e))
			return false;
	return kit_load_below(db, save->limits.max_depth, &table, e) &&
	       kit_prove(&table, save->parent, save->limits, e) &&
	       kit_replace(db, save->parent, save->row, save->count,
			   version + 1, e);
}

static bool
check_rows(const struct save *save, struct err *e)
{
	char from[TIME_TEXT_MAX];
	const struct kit_row *twice;
	utc_ms at;

	if (save->count > KIT_ROWS_MAX)
		return err_set(e, ERR_INPUT, "%zu components, at most %d",
			       save->count, KIT_ROWS_MAX);
	for (size_t i = 0; i < save->count; i++) {
		if (!kit_check_row(&save->row[i], e))
			return err_in(e, "component %zu", i + 1);
		if (strcmp(save->row[i].parent, save->parent) != 0)
			return err_set(e, ERR_INPUT,
				       "component %zu is of kit %s", i + 1,
				       save->row[i].parent);
	}
	twice = kit_overlap(save->row, save->count, &at);
	if (twice == NULL)
		return true;
	return err_set(e, ERR_INPUT, "component %s stands twice from %s on",
		       twice->component, time_text_minute(at, from));
}

bool
kit_save(struct db *db, const char *parent, const struct kit_row *row,
	 size_t count, unsigned version, struct kit_limits limits,
	 struct err *e)
{
	struct save save = {
		.parent = parent,
		.row = row,
		.count = count,
		.version = version,
		.limits = limits,
	};

	if (!check_rows(&save, e) || !db_transact(db, save_work, &save, e))
		return err_in(e, "save kit %s", parent);
	return true;
}

bool
kit_missing(struct db *db, const struct kit_table *table, struct sku_set *out,
	    struct err *e)
{
	AUTO(sku_set) all = {0};

	for (size_t i = 0; i < table->count; i++)
		if (sku_set_add(&all, table->row[i].component) == NULL)
			return err_set(e, ERR_TEMPORARY, "no memory");
	if (!items_match(db, &all, e))
		return false;
	for (size_t i = 0; i < all.count; i++)
		if (all.sku[i].here == ITEM_ABSENT &&
		    sku_set_add(out, all.sku[i].key) == NULL)
			return err_set(e, ERR_TEMPORARY, "no memory");
	return true;
}
