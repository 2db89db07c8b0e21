#include "product/store.h"

#include <string.h>

#include "local.h"
#include "product/kit_store.h"

enum { PUT_ROWS = 500 }; /* rows a statement */

static const char *const verdicts[] = {
	[BC_OK] = "ok",
	[BC_BLOCKED] = "blocked",
	[BC_MISSING] = "missing",
};

bool
put_many(struct db *db, enum sql_id id, const struct bind *bind, size_t columns,
	 size_t rows, struct err *e)
{
	if (!db_run_many(db, id, bind, columns, rows, e))
		return false;
	if (rows == 0 || db_warnings(db) == 0)
		return true;
	return err_set(e, ERR_PERMANENT,
		       "the database shortened a value in %zu rows", rows);
}

bool
items_match(struct db *db, struct sku_set *set, struct err *e)
{
	AUTO(strbuf) keys = STRBUF(KEYS_CEILING);
	AUTO(rows) rows = ROWS;

	if (set->count == 0)
		return true;
	sku_set_json(set, 0, set->count, &keys);
	if (!strbuf_check(&keys, e) || !db_open(db, &rows, SQL_ITEMS_MATCH,
						BINDS(bind_text(keys.text)), e))
		return err_in(e, "look up %zu SKUs", set->count);
	for (size_t i = 0; i < set->count; i++)
		set->sku[i].here = ITEM_ABSENT;
	while (rows_next(&rows)) {
		struct sku_check *sku =
			sku_set_find(set, rows_borrow(&rows, "sku", NULL));

		if (sku == NULL)
			continue;
		sku->here =
			item_status_find(rows_borrow(&rows, "status", NULL));
		rows_text(&rows, "bc_number", sku->bc_number,
			  sizeof(sku->bc_number));
		rows_text(&rows, "gl_account", sku->gl_account,
			  sizeof(sku->gl_account));
		sku->list_price = rows_money(&rows, "list_price");
	}
	return rows_check(&rows, e);
}

static enum bc_answer
verdict_find(const char *name)
{
	for (size_t i = BC_OK; i < COUNT_OF(verdicts); i++)
		if (strcmp(name, verdicts[i]) == 0)
			return (enum bc_answer)i;
	return BC_UNKNOWN;
}

bool
sku_cache_read(struct db *db, int64_t connection_id, unsigned cache_s,
	       struct sku_set *set, struct err *e)
{
	AUTO(strbuf) keys = STRBUF(KEYS_CEILING);
	AUTO(rows) rows = ROWS;

	if (set->count == 0 || cache_s == 0)
		return true;
	sku_set_json(set, 0, set->count, &keys);
	if (!strbuf_check(&keys, e) ||
	    !db_open(db, &rows, SQL_SKU_CACHE_READ,
		     BINDS(bind_text(keys.text), bind_int(connection_id),
			   bind_int(cache_s)),
		     e))
		return err_in(e, "look up verdicts of %zu SKUs", set->count);
	while (rows_next(&rows)) {
		struct sku_check *sku =
			sku_set_find(set, rows_borrow(&rows, "sku", NULL));

		if (sku == NULL)
			continue;
		sku->there = verdict_find(rows_borrow(&rows, "verdict", NULL));
		sku->cached = true;
		rows_text(&rows, "item_id", sku->item_id, sizeof(sku->item_id));
		rows_text(&rows, "detail", sku->detail, sizeof(sku->detail));
	}
	return rows_check(&rows, e);
}

/* Unreachable is no answer, and what came from the cache keeps its age. */
static bool
is_news(const struct sku_check *sku)
{
	return !sku->cached &&
	       (sku->there == BC_OK || sku->there == BC_BLOCKED ||
		sku->there == BC_MISSING);
}

bool
sku_cache_write(struct db *db, int64_t connection_id, const struct sku_set *set,
		struct err *e)
{
	enum { COLUMNS = 5 };
	struct bind bind[COLUMNS * PUT_ROWS];
	size_t rows = 0;

	for (size_t i = 0; i < set->count; i++) {
		const struct sku_check *sku = &set->sku[i];
		struct bind *row = &bind[rows * COLUMNS];

		if (is_news(sku)) {
			row[0] = bind_int(connection_id);
			row[1] = bind_text(sku->key);
			row[2] = bind_text(verdicts[sku->there]);
			row[3] = bind_text_or_null(sku->item_id);
			row[4] = bind_text_or_null(sku->detail);
			rows++;
		}
		if (rows < PUT_ROWS && (i + 1 < set->count || rows == 0))
			continue;
		if (!put_many(db, SQL_SKU_CACHE_WRITE, bind, COLUMNS, rows, e))
			return err_in(e, "keep verdicts of %zu SKUs", rows);
		rows = 0;
	}
	return true;
}

bool
sku_cache_flush(struct db *db, unsigned *removed, struct err *e)
{
	if (!db_run(db, SQL_SKU_CACHE_FLUSH, NO_BINDS, e))
		return err_in(e, "flush verdicts");
	*removed = (unsigned)db_changed(db);
	return true;
}

bool
sku_cache_forget(struct db *db, const char *keys, struct err *e)
{
	if (!db_run(db, SQL_SKU_CACHE_FORGET, BINDS(bind_text(keys)), e))
		return err_in(e, "forget verdicts");
	return true;
}

void
kit_read(struct rows *rows, struct kit_row *out)
{
	*out = (struct kit_row){0};
	rows_text(rows, "parent_sku", out->parent, sizeof(out->parent));
	rows_text(rows, "component_sku", out->component,
		  sizeof(out->component));
	out->quantity = rows_quantity(rows, "quantity");
	out->sort = (unsigned)rows_int(rows, "sort");
	out->weight_e4 = rows_null(rows, "price_weight")
				 ? -1
				 : rows_money(rows, "price_weight").e4;
	out->valid_from = rows_time(rows, "valid_from");
	out->valid_to = rows_time(rows, "valid_to");
	out->version = (unsigned)rows_int(rows, "version");
}

bool
kit_load_level(struct db *db, const char *keys, struct kit_table *out,
	       struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_KIT_LEVEL, BINDS(bind_text(keys)), e))
		return false;
	while (rows_next(&rows)) {
		struct kit_row row;

		kit_read(&rows, &row);
		if (!kit_table_add(out, &row, e))
			return false;
	}
	return rows_check(&rows, e);
}

/* Puts the components of rows from..count into the set of what to ask next. */
static bool
add_components(const struct kit_table *table, size_t from, struct sku_set *set,
	       struct err *e)
{
	for (size_t i = from; i < table->count; i++)
		if (sku_set_add(set, table->row[i].component) == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu SKUs", set->count);
	return true;
}

/*
 * known holds the SKUs that were asked for (before next) and those that were
 * met and not asked for yet, in order of arrival.
 */
static bool
load_levels(struct db *db, struct sku_set *known, size_t next,
	    unsigned max_depth, struct kit_table *out, struct err *e)
{
	/* One more than the depth: what is too deep has to be seen as such. */
	for (unsigned level = 0; level <= max_depth && next < known->count;
	     level++) {
		AUTO(strbuf) keys = STRBUF(KEYS_CEILING);
		size_t rows = out->count;

		sku_set_json(known, next, known->count, &keys);
		next = known->count;
		if (!strbuf_check(&keys, e) ||
		    !kit_load_level(db, keys.text, out, e) ||
		    !add_components(out, rows, known, e))
			return err_in(e, "load kits, level %u", level);
	}
	kit_table_sort(out);
	return true;
}

bool
kits_match(struct db *db, const struct sku_set *set, unsigned max_depth,
	   struct kit_table *out, struct err *e)
{
	AUTO(sku_set) known = {0};

	out->count = 0;
	for (size_t i = 0; i < set->count; i++)
		if (sku_set_add(&known, set->sku[i].key) == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu SKUs", set->count);
	return load_levels(db, &known, 0, max_depth, out, e);
}

bool
kit_load_below(struct db *db, unsigned max_depth, struct kit_table *table,
	       struct err *e)
{
	AUTO(sku_set) known = {0};
	size_t parents;

	for (size_t i = 0; i < table->count; i++)
		if (sku_set_add(&known, table->row[i].parent) == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu SKUs", table->count);
	parents = known.count;
	return add_components(table, 0, &known, e) &&
	       load_levels(db, &known, parents, max_depth, table, e);
}
