#ifndef OB_PRODUCT_KIT_CSV_H
#define OB_PRODUCT_KIT_CSV_H

/*
 * Kits from and to a file, one component a line: parent_sku, component_sku,
 * quantity, sort, price_weight, valid_from, valid_to (UX 2.9). The lines of a
 * parent replace that parent's kit as a whole.
 */

#include "product/csv_report.h"
#include "product/kit.h"

/*
 * All lines or none, as item_import; circles and kits that are too deep are
 * faults, components that are no items yet warnings. changes counts kits.
 */
MUST_CHECK bool kit_import(struct db *db, const char *text, size_t length,
			   struct csv_options options, struct kit_limits limits,
			   struct csv_report *report, struct err *e);
MUST_CHECK bool kit_export(struct db *db, csv_write *write, void *context,
			   struct err *e);
/* Checks every kit that is stored: faults and warnings as for a file, line 0.
 */
MUST_CHECK bool kit_validate(struct db *db, struct kit_limits limits,
			     struct csv_report *report, size_t *kits,
			     struct err *e);

#endif
