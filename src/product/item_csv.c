#include "product/item_csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/row_out.h"
#include "base/text.h"
#include "local.h"

enum column {
	COLUMN_SKU,
	COLUMN_DESCRIPTION,
	COLUMN_STATUS,
	COLUMN_BC_NUMBER,
	COLUMN_GL_ACCOUNT,
	COLUMN_BARCODE,
	COLUMN_LIST_PRICE,
};

static const char *const columns[] = {
	"sku",        "description", "status",     "bc_number",
	"gl_account", "barcode",     "list_price", NULL,
};

enum { EXPORT_ROWS = 1000, LINES_MAX = 1000000 };

/* Every SKU of the file and where it stands, sorted once all are read. */
struct file_key {
	char *sku; /* owned */
	size_t line;
};

struct file_keys {
	struct file_key *key; /* owned */
	size_t count, room;
};

static void
file_keys_end(struct file_keys *keys)
{
	for (size_t i = 0; i < keys->count; i++)
		free(keys->key[i].sku);
	free(keys->key);
}

static bool
remember(struct file_keys *keys, const char *sku, size_t line, struct err *e)
{
	if (keys->count == keys->room) {
		size_t room = keys->room ? keys->room * 2 : 256;
		struct file_key *grown = NULL;

		if (room <= 2 * (size_t)LINES_MAX)
			grown = realloc(keys->key, room * sizeof(*grown));
		if (grown == NULL)
			return err_set(e, ERR_INPUT,
				       "a file of more than %d items",
				       LINES_MAX);
		keys->key = grown;
		keys->room = room;
	}
	keys->key[keys->count].sku = strdup(sku);
	keys->key[keys->count].line = line;
	if (keys->key[keys->count].sku == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu items",
			       keys->count);
	keys->count++;
	return true;
}

static int
compare_keys(const void *left, const void *right)
{
	const struct file_key *a = left, *b = right;
	int order = strcmp(a->sku, b->sku);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

static int
compare_sku(const void *sku, const void *key)
{
	const struct file_key *entry = key;

	return strcmp(sku, entry->sku);
}

/* Tidies a value into a field; upper: as Business Central keeps numbers. */
static bool
take(const struct csv *csv, enum column column, bool upper, char *out,
     size_t room, struct err *e)
{
	AUTO(strbuf) text = STRBUF(1u << 20);
	const char *value = csv_value(csv, column);

	if (!(upper ? text_key(value, &text, e)
		    : text_clean(value, &text, e)) ||
	    !strbuf_check(&text, e))
		return err_in(e, "%s", columns[column]);
	if (text_copy(out, room, strbuf_text(&text)))
		return true;
	return err_set(e, ERR_INPUT, "%s is too long", columns[column]);
}

static bool
read_item(const struct csv *csv, struct item *item, struct err *e)
{
	const char *status = csv_value(csv, COLUMN_STATUS);
	const char *price = csv_value(csv, COLUMN_LIST_PRICE);

	*item = (struct item){.status = ITEM_ACTIVE};
	if (*status != '\0') {
		item->status = item_status_find(status);
		if (item->status == ITEM_ABSENT)
			return err_set(
				e, ERR_INPUT,
				"status \"%.60s\": active, sell_through, "
				"blocked or discontinued",
				status);
	}
	if (*price != '\0' && !money_parse(price, &item->list_price, e))
		return err_in(e, "list_price");
	if (!item_key(csv_value(csv, COLUMN_SKU), item->sku, e) ||
	    !take(csv, COLUMN_DESCRIPTION, false, item->description,
		  sizeof(item->description), e) ||
	    !take(csv, COLUMN_BC_NUMBER, true, item->bc_number,
		  sizeof(item->bc_number), e) ||
	    !take(csv, COLUMN_GL_ACCOUNT, true, item->gl_account,
		  sizeof(item->gl_account), e) ||
	    !take(csv, COLUMN_BARCODE, false, item->barcode,
		  sizeof(item->barcode), e))
		return false;
	return item_check(item, e);
}

static void
refuse_twice(const struct file_keys *keys, struct csv_report *report)
{
	for (size_t i = 1; i < keys->count; i++)
		if (strcmp(keys->key[i - 1].sku, keys->key[i].sku) == 0)
			csv_fault(report, keys->key[i].line,
				  "SKU %s stands in line %zu already",
				  keys->key[i].sku, keys->key[i - 1].line);
}

/* The first reading: nothing is written before every line is known to be good.
 */
static bool
read_file(const char *text, size_t length, struct file_keys *keys,
	  struct csv_report *report, struct err *e)
{
	AUTO(csv) csv = {0};
	struct err bad = {0};

	if (!csv_open(&csv, text, length, columns, &bad)) {
		csv_refuse(report, 1, &bad);
		return true;
	}
	if (!csv_has(&csv, COLUMN_SKU)) {
		csv_fault(report, 1, "column sku is missing");
		return true;
	}
	for (;;) {
		size_t before = csv.at;
		struct item item;

		bad = (struct err){0};
		if (!csv_next(&csv, &bad)) {
			if (bad.class == ERR_NONE ||
			    !csv_refused(report, &csv, before, &bad))
				break;
		} else if (!read_item(&csv, &item, &bad)) {
			csv_fault(report, csv.line, "%s", bad.text);
		} else if (!remember(keys, item.sku, csv.line, e)) {
			return false;
		}
	}
	if (keys->count > 1)
		qsort(keys->key, keys->count, sizeof(*keys->key), compare_keys);
	refuse_twice(keys, report);
	csv_report_sort(report);
	return true;
}

/* The second reading, which applies the lines. */
struct import {
	const char *text;
	size_t length;
	struct csv_options options;
	const struct file_keys *keys;
	struct csv_report *report;
	struct strbuf *changed;
};

static bool
apply_lines(struct db *db, struct import *import, struct item *chunk,
	    struct err *e)
{
	AUTO(csv) csv = {0};
	struct item_fields fields = {0};
	size_t count = 0;
	bool more;

	if (!csv_open(&csv, import->text, import->length, columns, e))
		return false;
	fields.description = csv_has(&csv, COLUMN_DESCRIPTION);
	fields.status = csv_has(&csv, COLUMN_STATUS);
	fields.bc_number = csv_has(&csv, COLUMN_BC_NUMBER);
	fields.gl_account = csv_has(&csv, COLUMN_GL_ACCOUNT);
	fields.barcode = csv_has(&csv, COLUMN_BARCODE);
	fields.list_price = csv_has(&csv, COLUMN_LIST_PRICE);
	do {
		more = csv_next(&csv, e);
		if (more && !read_item(&csv, &chunk[count++], e))
			return false;
		if (more && count < ITEM_CHUNK)
			continue;
		if (!item_merge(db, chunk, count, &fields,
				import->options.dry_run,
				&import->report->changes, import->changed, e))
			return false;
		count = 0;
	} while (more);
	return true;
}

static bool
is_in_file(const struct file_keys *keys, const char *sku)
{
	return keys->count > 0 &&
	       bsearch(sku, keys->key, keys->count, sizeof(*keys->key),
		       compare_sku) != NULL;
}

static bool
remove_items(struct db *db, const struct sku_set *gone, struct err *e)
{
	AUTO(strbuf) keys = STRBUF(KEYS_CEILING);
	struct bind bind[EXPORT_ROWS];

	for (size_t i = 0; i < gone->count; i++)
		bind[i] = bind_text(gone->sku[i].key);
	sku_set_json(gone, 0, gone->count, &keys);
	return strbuf_check(&keys, e) &&
	       put_many(db, SQL_ITEM_REMOVE, bind, 1, gone->count, e) &&
	       sku_cache_forget(db, keys.text, e);
}

/* One page of SKUs after last; *more false behind the end. */
static bool
remove_page(struct db *db, struct import *import, char last[SKU_ROOM],
	    bool *more, struct err *e)
{
	AUTO(sku_set) gone = {0};
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_ITEM_SKUS_AFTER,
		     BINDS(bind_text(last), bind_int(EXPORT_ROWS)), e))
		return false;
	*more = rows.count == EXPORT_ROWS;
	while (rows_next(&rows)) {
		rows_text(&rows, "sku", last, SKU_ROOM);
		if (is_in_file(import->keys, last))
			continue;
		if (sku_set_add(&gone, last) == NULL)
			return err_set(e, ERR_TEMPORARY, "no memory");
	}
	import->report->changes.removed += gone.count;
	return rows_check(&rows, e) &&
	       (import->options.dry_run || gone.count == 0 ||
		remove_items(db, &gone, e));
}

static bool
apply(struct db *db, void *context, struct err *e)
{
	struct import *import = context;
	struct item *chunk = calloc(ITEM_CHUNK, sizeof(*chunk));
	char last[SKU_ROOM] = "";
	bool ok, more = import->options.remove_missing;

	/* It may be the second try of the transaction. */
	import->report->changes = (struct item_changes){0};
	if (import->changed != NULL)
		import->changed->len = 0;
	ok = chunk != NULL || err_set(e, ERR_TEMPORARY, "no memory");
	ok = ok && apply_lines(db, import, chunk, e);
	free(chunk);
	while (ok && more)
		ok = remove_page(db, import, last, &more, e);
	return ok;
}

bool
item_import(struct db *db, const char *text, size_t length,
	    struct csv_options options, struct csv_report *report,
	    struct strbuf *keys, struct err *e)
{
	AUTO(file_keys) known = {0};
	struct import import = {
		.text = text,
		.length = length,
		.options = options,
		.keys = &known,
		.report = report,
		.changed = keys,
	};

	*report = (struct csv_report){0};
	if (!read_file(text, length, &known, report, e))
		return err_in(e, "import items");
	if (report->faults > 0)
		return true;
	if (!(options.dry_run ? apply(db, &import, e)
			      : db_transact(db, apply, &import, e)))
		return err_in(e, "import items");
	return true;
}

static void
write_item(struct strbuf *out, const struct item *item)
{
	char price[MONEY_TEXT_MAX];
	const char *const text[] = {
		item->sku,
		item->description,
		item_status_name(item->status),
		item->bc_number,
		item->gl_account,
		item->barcode,
	};

	for (size_t i = 0; i < COUNT_OF(text); i++) {
		csv_out_field(out, text[i], false);
		strbuf_add(out, ",");
	}
	csv_out_field(out, money_text_short(item->list_price, 2, price), true);
	strbuf_add(out, "\r\n");
}

bool
item_export(struct db *db, csv_write *write, void *context, struct err *e)
{
	AUTO(strbuf) piece = STRBUF(8u << 20);
	struct item item = {0};
	bool more = true;

	strbuf_add(&piece, "sku,description,status,bc_number,gl_account,"
			   "barcode,list_price\r\n");
	while (more) {
		AUTO(rows) rows = ROWS;

		if (!db_open(db, &rows, SQL_ITEM_PAGE,
			     BINDS(bind_text(item.sku), bind_int(EXPORT_ROWS)),
			     e))
			return err_in(e, "export items");
		more = rows.count == EXPORT_ROWS;
		while (rows_next(&rows)) {
			item_read(&rows, &item);
			write_item(&piece, &item);
		}
		if (!rows_check(&rows, e) || !strbuf_check(&piece, e) ||
		    (piece.len > 0 &&
		     !write(context, piece.text, piece.len, e)))
			return err_in(e, "export items");
		strbuf_end(&piece);
	}
	return true;
}
