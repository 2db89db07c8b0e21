#ifndef OB_PRODUCT_CSV_REPORT_H
#define OB_PRODUCT_CSV_REPORT_H

/* What became of an uploaded file (UX 2.9). */

#include <stdbool.h>
#include <stddef.h>

#include "product/item_store.h"

struct csv;

#define CSV_FAULTS_MAX 100

struct csv_fault {
	size_t line; /* of the file, from 1; 0 = the file as a whole */
	char why[240];
};

struct csv_report {
	struct item_changes changes; /* items, or kits as a whole */
	struct csv_fault fault[CSV_FAULTS_MAX];
	size_t faults; /* in all; the first CSV_FAULTS_MAX are kept */
	struct csv_fault warning[CSV_FAULTS_MAX];
	size_t warnings;
};

struct csv_options {
	bool dry_run;        /* report only */
	bool remove_missing; /* rows that are not in the file go */
};

/* Writes one piece of an export; false stops it. */
typedef bool csv_write(void *context, const char *bytes, size_t length,
		       struct err *e);

void csv_fault(struct csv_report *report, size_t line, const char *why, ...)
	PRINTF_LIKE(3, 4);
void csv_warn(struct csv_report *report, size_t line, const char *why, ...)
	PRINTF_LIKE(3, 4);
/* Puts the faults in the order of their lines. */
void csv_report_sort(struct csv_report *report);
/*
 * An error of the reader as a fault of the line that it names, else of line;
 * what to do about it stands behind it in parentheses.
 */
void csv_refuse(struct csv_report *report, size_t line, const struct err *why);
/*
 * An error of the reader as a fault of the line that it names. False when the
 * reader did not get past that line, so that nothing after it can be read.
 */
bool csv_refused(struct csv_report *report, const struct csv *csv,
		 size_t before, const struct err *why);

#endif
