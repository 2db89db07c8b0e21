#include "local.h"

/* Where a page begins that a cursor leads to. */

/*
 * Behind the place, as an or of ands: the server walks the index from there, of
 * which a row constructor keeps it (PERFORMANCE 3). NULL comes before all
 * values, so falling it comes last.
 */
static void
add_beyond(struct list_sql *b, const struct list_ask *ask,
	   const struct field *field, const struct list_value *value)
{
	if (!value->is_null) {
		if (!ask->falling) {
			sql_compare(b, field, " > ", value);
			return;
		}
		if ((field->traits & FIELD_NULL) == 0 &&
		    field->type != FIELD_TIME) {
			sql_compare(b, field, " < ", value);
			return;
		}
		sql_add(b, "(");
		sql_compare(b, field, " < ", value);
		sql_add(b, " OR ");
		sql_add(b, field->column);
		sql_add(b, " IS NULL)");
		return;
	}
	if (ask->falling) {
		sql_add(b, "0 = 1");
		return;
	}
	sql_add(b, field->column);
	sql_add(b, " IS NOT NULL");
}

void
sql_at(struct list_sql *b, const struct field *field,
       const struct list_value *value)
{
	if (!value->is_null) {
		sql_compare(b, field, " = ", value);
		return;
	}
	sql_add(b, field->column);
	sql_add(b, " IS NULL");
}

void
sql_place(struct list_sql *b, const struct list_ask *ask)
{
	const size_t count = ask->orders + ask->with_key;

	sql_add(b, "(");
	for (size_t i = 0; i < count; i++) {
		const bool is_key = i == ask->orders;
		const struct field *field =
			is_key ? sql_key(ask->entity) : ask->order[i];
		const struct list_value *value =
			&ask->place[is_key ? LIST_ORDER_MAX : i];

		sql_add(b, i == 0 ? "" : " OR (");
		for (size_t j = 0; j < i; j++) {
			sql_at(b, ask->order[j], &ask->place[j]);
			sql_add(b, " AND ");
		}
		add_beyond(b, ask, field, value);
		sql_add(b, i == 0 ? "" : ")");
	}
	sql_add(b, ")");
}
