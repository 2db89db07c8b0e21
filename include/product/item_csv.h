#ifndef OB_PRODUCT_ITEM_CSV_H
#define OB_PRODUCT_ITEM_CSV_H

/*
 * Items from and to a file: sku, description, status, bc_number, gl_account,
 * barcode, list_price (UX 2.9). A column that the file lacks leaves what is.
 */

#include "product/csv_report.h"

/*
 * All lines or none: with a bad one nothing is written, report->faults says
 * which and the result is true. Begins and ends its own transaction. keys: JSON
 * array of new and changed SKUs (ceiling 16 MiB), may be NULL.
 */
MUST_CHECK bool item_import(struct db *db, const char *text, size_t length,
			    struct csv_options options,
			    struct csv_report *report, struct strbuf *keys,
			    struct err *e);
/* Every item, by SKU, in pieces. */
MUST_CHECK bool item_export(struct db *db, csv_write *write, void *context,
			    struct err *e);

#endif
