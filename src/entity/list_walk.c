#include <string.h>

#include "db/sql.h"
#include "local.h"

/*
 * The keys of a list, walk after walk: each has one value in every column that
 * the path fixes, and comes in the order of the rest.
 */

static const struct field *
fixed_field(const struct list_ask *ask, size_t column)
{
	return list_column(ask->entity, ask->path->column[column]);
}

static size_t
choices(const struct list_ask *ask, size_t column)
{
	const size_t filter = ask->equal[column];
	size_t words = 0;

	if (filter > 0)
		return ask->filter[filter - 1].count;
	while (fixed_field(ask, column)->words[words] != NULL)
		words++;
	return words;
}

size_t
walk_count(const struct list_ask *ask)
{
	size_t walks = 1;

	for (size_t i = 0; i < ask->equals; i++)
		walks *= choices(ask, i);
	return walks;
}

struct walk
walk_at(const struct list_ask *ask, size_t number)
{
	struct walk walk = {0};

	for (size_t i = 0; i < ask->equals; i++) {
		walk.of[i] = number % choices(ask, i);
		number /= choices(ask, i);
	}
	return walk;
}

static void
add_fixed(struct list_sql *b, const struct list_ask *ask, size_t column,
	  size_t choice)
{
	const struct field *field = fixed_field(ask, column);
	const size_t filter = ask->equal[column];
	struct list_value word = {0};

	if (filter > 0) {
		sql_at(b, field,
		       &ask->value[ask->filter[filter - 1].first + choice]);
		return;
	}
	word.text = field->words[choice];
	sql_at(b, field, &word);
}

static bool
is_used(const struct list_ask *ask, size_t filter)
{
	for (size_t i = 0; i < ask->equals; i++) {
		if (ask->equal[i] == filter + 1)
			return true;
	}
	return ask->is_found && ask->found == filter;
}

static const char *
and_or_where(struct list_sql *b, const char *before)
{
	sql_add(b, before);
	return " AND ";
}

void
sql_where(struct list_sql *b, const struct list_ask *ask,
	  const struct walk *walk, bool from_place)
{
	const char *before = " WHERE ";

	for (size_t i = 0; i < ask->equals; i++) {
		before = and_or_where(b, before);
		add_fixed(b, ask, i, walk->of[i]);
	}
	for (size_t i = 0; i < ask->filters; i++) {
		if (is_used(ask, i))
			continue;
		before = and_or_where(b, before);
		sql_filter(b, ask, &ask->filter[i]);
	}
	if (ask->search != NULL &&
	    !(ask->is_found && ask->found == LIST_FILTERS_MAX)) {
		before = and_or_where(b, before);
		sql_search(b, ask);
	}
	if (ask->entity->has_always) {
		before = and_or_where(b, before);
		sql_add(b, sql_text[ask->entity->always].text);
	}
	if (from_place && ask->by_cursor) {
		(void)and_or_where(b, before);
		sql_place(b, ask);
	}
}

void
sql_order(struct list_sql *b, const struct list_ask *ask)
{
	const char *down = ask->falling ? " DESC" : "";

	for (size_t i = 0; i < ask->orders; i++) {
		sql_add(b, i == 0 ? "" : ", ");
		sql_add(b, ask->order[i]->column);
		sql_add(b, down);
	}
	if (ask->with_key) {
		sql_add(b, ask->orders == 0 ? "" : ", ");
		sql_add(b, sql_key(ask->entity)->column);
		sql_add(b, down);
	}
}

/* The same of the keys that were found before. */
void
sql_page_order(struct list_sql *b, const struct list_ask *ask)
{
	const char *down = ask->falling ? " DESC" : "";

	for (size_t i = 0; i < ask->orders; i++)
		strbuf_addf(&b->text, "%splace_%zu%s", i == 0 ? "" : ", ", i,
			    down);
	if (ask->with_key)
		strbuf_addf(&b->text, "%splace_key%s",
			    ask->orders == 0 ? "" : ", ", down);
}

void
sql_place_columns(struct list_sql *b, const struct list_ask *ask)
{
	for (size_t i = 0; i < ask->orders; i++)
		strbuf_addf(&b->text, "%s AS place_%zu, ",
			    ask->order[i]->column, i);
	strbuf_addf(&b->text, "%s AS place_key", sql_key(ask->entity)->column);
}

static void
add_table(struct list_sql *b, const struct list_ask *ask)
{
	sql_add(b, ask->entity->table);
	if (ask->path != NULL)
		strbuf_addf(&b->text, " FORCE INDEX (%s)", ask->path->index);
}

void
sql_group(struct list_sql *b, const struct list_ask *ask)
{
	if (!ask->entity->is_grouped)
		return;
	sql_add(b, " GROUP BY ");
	sql_add(b, sql_key(ask->entity)->column);
}

static void
add_keys_with(struct list_sql *b, const struct entity_finder *finder,
	      const char **before, const char *is, struct bind value)
{
	const char *rest;

	sql_add(b, *before);
	rest = sql_until_is(b, finder->keys);
	sql_add(b, is);
	sql_bind(b, value);
	sql_add(b, rest);
	*before = " UNION ";
}

/* One statement a value: so the server sees how narrow each is. */
static void
add_finders(struct list_sql *b, const struct list_ask *ask)
{
	const char *before = "(";

	if (ask->found < LIST_FILTERS_MAX) {
		const struct list_filter *filter = &ask->filter[ask->found];
		const struct entity_finder *finder =
			list_finder(ask->entity, filter->field);

		for (size_t i = 0; i < filter->count; i++)
			add_keys_with(
				b, finder, &before,
				finder->field == NULL ? "?" : "= ?",
				list_bind(filter->field,
					  &ask->value[filter->first + i]));
		return;
	}
	for (const struct field *at = ask->entity->shape->fields;
	     at->name != NULL; at++) {
		const struct entity_finder *finder =
			list_searches(ask, at) ? list_finder(ask->entity, at)
					       : NULL;

		if (finder != NULL && finder->is_whole)
			add_keys_with(b, finder, &before, "= ?",
				      bind_text(ask->search));
		else if (finder != NULL)
			add_keys_with(b, finder, &before, "LIKE ?",
				      sql_like(ask, at));
	}
}

/* Rows that the finders' few keys lead to. */
static void
add_found_rows(struct list_sql *b, const struct list_ask *ask)
{
	add_finders(b, ask);
	sql_add(b, ") AS found STRAIGHT_JOIN ");
	sql_add(b, ask->entity->table);
	strbuf_addf(&b->text, " ON %s = found.id",
		    sql_key(ask->entity)->column);
}

void
sql_source(struct list_sql *b, const struct list_ask *ask)
{
	if (ask->is_found)
		add_found_rows(b, ask);
	else
		add_table(b, ask);
}

/* The keys of all walks in their order: "(...) UNION ALL (...) ORDER BY". */
void
sql_keys(struct list_sql *b, const struct list_ask *ask, uint64_t limit,
	 uint64_t offset, bool from_place)
{
	const size_t walks = walk_count(ask);

	for (size_t i = 0; i < walks; i++) {
		const struct walk walk = walk_at(ask, i);

		sql_add(b, i == 0 ? "" : " UNION ALL ");
		sql_add(b, walks > 1 ? "(SELECT " : "SELECT ");
		sql_place_columns(b, ask);
		sql_add(b, " FROM ");
		sql_source(b, ask);
		sql_where(b, ask, &walk, from_place);
		sql_group(b, ask);
		sql_add(b, " ORDER BY ");
		sql_order(b, ask);
		sql_number(b, " LIMIT ", walks > 1 ? limit + offset : limit);
		if (walks == 1 && offset > 0)
			sql_number(b, " OFFSET ", offset);
		sql_add(b, walks > 1 ? ")" : "");
	}
	if (walks == 1)
		return;
	sql_add(b, " ORDER BY ");
	sql_page_order(b, ask);
	sql_number(b, " LIMIT ", limit);
	if (offset > 0)
		sql_number(b, " OFFSET ", offset);
}
