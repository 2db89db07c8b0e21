#include <string.h>

#include "local.h"

/* field=value: what people ask for, and what views and the entity itself do. */

enum { VALUES_OF_ONE_MAX = 100 };

static bool
takes_range(const struct field *field)
{
	switch (field->type) {
	case FIELD_ID:
	case FIELD_COUNT:
	case FIELD_MONEY:
	case FIELD_QUANTITY:
	case FIELD_TIME:
	case FIELD_DATE:
		return field->column != NULL;
	case FIELD_TEXT:
	case FIELD_FLAG:
	case FIELD_WORD:
	case FIELD_SITE:
	case FIELD_HASH:
	case FIELD_JSON:
	case FIELD_TEXTS:
	case FIELD_COUNTS:
	case FIELD_SUMS:
	case FIELD_WHAT:
	case FIELD_WHY:
	case FIELD_FIX:
	case FIELD_ROUTE:
	case FIELD_OBJECT:
	case FIELD_LIST:
		break;
	}
	return false;
}

static bool
add_end(struct reading *r, const struct field *field, const char *text,
	size_t length)
{
	if (length == 0)
		return list_add_plain(r, (struct list_value){.is_null = true});
	return list_add_value(r, field, text, length);
}

static bool
read_range(struct reading *r, struct list_filter *filter, const char *text,
	   const char *dots)
{
	const char *to = dots + strlen("..");

	if (dots == text && *to == '\0')
		return list_fault(r, filter->field->name,
				  "a range has one end at least");
	filter->is_range = true;
	return add_end(r, filter->field, text, (size_t)(dots - text)) &&
	       add_end(r, filter->field, to, strlen(to));
}

/* "2026-11-20" of a time is that whole day. */
static bool
read_day(struct reading *r, struct list_filter *filter, const char *text)
{
	char next[TIME_TEXT_MAX];
	struct err why = {0};
	utc_ms day;

	if (!time_parse(text, &day, &why))
		return list_add_value(r, filter->field, text, strlen(text));
	time_text(day + DAY, next);
	filter->is_range = true;
	return list_add_value(r, filter->field, text, strlen(text)) &&
	       list_add_value(r, filter->field, next, strlen(next));
}

static bool
read_values(struct reading *r, const struct list_filter *filter,
	    const char *text)
{
	size_t count = 0;

	for (;;) {
		const size_t length = strcspn(text, ",");

		if (++count > VALUES_OF_ONE_MAX)
			return list_fault(r, filter->field->name,
					  "more than %d values",
					  VALUES_OF_ONE_MAX);
		if (!list_add_value(r, filter->field, text, length))
			return false;
		if (text[length] == '\0')
			return true;
		text += length + 1;
	}
}

static bool
is_day(const struct field *field, const char *text)
{
	return (field->type == FIELD_TIME || field->type == FIELD_DATE) &&
	       strlen(text) == strlen("2026-11-20");
}

static bool
read_condition(struct reading *r, struct list_filter *filter, const char *text)
{
	const char *dots =
		takes_range(filter->field) ? strstr(text, "..") : NULL;

	if (dots != NULL)
		return read_range(r, filter, text, dots);
	if (is_day(filter->field, text))
		return read_day(r, filter, text);
	return read_values(r, filter, text);
}

static bool
has_value(const struct list_ask *ask, const struct list_filter *filter,
	  const char *word)
{
	for (size_t i = 0; i < filter->count; i++) {
		if (strcmp(ask->value[filter->first + i].text, word) == 0)
			return true;
	}
	return false;
}

/*
 * "not what most are" is turned into what the others are: by these an index
 * leads to them, while "not" passes by most rows.
 */
static bool
turn_round(struct reading *r, struct list_filter *filter)
{
	struct list_ask *ask = r->ask;
	const struct list_filter asked = *filter;
	const struct entity_common *at = ask->entity->commons;

	if (!filter->negated || filter->field->type != FIELD_WORD)
		return true;
	while (at != NULL && at->field != NULL &&
	       (strcmp(at->field, filter->field->name) != 0 ||
		!has_value(ask, filter, at->value)))
		at++;
	if (at == NULL || at->field == NULL)
		return true;
	filter->negated = false;
	filter->first = ask->values;
	for (const char *const *word = filter->field->words; *word != NULL;
	     word++) {
		if (!has_value(ask, &asked, *word) &&
		    !list_add_value(r, filter->field, *word, strlen(*word)))
			return false;
	}
	filter->count = ask->values - filter->first;
	ask->nothing = ask->nothing || filter->count == 0;
	return true;
}

static bool
read_implied(struct reading *r, const struct list_filter *filter)
{
	const struct entity_test *test =
		list_test(r->ask->entity, filter->field);

	if (test == NULL || test->implies == NULL || filter->negated ||
	    filter->count != 1 || r->ask->value[filter->first].number != 1)
		return true;
	return list_filter_pairs(r, test->implies);
}

bool
list_filter_add(struct reading *r, const struct field *field, const char *text)
{
	struct list_ask *ask = r->ask;
	struct list_filter filter = {.field = field, .first = ask->values};

	if ((field->traits & FIELD_PII) != 0 && !ask->access.with_pii) {
		(void)list_fault(r, field->name,
				 "personal data: you may not look for it");
		r->e->class = ERR_DENIED;
		return err_as(r->e, OB_FORBIDDEN);
	}
	if (ask->filters == LIST_FILTERS_MAX)
		return list_fault(r, field->name, "more than %d filters",
				  LIST_FILTERS_MAX);
	filter.negated = *text == '!';
	if (!read_condition(r, &filter, text + filter.negated))
		return false;
	filter.count = ask->values - filter.first;
	if (!turn_round(r, &filter))
		return false;
	ask->filter[ask->filters++] = filter;
	return read_implied(r, &filter);
}

/* Filters of our own, from an entity's table: "imported=0&state=stored". */
bool
list_filter_pairs(struct reading *r, const char *pairs)
{
	while (pairs != NULL && *pairs != '\0') {
		const size_t length = strcspn(pairs, "&");
		const size_t name = strcspn(pairs, "=");
		const char *field = list_keep(r->ask, pairs, name);
		const char *value =
			name < length ? list_keep(r->ask, pairs + name + 1,
						  length - name - 1)
				      : NULL;

		if (field == NULL || value == NULL)
			return list_no_memory(r);
		if (!list_filter_add(r, entity_field(r->ask->entity, field, 0),
				     value))
			return false;
		pairs += length + (pairs[length] == '&');
	}
	return true;
}
