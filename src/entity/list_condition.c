#include <string.h>

#include "db/sql.h"
#include "local.h"

/* Filters and search= as conditions. */

/* Values a comparison may have in one text; beyond, lists of many lengths would
 * each be a statement of their own. */
enum { EXACT_MAX = 4 };

/* "IN (?, ?)" of the values that are not NULL; the last is repeated up to a
 * power of two. */
static size_t
add_in(struct list_sql *b, const struct list_ask *ask,
       const struct list_filter *filter)
{
	const struct list_value *last = NULL;
	size_t count = 0, rounded = EXACT_MAX;

	for (size_t i = 0; i < filter->count; i++) {
		const struct list_value *value = &ask->value[filter->first + i];

		if (value->is_null)
			continue;
		sql_add(b, count++ == 0 ? "IN (?" : ", ?");
		sql_bind(b, list_bind(filter->field, value));
		last = value;
	}
	if (last == NULL)
		return 0;
	while (rounded < count)
		rounded *= 2;
	for (; count > EXACT_MAX && count < rounded; count++) {
		sql_add(b, ", ?");
		sql_bind(b, list_bind(filter->field, last));
	}
	sql_add(b, ")");
	return count;
}

static bool
has_null(const struct list_ask *ask, const struct list_filter *filter)
{
	for (size_t i = 0; i < filter->count; i++) {
		if (ask->value[filter->first + i].is_null)
			return true;
	}
	return false;
}

static void
add_values(struct list_sql *b, const struct list_ask *ask,
	   const struct list_filter *filter)
{
	const char *column = filter->field->column;
	const bool null = has_null(ask, filter);

	if (filter->negated) {
		/* What has no value has none of these. */
		sql_add(b, "(");
		sql_add(b, column);
		sql_add(b, " IS NULL OR ");
		sql_add(b, column);
		sql_add(b, " NOT ");
		(void)add_in(b, ask, filter);
		sql_add(b, ")");
		return;
	}
	if (null && filter->count == 1) {
		sql_add(b, column);
		sql_add(b, " IS NULL");
		return;
	}
	sql_add(b, null ? "(" : "");
	sql_add(b, column);
	sql_add(b, " ");
	(void)add_in(b, ask, filter);
	if (null) {
		sql_add(b, " OR ");
		sql_add(b, column);
		sql_add(b, " IS NULL)");
	}
}

static void
add_range(struct list_sql *b, const struct list_ask *ask,
	  const struct list_filter *filter)
{
	const struct list_value *from = &ask->value[filter->first];
	const struct list_value *to = from + 1;
	const bool both = !from->is_null && !to->is_null;

	sql_add(b, "(");
	if (filter->negated) {
		sql_add(b, filter->field->column);
		sql_add(b, " IS NULL OR ");
	}
	if (!from->is_null)
		sql_compare(b, filter->field,
			    filter->negated ? " < " : " >= ", from);
	if (both)
		sql_add(b, filter->negated ? " OR " : " AND ");
	if (!to->is_null)
		sql_compare(b, filter->field, filter->negated ? " >= " : " < ",
			    to);
	sql_add(b, ")");
}

struct bind
sql_like(const struct list_ask *ask, const struct field *field)
{
	const bool anywhere = (field->traits & FIELD_CONTAINS) != 0;

	return bind_text(((field->traits & FIELD_UPPER) != 0 ? ask->upper
							     : ask->pattern) +
			 (anywhere ? 0 : strlen("%")));
}

/* A text up to the "{is}" in it, of which the rest is returned; "": none. */
const char *
sql_until_is(struct list_sql *b, enum sql_id id)
{
	const char *text = sql_text[id].text;
	const char *place = strstr(text, "{is}");

	if (place == NULL) {
		sql_add(b, text);
		return "";
	}
	strbuf_addn(&b->text, text, (size_t)(place - text));
	return place + strlen("{is}");
}

static void
add_with_values(struct list_sql *b, enum sql_id id, const struct list_ask *ask,
		const struct list_filter *filter)
{
	const char *rest = sql_until_is(b, id);

	if (*rest != '\0')
		(void)add_in(b, ask, filter);
	sql_add(b, rest);
}

static void
add_test(struct list_sql *b, const struct list_ask *ask,
	 const struct list_filter *filter, const struct entity_test *test)
{
	const bool is_flag = filter->field->type == FIELD_FLAG;
	bool both = false, off = filter->negated;

	if (is_flag) {
		const struct list_value *value = &ask->value[filter->first];

		for (size_t i = 1; i < filter->count; i++)
			both = both || value[i].number != value[0].number;
		off = off != (value[0].number == 0);
	}
	if (both) { /* 0 or 1: each row is */
		sql_add(b, filter->negated ? "0 = 1" : "1 = 1");
		return;
	}
	sql_add(b, off ? "NOT (" : "(");
	add_with_values(b, test->is, ask, filter);
	sql_add(b, ")");
}

static void
add_found(struct list_sql *b, const struct list_ask *ask,
	  const struct list_filter *filter, const struct entity_finder *finder)
{
	sql_add(b, sql_key(ask->entity)->column);
	sql_add(b, filter->negated ? " NOT IN (" : " IN (");
	add_with_values(b, finder->keys, ask, filter);
	sql_add(b, ")");
}

void
sql_filter(struct list_sql *b, const struct list_ask *ask,
	   const struct list_filter *filter)
{
	const struct entity_test *test = list_test(ask->entity, filter->field);

	if (test != NULL)
		add_test(b, ask, filter, test);
	else if (filter->is_range)
		add_range(b, ask, filter);
	else if (filter->field->column != NULL)
		add_values(b, ask, filter);
	else
		add_found(b, ask, filter,
			  list_finder(ask->entity, filter->field));
}

void
sql_search(struct list_sql *b, const struct list_ask *ask)
{
	const char *before = "(";

	for (const struct field *at = ask->entity->shape->fields;
	     at->name != NULL; at++) {
		if (!list_searches(ask, at) || at->column == NULL)
			continue;
		sql_add(b, before);
		sql_add(b, at->column);
		sql_add(b, " LIKE ?");
		sql_bind(b, sql_like(ask, at));
		before = " OR ";
	}
	sql_add(b, ")");
}
