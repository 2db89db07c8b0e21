#ifndef OB_PRODUCT_KIT_STORE_H
#define OB_PRODUCT_KIT_STORE_H

/* rm_kits as people change it: a kit is read and written as a whole. */

#include <stdbool.h>
#include <stddef.h>

#include "db/db.h"
#include "product/kit.h"

#define KIT_ROWS_MAX    2000 /* of one parent */
#define KIT_ANY_VERSION 0xffffffffu

/* Every rule of one row that a person's input can break; ERR_INPUT. */
MUST_CHECK bool kit_check_row(const struct kit_row *row, struct err *e);

/*
 * The rows of one kit, valid or not, sorted; ERR_MISSING. version: of the kit
 * as a whole, to hand to kit_save.
 */
MUST_CHECK bool kit_find(struct db *db, const char *parent,
			 struct kit_table *out, unsigned *version,
			 struct err *e);
/*
 * Replaces a kit by these rows (all of this parent; none = removed) in one
 * transaction. Refused: a bad row, OB_KIT_CYCLE with its path, OB_KIT_DEPTH,
 * one component twice at the same time, ERR_CONFLICT when version is not that
 * of the kit (0 = a new one). Components that are no items yet are fine.
 */
MUST_CHECK bool kit_save(struct db *db, const char *parent,
			 const struct kit_row *row, size_t count,
			 unsigned version, struct kit_limits limits,
			 struct err *e);

/* All that stand below these rows: what a check of them has to know. */
MUST_CHECK bool kit_load_below(struct db *db, unsigned max_depth,
			       struct kit_table *table, struct err *e);
/* The components of the table that are no items, as a set. */
MUST_CHECK bool kit_missing(struct db *db, const struct kit_table *table,
			    struct sku_set *out, struct err *e);

#endif
