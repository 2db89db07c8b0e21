#include "local.h"

#include <stdlib.h>
#include <string.h>

/* What rm_items holds of the SKUs of one call: row[i] is that of sku[i]. */
struct present {
	struct sku_set keys;
	struct item *row; /* owned */
};

static void
present_end(struct present *present)
{
	sku_set_end(&present->keys);
	free(present->row);
}

static bool
load_present(struct db *db, const struct sku_set *wanted, struct present *out,
	     struct err *e)
{
	AUTO(strbuf) keys = STRBUF(KEYS_CEILING);
	AUTO(rows) rows = ROWS;

	out->row = calloc(wanted->count + 1, sizeof(*out->row));
	if (out->row == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu items",
			       wanted->count);
	sku_set_json(wanted, 0, wanted->count, &keys);
	if (!strbuf_check(&keys, e) ||
	    !db_open(db, &rows, SQL_ITEM_ROWS, BINDS(bind_text(keys.text)), e))
		return false;
	while (rows_next(&rows) && out->keys.count < wanted->count) {
		struct item *item = &out->row[out->keys.count];

		item_read(&rows, item);
		if (sku_set_add(&out->keys, item->sku) == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu items",
				       wanted->count);
	}
	return rows_check(&rows, e);
}

static const struct item *
present_find(const struct present *present, const char *key)
{
	const struct sku_check *sku = sku_set_find(&present->keys, key);

	return sku ? &present->row[sku - present->keys.sku] : NULL;
}

static bool
text_differs(bool spoken_of, const char *a, const char *b)
{
	return spoken_of && strcmp(a, b) != 0;
}

static bool
differs(const struct item *new, const struct item *old,
	const struct item_fields *fields)
{
	return (fields->status && new->status != old->status) ||
	       (fields->list_price &&
		new->list_price.e4 != old->list_price.e4) ||
	       (fields->bc_modified_at &&
		new->bc_modified_at != old->bc_modified_at) ||
	       text_differs(fields->description, new->description,
			    old->description) ||
	       text_differs(fields->bc_number, new->bc_number,
			    old->bc_number) ||
	       text_differs(fields->gl_account, new->gl_account,
			    old->gl_account) ||
	       text_differs(fields->barcode, new->barcode, old->barcode) ||
	       text_differs(fields->unit, new->unit, old->unit);
}

enum { PUT_COLUMNS = 17 };

static void
bind_item(struct bind *row, const struct item *item,
	  const struct item_fields *fields)
{
	row[0] = bind_text(item->sku);
	row[1] = bind_text(item->description);
	row[2] = bind_text(item_status_name(item->status));
	row[3] = bind_text_or_null(item->bc_number);
	row[4] = bind_text_or_null(item->gl_account);
	row[5] = bind_text_or_null(item->barcode);
	row[6] = bind_money(item->list_price);
	row[7] = bind_text_or_null(item->unit);
	row[8] = bind_time(item->bc_modified_at);
	row[9] = bind_int(fields->description);
	row[10] = bind_int(fields->status);
	row[11] = bind_int(fields->bc_number);
	row[12] = bind_int(fields->gl_account);
	row[13] = bind_int(fields->barcode);
	row[14] = bind_int(fields->list_price);
	row[15] = bind_int(fields->unit);
	row[16] = bind_int(fields->bc_modified_at);
}

/* One call: what is wanted, what is there, and what is to be written. */
struct merge {
	struct sku_set wanted;
	struct present present;
	struct bind *bind; /* owned */
	size_t rows;
	struct strbuf keys; /* of the rows */
};

static void
merge_end(struct merge *merge)
{
	sku_set_end(&merge->wanted);
	present_end(&merge->present);
	free(merge->bind);
	strbuf_end(&merge->keys);
}

/* Sorts the items into new, changed and unchanged. */
static void
sort_out(struct merge *merge, const struct item *item, size_t count,
	 const struct item_fields *fields, struct item_changes *changes,
	 struct strbuf *keys)
{
	size_t next = 0;

	for (size_t i = 0; i < count; i++) {
		const struct item *old =
			present_find(&merge->present, item[i].sku);

		/* Of two numbers with one key form the first counts. */
		if (sku_set_find(&merge->wanted, item[i].sku) !=
		    merge->wanted.sku + next)
			continue;
		next++;
		if (old != NULL && !differs(&item[i], old, fields)) {
			changes->unchanged++;
			continue;
		}
		if (old == NULL)
			changes->added++;
		else
			changes->changed++;
		bind_item(&merge->bind[merge->rows++ * PUT_COLUMNS], &item[i],
			  fields);
		json_array_add(&merge->keys, item[i].sku);
		if (keys != NULL)
			json_array_add(keys, item[i].sku);
	}
}

bool
item_merge(struct db *db, const struct item *item, size_t count,
	   const struct item_fields *fields, bool dry_run,
	   struct item_changes *changes, struct strbuf *keys, struct err *e)
{
	AUTO(merge) merge = {.keys = STRBUF(KEYS_CEILING)};

	if (count == 0)
		return true;
	merge.bind = calloc(count * PUT_COLUMNS, sizeof(*merge.bind));
	for (size_t i = 0; i < count && merge.bind; i++)
		if (sku_set_add(&merge.wanted, item[i].sku) == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu items", count);
	if (merge.bind == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu items",
			       count);
	if (!load_present(db, &merge.wanted, &merge.present, e))
		return err_in(e, "look up %zu items", count);
	sort_out(&merge, item, count, fields, changes, keys);
	if (dry_run || merge.rows == 0)
		return true;
	if (!strbuf_check(&merge.keys, e) ||
	    !put_many(db, SQL_ITEM_PUT, merge.bind, PUT_COLUMNS, merge.rows,
		      e) ||
	    !sku_cache_forget(db, merge.keys.text, e))
		return err_in(e, "write %zu items", merge.rows);
	return keys == NULL || strbuf_check(keys, e);
}
