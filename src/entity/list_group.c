#include "local.h"

/* Rows that share something as one: group=cause. */

/* Each row of a page tells how many there are in all. */
static void
take_totals(struct list_page *page, struct rows *rows)
{
	page->total = (uint64_t)rows_int(rows, "in_all");
	page->is_capped = rows_int(rows, "rows_in_all") >= LIST_COUNT_MAX;
}

/* Behind the last page there is no row that could tell. */
static bool
count_groups(struct db *db, const struct list_ask *ask, struct list_page *page,
	     struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct list_ask first = *ask;

	if (ask->page == 1)
		return true;
	first.page = 1;
	first.per_page = 1;
	if (!list_rows(db, &first, &rows, e))
		return false;
	if (rows_next(&rows))
		take_totals(page, &rows);
	return rows_check(&rows, e);
}

bool
list_run_groups(struct db *db, const struct list_ask *ask, struct strbuf *out,
		struct list_page *page, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!list_rows(db, ask, &rows, e))
		return false;
	strbuf_add(out, "[");
	while (rows_next(&rows)) {
		strbuf_add(out, page->rows++ == 0 ? "" : ",");
		shape_row(out, ask->group->shape, &rows, ask->access.with_pii,
			  false);
		take_totals(page, &rows);
	}
	strbuf_add(out, "]");
	page->has_more = page->total > (uint64_t)ask->page * ask->per_page;
	return rows_check(&rows, e) && strbuf_check(out, e) &&
	       (page->rows > 0 || count_groups(db, ask, page, e));
}
