#include <string.h>

#include "base/secret.h"
#include "local.h"

enum { TOO_LONG = 1969 }; /* max_statement_time was over */

/* A connection that was lost meanwhile is opened anew: it is only a read. */
static bool
open_built(struct db *db, const struct list_sql *built, struct rows *rows,
	   struct err *e)
{
	if (built->failed)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	if (!strbuf_check(&built->text, e))
		return false;
	return db_open_built(db, rows, built->text.text, built->bind,
			     built->binds, e) ||
	       (db_may_repeat(db) &&
		db_open_built(db, rows, built->text.text, built->bind,
			      built->binds, e));
}

static bool
too_broad(struct db *db, struct err *e)
{
	if (db_error(db) != TOO_LONG)
		return false;
	err_set(e, ERR_INPUT,
		"the list is too broad: finding its rows took more than two "
		"seconds");
	err_hint(e, "add a filter, or a range of time");
	return err_as(e, OB_INVALID_PARAM);
}

/* A list that took too long says so. */
static bool
open_list(struct db *db, const struct list_sql *built, struct rows *rows,
	  struct err *e)
{
	return open_built(db, built, rows, e) || too_broad(db, e);
}

bool
list_rows(struct db *db, const struct list_ask *ask, struct rows *out,
	  struct err *e)
{
	AUTO(list_sql) built = {0};

	list_sql_page(&built, ask);
	return open_list(db, &built, out, e);
}

/* What is counted, and whose rows: the whole of the statement. */
static bool
hash_count(const struct list_sql *built, unsigned char out[32])
{
	AUTO(strbuf) all = STRBUF(2 * LIST_TEXT_MAX);

	strbuf_add(&all, strbuf_text(&built->text));
	for (size_t i = 0; i < built->binds; i++) {
		const struct bind *bind = &built->bind[i];
		const char *bytes =
			bind->bytes != NULL ? bind->bytes : bind->own;

		strbuf_addf(&all, "|%d %lld %zu ", (int)bind->type,
			    (long long)bind->integer, bind->length);
		strbuf_addn(&all, bytes, bind->length);
	}
	hash_sha256(strbuf_text(&all), all.len, out);
	return !all.failed;
}

static bool
is_known(const struct list_known *known, const unsigned char hash[32])
{
	for (size_t i = 0; i < LIST_KNOWN_MAX; i++) {
		if (clock_boot_ms() < known->place[i].until_boot_ms &&
		    memcmp(known->place[i].hash, hash, 32) == 0)
			return true;
	}
	return false;
}

static void
remember(struct list_known *known, const unsigned char hash[32])
{
	memcpy(known->place[known->next].hash, hash, 32);
	known->place[known->next].until_boot_ms =
		clock_boot_ms() + LIST_KNOWN_MS;
	known->next = (known->next + 1) % LIST_KNOWN_MAX;
}

/* A count that takes too long is "more than was seen". */
static bool
count_rows(struct db *db, const struct list_ask *ask, uint64_t seen,
	   uint64_t *total, bool *is_capped, struct err *e)
{
	AUTO(list_sql) built = {0};
	AUTO(rows) rows = ROWS;
	struct list_known *known = ask->access.known;
	unsigned char hash[32];

	*is_capped = false;
	*total = 0;
	if (ask->nothing)
		return true;
	list_sql_count(&built, ask);
	if (known != NULL && !hash_count(&built, hash))
		known = NULL;
	if (known != NULL && is_known(known, hash)) {
		*total = LIST_COUNT_MAX;
		*is_capped = true;
		return true;
	}
	if (!open_built(db, &built, &rows, e)) {
		*total = seen;
		*is_capped = true;
		return db_error(db) == TOO_LONG;
	}
	(void)rows_next(&rows);
	*total = (uint64_t)rows_int(&rows, "total");
	*is_capped = *total > LIST_COUNT_MAX;
	if (*is_capped)
		*total = LIST_COUNT_MAX;
	if (*is_capped && known != NULL)
		remember(known, hash);
	return rows_check(&rows, e);
}

static bool
add_rows(const struct list_ask *ask, struct rows *rows, struct strbuf *out,
	 struct list_page *page, struct err *e)
{
	strbuf_add(out, "[");
	while (page->rows < ask->per_page && rows_next(rows)) {
		strbuf_add(out, page->rows++ == 0 ? "{" : ",{");
		shape_members(out, ask->entity->shape, rows,
			      ask->access.with_pii, ask->fields);
		strbuf_add(out, "}");
	}
	strbuf_add(out, "]");
	page->has_more = rows->count > ask->per_page;
	if (page->has_more)
		list_cursor_make(ask, rows, page->next_cursor);
	return rows_check(rows, e) && strbuf_check(out, e);
}

static bool
count_page(struct db *db, const struct list_ask *ask, size_t found,
	   struct list_page *page, struct err *e)
{
	const uint64_t before =
		ask->page > 1 ? (uint64_t)(ask->page - 1) * ask->per_page : 0;

	if (!page->is_counted)
		return true;
	/* A page that is not full has the count in itself. */
	page->total = before + found;
	if (found > 0 && found <= ask->per_page)
		return true;
	if (found == 0 && before == 0)
		return true;
	return count_rows(db, ask, before + found, &page->total,
			  &page->is_capped, e);
}

bool
list_run(struct db *db, const struct list_ask *ask, struct strbuf *out,
	 struct list_page *page, struct err *e)
{
	AUTO(rows) rows = ROWS;

	*page = (struct list_page){
		.page = ask->page,
		.per_page = ask->per_page,
		.is_counted = !ask->by_cursor && !ask->uncounted,
	};
	if (ask->nothing) {
		strbuf_add(out, "[]");
		return strbuf_check(out, e);
	}
	if (ask->group != NULL)
		return list_run_groups(db, ask, out, page, e);
	if (!list_rows(db, ask, &rows, e))
		return false;
	/* In this order: rows do not outlive a connection that breaks. */
	return add_rows(ask, &rows, out, page, e) &&
	       count_page(db, ask, rows.count, page, e);
}

bool
list_count(struct db *db, const struct list_ask *ask, uint64_t *total,
	   bool *is_capped, struct err *e)
{
	return count_rows(db, ask, 0, total, is_capped, e);
}

bool
list_ids(struct db *db, const struct list_ask *ask, unsigned limit,
	 struct strbuf *json, size_t *count, bool *more, struct err *e)
{
	const struct field *key =
		entity_field(ask->entity, ask->entity->key, 0);
	AUTO(list_sql) built = {0};
	AUTO(rows) rows = ROWS;

	*count = 0;
	*more = false;
	strbuf_add(json, "[");
	if (!ask->nothing) {
		list_sql_keys(&built, ask, limit + 1);
		if (!open_list(db, &built, &rows, e))
			return false;
		*more = rows.count > limit;
		while (*count < limit && rows_next(&rows)) {
			strbuf_add(json, (*count)++ == 0 ? "" : ",");
			shape_value(json, key, &rows, "place_key");
		}
		if (!rows_check(&rows, e))
			return false;
	}
	strbuf_add(json, "]");
	return strbuf_check(json, e);
}

void
list_query(const struct list_ask *ask, struct strbuf *out, unsigned page,
	   const char *cursor)
{
	if (ask->query.len > 0)
		strbuf_addf(out, "%s&", ask->query.text);
	if (cursor != NULL)
		strbuf_addf(out, "cursor=%s", cursor);
	else
		strbuf_addf(out, "page=%u", page);
}
