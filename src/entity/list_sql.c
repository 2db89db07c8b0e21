#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "db/sql.h"
#include "local.h"

/*
 * The statement of a list: texts of sql/queries/entity.sql, the names of the
 * entity's table, and a place for each value. Names come from there alone,
 * never from a request.
 */

void
list_sql_end(struct list_sql *built)
{
	strbuf_end(&built->text);
	free(built->bind);
	*built = (struct list_sql){0};
}

void
sql_add(struct list_sql *b, const char *text)
{
	strbuf_add(&b->text, text);
}

void
sql_bind(struct list_sql *b, struct bind value)
{
	if (b->binds == b->room) {
		const size_t room = b->room ? b->room * 2 : 16;
		struct bind *more = realloc(b->bind, room * sizeof(*more));

		if (more == NULL) {
			b->failed = true;
			return;
		}
		b->bind = more;
		b->room = room;
	}
	b->bind[b->binds++] = value;
}

void
sql_number(struct list_sql *b, const char *before, uint64_t number)
{
	sql_add(b, before);
	sql_add(b, "?");
	sql_bind(b, bind_int((int64_t)number));
}

const struct field *
sql_key(const struct entity *entity)
{
	return entity_field(entity, entity->key, 0);
}

void
sql_compare(struct list_sql *b, const struct field *field, const char *sign,
	    const struct list_value *value)
{
	sql_add(b, field->column);
	sql_add(b, sign);
	sql_add(b, "?");
	sql_bind(b, list_bind(field, value));
}

/* A first or a followed page of one walk is read as it is walked; else its keys
 * come first, so that joins cost rows of this page only. */
static bool
is_direct(const struct list_ask *ask)
{
	return !ask->entity->is_grouped && ask->page <= 1 &&
	       walk_count(ask) == 1;
}

/* Of groups: the rows that they are made of, and which of them are shown. */
static void
fill_group(struct list_sql *b, const struct list_ask *ask, const char *place)
{
	if (strncmp(place, "page", 4) == 0) {
		sql_add(b, "(");
		sql_keys(b, ask, LIST_COUNT_MAX, 0, false);
		strbuf_addf(&b->text,
			    ") AS page STRAIGHT_JOIN %s ON %s = page.place_key",
			    ask->entity->table, sql_key(ask->entity)->column);
	} else if (strncmp(place, "limit", 5) == 0) {
		sql_number(b, "LIMIT ", ask->per_page);
		sql_number(b, " OFFSET ",
			   (uint64_t)(ask->page - 1) * ask->per_page);
	}
}

static void
fill(struct list_sql *b, const struct list_ask *ask, const char *place)
{
	const bool direct = is_direct(ask);
	const uint64_t limit = (uint64_t)ask->per_page + 1;
	const struct walk first = walk_at(ask, 0);

	if (strncmp(place, "place", 5) == 0) {
		if (direct) {
			sql_place_columns(b, ask);
			return;
		}
		for (size_t i = 0; i < ask->orders; i++)
			strbuf_addf(&b->text, "page.place_%zu, ", i);
		sql_add(b, "page.place_key");
	} else if (strncmp(place, "page", 4) == 0 && direct) {
		sql_source(b, ask);
	} else if (strncmp(place, "page", 4) == 0) {
		sql_add(b, "(");
		sql_keys(b, ask, limit,
			 ask->page > 1
				 ? (uint64_t)(ask->page - 1) * ask->per_page
				 : 0,
			 true);
		sql_add(b, ") AS page");
		if (!ask->entity->is_grouped)
			strbuf_addf(&b->text,
				    " STRAIGHT_JOIN %s ON %s = page.place_key",
				    ask->entity->table,
				    sql_key(ask->entity)->column);
	} else if (strncmp(place, "where", 5) == 0 && direct) {
		sql_where(b, ask, &first, true);
	} else if (strncmp(place, "order", 5) == 0 && direct) {
		sql_order(b, ask);
	} else if (strncmp(place, "order", 5) == 0) {
		sql_page_order(b, ask);
	} else if (strncmp(place, "limit", 5) == 0 && direct) {
		sql_number(b, "LIMIT ", limit);
	}
}

static void
begin(struct list_sql *b, enum sql_id limit)
{
	*b = (struct list_sql){.text = STRBUF(LIST_TEXT_MAX)};
	sql_add(b, sql_text[limit].text);
}

/* The next "{place}"; other braces belong to the statement. */
static const char *
next_place(const char *text)
{
	const char *open = strchr(text, '{');

	while (open != NULL && !islower((unsigned char)open[1]))
		open = strchr(open + 1, '{');
	return open;
}

void
list_sql_page(struct list_sql *b, const struct list_ask *ask)
{
	const char *text =
		sql_text[ask->group ? ask->group->rows : ask->entity->rows]
			.text;

	begin(b, SQL_LIST_WITHIN_2_S);
	for (const char *open; (open = next_place(text)) != NULL;) {
		strbuf_addn(&b->text, text, (size_t)(open - text));
		if (ask->group != NULL)
			fill_group(b, ask, open + 1);
		else
			fill(b, ask, open + 1);
		text = strchr(open, '}') + 1;
	}
	sql_add(b, text);
}

void
list_sql_count(struct list_sql *b, const struct list_ask *ask)
{
	const size_t walks = walk_count(ask);

	begin(b, SQL_LIST_COUNT_SOON);
	sql_add(b, "SELECT COUNT(*) AS total FROM (");
	for (size_t i = 0; i < walks; i++) {
		const struct walk walk = walk_at(ask, i);

		sql_add(b, i == 0 ? "" : " UNION ALL ");
		sql_add(b, walks > 1 ? "(SELECT 1 FROM " : "SELECT 1 FROM ");
		sql_source(b, ask);
		sql_where(b, ask, &walk, false);
		sql_group(b, ask);
		sql_number(b, " LIMIT ", LIST_COUNT_MAX + 1);
		sql_add(b, walks > 1 ? ")" : "");
	}
	if (walks > 1)
		sql_number(b, " LIMIT ", LIST_COUNT_MAX + 1);
	sql_add(b, ") AS capped");
}

void
list_sql_keys(struct list_sql *b, const struct list_ask *ask, unsigned limit)
{
	begin(b, SQL_LIST_WITHIN_2_S);
	sql_keys(b, ask, limit, 0, false);
}
