#include "product/kit_csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/row_out.h"
#include "local.h"
#include "product/kit_store.h"

enum column {
	COLUMN_PARENT,
	COLUMN_COMPONENT,
	COLUMN_QUANTITY,
	COLUMN_SORT,
	COLUMN_WEIGHT,
	COLUMN_FROM,
	COLUMN_TO,
};

static const char *const columns[] = {
	"parent_sku",   "component_sku", "quantity", "sort",
	"price_weight", "valid_from",    "valid_to", NULL,
};

enum { LINES_MAX = 100000, PAGE_KITS = 200, SORT_MAX = 1000000000 };

static bool
read_sort(const char *text, unsigned *out, struct err *e)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || value > SORT_MAX)
		return err_set(e, ERR_INPUT, "sort \"%.40s\" is no number",
			       text);
	*out = (unsigned)value;
	return true;
}

static bool
read_day(const struct csv *csv, enum column column, utc_ms *out, struct err *e)
{
	const char *text = csv_value(csv, column);

	*out = 0;
	return *text == '\0' || time_parse(text, out, e) ||
	       err_in(e, "%s", columns[column]);
}

static bool
read_weight(const char *text, int64_t *out, struct err *e)
{
	struct money weight;

	*out = -1;
	if (*text == '\0')
		return true;
	if (!money_parse(text, &weight, e))
		return err_in(e, "price_weight");
	*out = weight.e4 < 0 ? -2 : weight.e4;
	return true;
}

/* Without a sort of their own, the components of a kit stay as written. */
static unsigned
next_sort(const struct kit_table *table, const char *parent)
{
	const struct kit_row *last =
		table->count > 0 ? &table->row[table->count - 1] : NULL;

	return last && strcmp(last->parent, parent) == 0 ? last->sort + 1 : 1;
}

static bool
read_row(const struct csv *csv, const struct kit_table *table,
	 struct kit_row *row, struct err *e)
{
	const char *sort = csv_value(csv, COLUMN_SORT);

	*row = (struct kit_row){.line = (unsigned)csv->line};
	if (!item_key(csv_value(csv, COLUMN_PARENT), row->parent, e))
		return err_in(e, "parent_sku");
	if (!item_key(csv_value(csv, COLUMN_COMPONENT), row->component, e))
		return err_in(e, "component_sku");
	if (!quantity_parse(csv_value(csv, COLUMN_QUANTITY), &row->quantity, e))
		return err_in(e, "quantity");
	row->sort = next_sort(table, row->parent);
	return (*sort == '\0' || read_sort(sort, &row->sort, e)) &&
	       read_weight(csv_value(csv, COLUMN_WEIGHT), &row->weight_e4, e) &&
	       read_day(csv, COLUMN_FROM, &row->valid_from, e) &&
	       read_day(csv, COLUMN_TO, &row->valid_to, e) &&
	       kit_check_row(row, e);
}

static bool
read_rows(struct csv *csv, struct kit_table *table, struct csv_report *report,
	  struct err *e)
{
	for (;;) {
		size_t before = csv->at;
		struct kit_row row;
		struct err bad = {0};

		if (!csv_next(csv, &bad)) {
			if (bad.class == ERR_NONE ||
			    !csv_refused(report, csv, before, &bad))
				return true;
		} else if (!read_row(csv, table, &row, &bad)) {
			csv_fault(report, csv->line, "%s", bad.text);
		} else if (table->count == LINES_MAX) {
			csv_fault(report, csv->line, "more than %d lines",
				  LINES_MAX);
			return true;
		} else if (!kit_table_add(table, &row, e)) {
			return false;
		}
	}
}

static bool
read_file(const char *text, size_t length, struct kit_table *table,
	  struct csv_report *report, struct err *e)
{
	AUTO(csv) csv = {0};
	struct err bad = {0};

	if (!csv_open(&csv, text, length, columns, &bad)) {
		csv_refuse(report, 1, &bad);
		return true;
	}
	for (size_t i = COLUMN_PARENT; i <= COLUMN_QUANTITY; i++)
		if (!csv_has(&csv, i)) {
			csv_fault(report, 1, "column %s is missing",
				  columns[i]);
			return true;
		}
	if (!read_rows(&csv, table, report, e))
		return false;
	kit_table_sort(table);
	return true;
}

/* The kits of a sorted table, one after the other. */
static bool
next_kit(const struct kit_table *table, size_t *at, const struct kit_row **row,
	 size_t *count)
{
	*at += *count;
	if (*at >= table->count)
		return false;
	*row = kit_rows_of(table, table->row[*at].parent, count);
	return true;
}

static size_t
first_line(const struct kit_row *row, size_t count)
{
	size_t line = row->line;

	for (size_t i = 1; i < count; i++)
		if (row[i].line < line)
			line = row[i].line;
	return line;
}

/* file: the kits to judge; all: those and what stands below them. */
static void
judge_kits(const struct kit_table *file, const struct kit_table *all,
	   struct kit_limits limits, struct csv_report *report)
{
	const struct kit_row *row = NULL;
	size_t at = 0, count = 0;

	while (next_kit(file, &at, &row, &count)) {
		char from[TIME_TEXT_MAX];
		struct err bad = {0};
		utc_ms since;
		const struct kit_row *twice = kit_overlap(row, count, &since);

		if (twice != NULL)
			csv_fault(report, twice->line,
				  "component %s stands twice in kit %s from %s "
				  "on",
				  twice->component, twice->parent,
				  time_text_minute(since, from));
		if (count > KIT_ROWS_MAX)
			csv_fault(report, first_line(row, count),
				  "kit %s has %zu components, at most %d",
				  row->parent, count, KIT_ROWS_MAX);
		else if (!kit_prove(all, row->parent, limits, &bad))
			csv_fault(report, first_line(row, count), "%s",
				  bad.text);
	}
}

static bool
warn_missing(struct db *db, const struct kit_table *file,
	     struct csv_report *report, struct err *e)
{
	AUTO(sku_set) missing = {0};

	if (!kit_missing(db, file, &missing, e))
		return false;
	for (size_t i = 0; i < file->count; i++)
		if (sku_set_find(&missing, file->row[i].component) != NULL)
			csv_warn(report, file->row[i].line,
				 "component %s of kit %s is no item yet",
				 file->row[i].component, file->row[i].parent);
	return true;
}

static bool
is_same(const struct kit_row *a, const struct kit_row *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(a[i].component, b[i].component) != 0 ||
		    a[i].quantity.e5 != b[i].quantity.e5 ||
		    a[i].sort != b[i].sort ||
		    a[i].weight_e4 != b[i].weight_e4 ||
		    a[i].valid_from != b[i].valid_from ||
		    a[i].valid_to != b[i].valid_to)
			return false;
	return true;
}

struct import {
	const struct kit_table *file;
	struct csv_options options;
	struct kit_limits limits;
	struct csv_report *report;
};

/* Writes one kit of the file unless it stands there just so. */
static bool
apply_kit(struct db *db, struct import *import, const struct kit_table *old,
	  const struct kit_row *row, size_t count, struct err *e)
{
	struct item_changes *changes = &import->report->changes;
	size_t old_count;
	const struct kit_row *old_row =
		kit_rows_of(old, row->parent, &old_count);
	unsigned version = 0;

	if (old_row != NULL && old_count == count &&
	    is_same(old_row, row, count)) {
		changes->unchanged++;
		return true;
	}
	if (old_row == NULL)
		changes->added++;
	else
		changes->changed++;
	if (import->options.dry_run)
		return true;
	for (size_t i = 0; i < old_count; i++)
		if (old_row[i].version > version)
			version = old_row[i].version;
	return kit_replace(db, row->parent, row, count, version + 1, e);
}

static bool
apply_file(struct db *db, struct import *import, struct err *e)
{
	AUTO(kit_table) old = {0};
	AUTO(sku_set) parents = {0};
	AUTO(strbuf) keys = STRBUF(KEYS_CEILING);
	const struct kit_row *row = NULL;
	size_t at = 0, count = 0;

	while (next_kit(import->file, &at, &row, &count))
		if (sku_set_add(&parents, row->parent) == NULL)
			return err_set(e, ERR_TEMPORARY, "no memory");
	sku_set_json(&parents, 0, parents.count, &keys);
	if (!strbuf_check(&keys, e) || !kit_load_level(db, keys.text, &old, e))
		return false;
	kit_table_sort(&old);
	at = count = 0;
	while (next_kit(import->file, &at, &row, &count))
		if (!apply_kit(db, import, &old, row, count, e))
			return false;
	return true;
}

/* One page of stored parents after last; *more false behind the end. */
static bool
read_parents(struct db *db, char last[SKU_ROOM], struct sku_set *out,
	     bool *more, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_KIT_PARENTS_AFTER,
		     BINDS(bind_text(last), bind_int(PAGE_KITS)), e))
		return false;
	*more = rows.count == PAGE_KITS;
	while (rows_next(&rows)) {
		rows_text(&rows, "parent_sku", last, SKU_ROOM);
		if (sku_set_add(out, last) == NULL)
			return err_set(e, ERR_TEMPORARY, "no memory");
	}
	return rows_check(&rows, e);
}

static bool
remove_kits(struct db *db, struct import *import, struct err *e)
{
	char last[SKU_ROOM] = "";
	bool more = true;

	while (more) {
		AUTO(sku_set) page = {0};

		if (!read_parents(db, last, &page, &more, e))
			return false;
		for (size_t i = 0; i < page.count; i++) {
			if (kit_is_parent(import->file, page.sku[i].key))
				continue;
			import->report->changes.removed++;
			if (!import->options.dry_run &&
			    !kit_replace(db, page.sku[i].key, NULL, 0, 0, e))
				return false;
		}
	}
	return true;
}

static bool
apply(struct db *db, void *context, struct err *e)
{
	struct import *import = context;
	AUTO(kit_table) all = {0};

	/* It may be the second try of the transaction. */
	*import->report = (struct csv_report){0};
	for (size_t i = 0; i < import->file->count; i++)
		if (!kit_table_add(&all, &import->file->row[i], e))
			return false;
	/* Where all others go, nothing but the file stands below a kit. */
	if (!import->options.remove_missing &&
	    !kit_load_below(db, import->limits.max_depth, &all, e))
		return false;
	judge_kits(import->file, &all, import->limits, import->report);
	csv_report_sort(import->report);
	if (!warn_missing(db, import->file, import->report, e))
		return false;
	if (import->report->faults > 0)
		return true;
	return apply_file(db, import, e) &&
	       (!import->options.remove_missing || remove_kits(db, import, e));
}

bool
kit_import(struct db *db, const char *text, size_t length,
	   struct csv_options options, struct kit_limits limits,
	   struct csv_report *report, struct err *e)
{
	AUTO(kit_table) file = {0};
	struct import import = {
		.file = &file,
		.options = options,
		.limits = limits,
		.report = report,
	};

	*report = (struct csv_report){0};
	if (!read_file(text, length, &file, report, e))
		return err_in(e, "import kits");
	if (report->faults > 0)
		return true;
	if (!(options.dry_run ? apply(db, &import, e)
			      : db_transact(db, apply, &import, e)))
		return err_in(e, "import kits");
	return true;
}

/* A day where it is one; "" for the beginning of time. */
static const char *
day_text(utc_ms at, char out[TIME_TEXT_MAX])
{
	out[0] = '\0';
	if (at == 0)
		return out;
	(void)time_text(at, out);
	if (at % DAY == 0)
		out[sizeof("2026-11-20") - 1] = '\0';
	return out;
}

static void
write_row(struct strbuf *out, const struct kit_row *row)
{
	char number[QUANTITY_TEXT_MAX], weight[MONEY_TEXT_MAX] = "";
	char from[TIME_TEXT_MAX], to[TIME_TEXT_MAX];

	if (row->weight_e4 >= 0)
		(void)money_text_short((struct money){row->weight_e4}, 0,
				       weight);
	csv_out_field(out, row->parent, false);
	strbuf_add(out, ",");
	csv_out_field(out, row->component, false);
	strbuf_addf(out, ",%s,%u,%s,%s,%s\r\n",
		    quantity_text(row->quantity, number), row->sort, weight,
		    day_text(row->valid_from, from),
		    day_text(row->valid_to, to));
}

/* Reads one page of kits, parents after last, without what is below them. */
static bool
read_page(struct db *db, char last[SKU_ROOM], struct kit_table *out, bool *more,
	  struct err *e)
{
	AUTO(sku_set) parents = {0};
	AUTO(strbuf) keys = STRBUF(KEYS_CEILING);

	out->count = 0;
	if (!read_parents(db, last, &parents, more, e))
		return false;
	sku_set_json(&parents, 0, parents.count, &keys);
	if (!strbuf_check(&keys, e) || !kit_load_level(db, keys.text, out, e))
		return false;
	kit_table_sort(out);
	return true;
}

bool
kit_export(struct db *db, csv_write *write, void *context, struct err *e)
{
	AUTO(strbuf) piece = STRBUF(64u << 20);
	AUTO(kit_table) page = {0};
	char last[SKU_ROOM] = "";
	bool more = true;

	strbuf_add(&piece, "parent_sku,component_sku,quantity,sort,"
			   "price_weight,valid_from,valid_to\r\n");
	while (more) {
		if (!read_page(db, last, &page, &more, e))
			return err_in(e, "export kits");
		for (size_t i = 0; i < page.count; i++)
			write_row(&piece, &page.row[i]);
		if (!strbuf_check(&piece, e) ||
		    (piece.len > 0 &&
		     !write(context, piece.text, piece.len, e)))
			return err_in(e, "export kits");
		strbuf_end(&piece);
	}
	return true;
}

bool
kit_validate(struct db *db, struct kit_limits limits, struct csv_report *report,
	     size_t *kits, struct err *e)
{
	AUTO(kit_table) page = {0};
	char last[SKU_ROOM] = "";
	bool more = true;

	*report = (struct csv_report){0};
	*kits = 0;
	while (more) {
		AUTO(kit_table) all = {0};
		const struct kit_row *row = NULL;
		size_t at = 0, count = 0;

		if (!read_page(db, last, &page, &more, e))
			return err_in(e, "check kits");
		for (size_t i = 0; i < page.count; i++)
			if (!kit_table_add(&all, &page.row[i], e))
				return false;
		if (!kit_load_below(db, limits.max_depth, &all, e) ||
		    !warn_missing(db, &page, report, e))
			return err_in(e, "check kits");
		judge_kits(&page, &all, limits, report);
		while (next_kit(&page, &at, &row, &count))
			(*kits)++;
	}
	return true;
}
