#include "product/item_store.h"

#include <string.h>

#include "base/row_out.h"
#include "base/text.h"
#include "local.h"

enum { DUPLICATE_KEY = 1062 };

void
item_read(struct rows *rows, struct item *out)
{
	*out = (struct item){.id = rows_int(rows, "id")};
	rows_text(rows, "sku", out->sku, sizeof(out->sku));
	rows_text(rows, "description", out->description,
		  sizeof(out->description));
	out->status = item_status_find(rows_borrow(rows, "status", NULL));
	rows_text(rows, "bc_number", out->bc_number, sizeof(out->bc_number));
	rows_text(rows, "gl_account", out->gl_account, sizeof(out->gl_account));
	rows_text(rows, "barcode", out->barcode, sizeof(out->barcode));
	out->list_price = rows_money(rows, "list_price");
	rows_text(rows, "unit", out->unit, sizeof(out->unit));
	out->bc_modified_at = rows_time(rows, "bc_modified_at");
	out->last_ordered_at = rows_time(rows, "last_ordered_at");
	out->updated_at = rows_time(rows, "updated_at");
	out->version = (unsigned)rows_int(rows, "version");
}

static bool
check_width(const char *name, const char *value, size_t most, struct err *e)
{
	size_t length = text_utf16_length(value);

	if (length <= most)
		return true;
	return err_set(e, ERR_INPUT, "%s of %zu characters, at most %zu", name,
		       length, most);
}

bool
item_check(const struct item *item, struct err *e)
{
	char key[SKU_ROOM];

	if (!item_key(item->sku, key, e))
		return false;
	if (key[0] == '\0')
		return err_set(e, ERR_INPUT, "the SKU is empty");
	if (strcmp(key, item->sku) != 0)
		return err_set(e, ERR_INPUT,
			       "SKU \"%s\" is not in its key "
			       "form \"%s\"",
			       item->sku, key);
	if (item->status == ITEM_ABSENT)
		return err_set(e, ERR_INPUT,
			       "status: active, sell_through, blocked or "
			       "discontinued");
	if (item->list_price.e4 < 0)
		return err_set(e, ERR_INPUT, "list_price below 0");
	return check_width("description", item->description, 250, e) &&
	       check_width("bc_number", item->bc_number, 20, e) &&
	       check_width("gl_account", item->gl_account, 20, e) &&
	       check_width("barcode", item->barcode, 64, e) &&
	       check_width("unit", item->unit, 10, e);
}

bool
item_find(struct db *db, const char *key, struct item *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_ITEM_FIND, BINDS(bind_text(key)), e))
		return err_in(e, "find item %s", key);
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_MISSING, "no item %s", key);
	item_read(&rows, out);
	return rows_check(&rows, e);
}

void
json_array_add(struct strbuf *array, const char *text)
{
	if (array->failed)
		return;
	if (array->len == 0) {
		strbuf_add(array, "[");
	} else {
		array->text[--array->len] = '\0';
		if (array->len > 1)
			strbuf_add(array, ",");
	}
	json_out_text(array, text);
	strbuf_add(array, "]");
}

static bool
forget(struct db *db, const char *key, struct err *e)
{
	AUTO(strbuf) keys = STRBUF(SKU_ROOM * 8);

	json_array_add(&keys, key);
	return strbuf_check(&keys, e) && sku_cache_forget(db, keys.text, e);
}

static bool
insert(struct db *db, struct item *item, struct err *e)
{
	if (!db_run(db, SQL_ITEM_INSERT,
		    BINDS(bind_text(item->sku), bind_text(item->description),
			  bind_text(item_status_name(item->status)),
			  bind_text_or_null(item->bc_number),
			  bind_text_or_null(item->gl_account),
			  bind_text_or_null(item->barcode),
			  bind_money(item->list_price),
			  bind_text_or_null(item->unit),
			  bind_time(item->bc_modified_at)),
		    e)) {
		if (db_error(db) == DUPLICATE_KEY)
			return err_set(e, ERR_CONFLICT,
				       "item %s is there already", item->sku);
		return false;
	}
	item->id = db_last_id(db);
	item->version = 0;
	return true;
}

static bool
update(struct db *db, struct item *item, struct err *e)
{
	if (!db_run(db, SQL_ITEM_UPDATE,
		    BINDS(bind_text(item->description),
			  bind_text(item_status_name(item->status)),
			  bind_text_or_null(item->bc_number),
			  bind_text_or_null(item->gl_account),
			  bind_text_or_null(item->barcode),
			  bind_money(item->list_price),
			  bind_text_or_null(item->unit),
			  bind_time(item->bc_modified_at), bind_int(item->id),
			  bind_int(item->version)),
		    e))
		return false;
	if (db_changed(db) == 0) {
		err_set(e, ERR_CONFLICT,
			"item %s was changed or removed meanwhile", item->sku);
		return err_as(e, OB_PRECONDITION_FAILED);
	}
	item->version++;
	return true;
}

bool
item_save(struct db *db, struct item *item, struct err *e)
{
	if (!item_check(item, e))
		return false;
	if (!(item->id == 0 ? insert(db, item, e) : update(db, item, e)) ||
	    !forget(db, item->sku, e))
		return err_in(e, "save item %s", item->sku);
	return true;
}

bool
item_delete(struct db *db, const char *key, unsigned version, struct err *e)
{
	struct item item;

	if (!db_run(db, SQL_ITEM_DELETE,
		    BINDS(bind_text(key), bind_int(version)), e))
		return err_in(e, "delete item %s", key);
	if (db_changed(db) > 0)
		return forget(db, key, e);
	if (!item_find(db, key, &item, e))
		return false;
	err_set(e, ERR_CONFLICT, "item %s was changed meanwhile", key);
	return err_as(e, OB_PRECONDITION_FAILED);
}

/* What Business Central knows of an item. */
static const struct item_fields of_bc = {
	.description = true,
	.barcode = true,
	.list_price = true,
	.unit = true,
	.bc_modified_at = true,
};

bool
item_sync_many(struct db *db, const struct item *item, size_t count,
	       struct item_changes *changes, struct strbuf *keys, struct err *e)
{
	return item_merge(db, item, count, &of_bc, false, changes, keys, e);
}

bool
item_sync_look(struct db *db, const struct item *item, size_t count,
	       struct item_changes *changes, struct err *e)
{
	return item_merge(db, item, count, &of_bc, true, changes, NULL, e);
}
