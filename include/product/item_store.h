#ifndef OB_PRODUCT_ITEM_STORE_H
#define OB_PRODUCT_ITEM_STORE_H

/*
 * rm_items as people and Business Central change it. Who changes items wakes
 * what waited for them: the keys that are new or changed come back as a JSON
 * array for job_wake_sku().
 */

#include <stdbool.h>
#include <stddef.h>

#include "db/db.h"
#include "product/item.h"

/* Every rule that a person's input can break; ERR_INPUT. */
MUST_CHECK bool item_check(const struct item *item, struct err *e);

/* ERR_MISSING names the SKU. key: key form. */
MUST_CHECK bool item_find(struct db *db, const char *key, struct item *out,
			  struct err *e);
/*
 * Checks and writes one: inserted where id is 0 (ERR_CONFLICT when the SKU is
 * there), else changed where version is still that of the row (ERR_CONFLICT).
 * Fills id and version. Its cached verdicts go.
 */
MUST_CHECK bool item_save(struct db *db, struct item *item, struct err *e);
/* ERR_MISSING, ERR_CONFLICT on another version. */
MUST_CHECK bool item_delete(struct db *db, const char *key, unsigned version,
			    struct err *e);

struct item_changes {
	size_t added, changed, unchanged, removed;
};

/*
 * Writes what Business Central says of up to 1000 items: description, unit,
 * barcode, list_price, bc_modified_at. status counts for new rows only, since
 * on the others it is a person's choice. bc_number and gl_account stay. Adds to
 * the counts; keys (may be NULL) is a JSON array that grows by what is new or
 * changed. Inside the caller's transaction or on its own.
 */
MUST_CHECK bool item_sync_many(struct db *db, const struct item *item,
			       size_t count, struct item_changes *changes,
			       struct strbuf *keys, struct err *e);
/* Counts what it would write, and writes nothing. */
MUST_CHECK bool item_sync_look(struct db *db, const struct item *item,
			       size_t count, struct item_changes *changes,
			       struct err *e);

#endif
