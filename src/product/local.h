#ifndef OB_PRODUCT_LOCAL_H
#define OB_PRODUCT_LOCAL_H

/* What the stores of this folder share. */

#include "db/db.h"
#include "product/item.h"
#include "product/item_store.h"
#include "product/kit.h"

/* Keys in one statement: below the server's packet of 16 MiB. */
#define KEYS_CEILING (12u << 20)

/* The present row of item_find, item_rows or item_page. */
void item_read(struct rows *rows, struct item *out);
/* Which columns a source of items speaks of. */
struct item_fields {
	bool description, status, bc_number, gl_account;
	bool barcode, list_price, unit, bc_modified_at;
};

#define ITEM_CHUNK 1000 /* items a call of item_merge */

/*
 * Holds items against rm_items, writes what is new or differs in a field that
 * is spoken of (unless dry_run), counts, and makes keys grow by those.
 */
MUST_CHECK bool item_merge(struct db *db, const struct item *item, size_t count,
			   const struct item_fields *fields, bool dry_run,
			   struct item_changes *changes, struct strbuf *keys,
			   struct err *e);
/* Puts one more text at the end of a JSON array, which it makes where empty. */
void json_array_add(struct strbuf *array, const char *text);

/* The present row of kit_level. */
void kit_read(struct rows *rows, struct kit_row *out);
/* Appends every row of the kits named in a JSON array; no further levels. */
MUST_CHECK bool kit_load_level(struct db *db, const char *keys,
			       struct kit_table *out, struct err *e);
/* Replaces the rows of one kit; they get this version. */
MUST_CHECK bool kit_replace(struct db *db, const char *parent,
			    const struct kit_row *row, size_t count,
			    unsigned version, struct err *e);
/*
 * A row of one kit whose component stands in an earlier row for the same days;
 * NULL when all is well. Which days, in *twice.
 */
const struct kit_row *kit_overlap(const struct kit_row *row, size_t count,
				  utc_ms *twice);
/* Cached verdicts of these keys (JSON array) go: their items changed. */
MUST_CHECK bool sku_cache_forget(struct db *db, const char *keys,
				 struct err *e);
/* As db_run_many; a value that the server had to shorten is an error. */
MUST_CHECK bool put_many(struct db *db, enum sql_id id, const struct bind *bind,
			 size_t columns, size_t rows, struct err *e);

#endif
