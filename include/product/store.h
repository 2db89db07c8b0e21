#ifndef OB_PRODUCT_STORE_H
#define OB_PRODUCT_STORE_H

/* Items, kits and cached verdicts in MariaDB, as a run of orders needs them. */

#include "product/item.h"
#include "product/kit.h"

struct db;

/*
 * Fills here, bc_number, gl_account, list_price of every SKU of the set from
 * rm_items: one query.
 */
MUST_CHECK bool items_match(struct db *db, struct sku_set *set, struct err *e);
/* Fills there (and item_id, detail) from verdicts younger than cache_s seconds.
 */
MUST_CHECK bool sku_cache_read(struct db *db, int64_t connection_id,
			       unsigned cache_s, struct sku_set *set,
			       struct err *e);
/* Keeps verdicts OK, BLOCKED, MISSING of the set; BC_UNREACHABLE is never kept.
 */
MUST_CHECK bool sku_cache_write(struct db *db, int64_t connection_id,
				const struct sku_set *set, struct err *e);
MUST_CHECK bool sku_cache_flush(struct db *db, unsigned *removed,
				struct err *e);
/*
 * Loads every kit row that the SKUs of the set reach, kits of kits included, to
 * max_depth levels: one query a level.
 */
MUST_CHECK bool kits_match(struct db *db, const struct sku_set *set,
			   unsigned max_depth, struct kit_table *out,
			   struct err *e);

#endif
