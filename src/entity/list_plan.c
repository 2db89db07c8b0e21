#include <stdlib.h>
#include <string.h>

#include "local.h"

/*
 * Which way leads to the rows (PERFORMANCE 3). A path is an index of which the
 * first columns are fixed by filters; several values make a walk for each
 * combination, merged by the sort. What is left of it is the sort. All other
 * filters are looked at row by row on the way.
 */

enum { WALKS_MAX = 16 };

/* Pulls of a fixed column, by how far it narrows the list down. */
enum { PULL_COMMON = 1, PULL_SITE = 2, PULL = 3, PULL_EACH_WORD = -1 };

const struct entity_test *
list_test(const struct entity *entity, const struct field *field)
{
	const struct entity_test *at = entity->tests;

	while (at != NULL && at->field != NULL &&
	       strcmp(at->field, field->name) != 0)
		at++;
	return at == NULL || at->field == NULL ? NULL : at;
}

/* The id itself needs no table. */
static const struct entity_finder by_id = {NULL, SQL_LIST_BY_ID, true};

const struct entity_finder *
list_finder(const struct entity *entity, const struct field *field)
{
	const struct entity_finder *at = entity->finders;

	if (field->type == FIELD_ID && strcmp(field->name, entity->key) == 0)
		return &by_id;
	while (at != NULL && at->field != NULL &&
	       strcmp(at->field, field->name) != 0)
		at++;
	return at == NULL || at->field == NULL ? NULL : at;
}

static bool
same_column(const struct field *a, const struct field *b)
{
	return a->column != NULL && b->column != NULL &&
	       strcmp(a->column, b->column) == 0;
}

int
list_positive(const struct list_ask *ask, const struct field *field)
{
	for (size_t i = 0; i < ask->filters; i++) {
		const struct list_filter *at = &ask->filter[i];

		if (same_column(at->field, field) && !at->negated &&
		    !at->is_range)
			return (int)i;
	}
	return NO_FILTER;
}

bool
list_searches(const struct list_ask *ask, const struct field *field)
{
	return (field->traits & (FIELD_SEARCH | FIELD_CONTAINS)) != 0 &&
	       ((field->traits & FIELD_PII) == 0 || ask->access.with_pii);
}

static bool
list_search_finds(const struct list_ask *ask)
{
	if (ask->search == NULL)
		return false;
	for (const struct field *at = ask->entity->shape->fields;
	     at->name != NULL; at++) {
		if (list_searches(ask, at) &&
		    list_finder(ask->entity, at) == NULL)
			return false;
	}
	return true;
}

const struct field *
list_column(const struct entity *entity, const char *name)
{
	const struct field *at = entity->shape->fields;

	while (at->name != NULL &&
	       (at->column == NULL || strcmp(at->name, name) != 0))
		at++;
	return at->name == NULL ? NULL : at;
}

static size_t
words_of(const struct field *field)
{
	size_t count = 0;

	if (field->type == FIELD_WORD)
		while (field->words[count] != NULL)
			count++;
	return count;
}

static bool
is_common(const struct list_ask *ask, const struct list_filter *filter)
{
	for (const struct entity_common *at = ask->entity->commons;
	     at != NULL && at->field != NULL; at++) {
		if (strcmp(at->field, filter->field->name) != 0)
			continue;
		for (size_t i = 0; i < filter->count; i++) {
			const struct list_value *value =
				&ask->value[filter->first + i];

			if (value->text != NULL
				    ? strcmp(value->text, at->value) == 0
				    : value->number ==
					      strtoll(at->value, NULL, 10))
				return true;
		}
	}
	return false;
}

/* How many walks fixing that column takes, and how much it pulls; 0: it can
 * not be fixed. */
static size_t
fix(const struct list_ask *ask, const struct field *field, int *filter,
    int *pull)
{
	*filter = list_positive(ask, field);
	if (*filter == NO_FILTER) {
		*pull = PULL_EACH_WORD;
		return words_of(field);
	}
	if (is_common(ask, &ask->filter[*filter]))
		*pull = PULL_COMMON;
	else
		*pull = field->type == FIELD_SITE ? PULL_SITE : PULL;
	return ask->filter[*filter].count;
}

/* Whether it has one value for all rows of the list: no sort by it is needed.
 */
static bool
is_constant(const struct list_ask *ask, const struct field *field)
{
	const int filter = list_positive(ask, field);

	return filter != NO_FILTER && ask->filter[filter].count == 1;
}

static bool
is_key(const struct list_ask *ask, const struct field *field)
{
	return strcmp(field->name, ask->entity->key) == 0;
}

/* What of the sort is left when constants and the key's own place are gone. */
struct sort {
	const struct field *field[LIST_ORDER_MAX];
	size_t count;
	bool by_key_alone;
};

static struct sort
sort_left(const struct list_ask *ask)
{
	struct sort left = {.by_key_alone = true};

	for (size_t i = 0; i < ask->orders; i++) {
		if (is_key(ask, ask->order[i]))
			break; /* nothing behind it decides anything */
		left.by_key_alone = false;
		if (!is_constant(ask, ask->order[i]))
			left.field[left.count++] = ask->order[i];
	}
	return left;
}

/*
 * Whether the path's columns from there on begin with the sort. Behind all
 * columns of a unique one nothing is left to decide.
 */
static bool
yields(const struct list_ask *ask, const struct entity_path *path, size_t from,
       const struct sort *sort)
{
	const char *const *column = path->column + from;

	if (sort->by_key_alone)
		return *column == NULL ||
		       (path->is_unique &&
			strcmp(*column, ask->entity->key) == 0);
	for (size_t i = 0; i < sort->count; i++) {
		if (column[i] == NULL)
			return path->is_unique && i > 0;
		if (!same_column(list_column(ask->entity, column[i]),
				 sort->field[i]))
			return false;
	}
	return true;
}

struct way {
	const struct entity_path *path;
	size_t equals, equal[PATH_COLUMNS_MAX];
	int pull;
};

/* The most columns that can be fixed with the sort still standing behind. */
static bool
try_path(const struct list_ask *ask, const struct entity_path *path,
	 const struct sort *sort, struct way *out)
{
	struct way way = {.path = path};
	size_t walks = 1;
	bool found = false;

	for (;;) {
		const struct field *field;
		int filter, pull;

		if (yields(ask, path, way.equals, sort) &&
		    (!found || way.pull > out->pull)) {
			*out = way;
			found = true;
		}
		if (path->column[way.equals] == NULL)
			return found;
		field = list_column(ask->entity, path->column[way.equals]);
		walks *= field == NULL ? 0 : fix(ask, field, &filter, &pull);
		if (walks == 0 || walks > WALKS_MAX)
			return found;
		way.equal[way.equals++] = (size_t)(filter + 1);
		way.pull += pull;
	}
}

static bool
choose_path(struct list_ask *ask, const struct sort *sort)
{
	struct way best = {0}, way;

	for (const struct entity_path *at = ask->entity->paths;
	     at != NULL && at->index != NULL; at++) {
		if (try_path(ask, at, sort, &way) &&
		    (best.path == NULL || way.pull > best.pull))
			best = way;
	}
	if (best.path == NULL)
		return false;
	ask->path = best.path;
	ask->equals = best.equals;
	memcpy(ask->equal, best.equal, sizeof(best.equal));
	ask->orders = 0;
	for (size_t i = best.equals; best.path->column[i] != NULL; i++)
		ask->order[ask->orders++] =
			list_column(ask->entity, best.path->column[i]);
	ask->with_key = !best.path->is_unique || ask->orders == 0;
	return true;
}

/* By finders, or of few rows: the server sorts what is there. */
static void
sort_in_memory(struct list_ask *ask, const struct sort *sort)
{
	ask->orders = sort->count;
	memcpy(ask->order, sort->field, sizeof(sort->field));
	ask->with_key = true;
}

static bool
choose_finder(struct list_ask *ask)
{
	for (size_t i = 0; i < ask->filters; i++) {
		const struct list_filter *at = &ask->filter[i];

		if (!at->negated && !at->is_range &&
		    list_finder(ask->entity, at->field) != NULL) {
			ask->is_found = true;
			ask->found = i;
			return true;
		}
	}
	ask->is_found = list_search_finds(ask);
	ask->found = LIST_FILTERS_MAX;
	return ask->is_found;
}

static utc_ms
moment(const struct list_value *value)
{
	utc_ms at = 0;
	struct err ignored = {0};

	(void)!time_parse(value->text, &at, &ignored);
	return at;
}

/* Whether a time is bounded on both sides, narrowly enough to be walked. */
static bool
is_spanned(const struct list_ask *ask)
{
	const utc_ms most = (utc_ms)ENTITY_SPAN_DAYS * DAY;

	for (size_t i = 0; i < ask->filters; i++) {
		const struct list_filter *at = &ask->filter[i];
		const struct list_value *value = &ask->value[at->first];

		if (strcmp(at->field->name, ask->entity->span) != 0 ||
		    at->negated)
			continue;
		if (!at->is_range ||
		    (!value[0].is_null && !value[1].is_null &&
		     moment(&value[1]) - moment(&value[0]) <= most))
			return true;
	}
	return false;
}

static bool
check_span(struct reading *r)
{
	const struct list_ask *ask = r->ask;

	if (ask->is_found || ask->entity->span == NULL || is_spanned(ask))
		return true;
	for (size_t i = 0; i < ask->filters; i++) {
		const struct field *field = ask->filter[i].field;

		if ((field->traits & FIELD_RANGED) != 0)
			return list_fault(r, field->name,
					  "needs %s=from..to beside it, of at "
					  "most %d days",
					  ask->entity->span, ENTITY_SPAN_DAYS);
	}
	return true;
}

/* Whether the path begins with what the finder would look for. */
static bool
fixes_what_is_found(const struct list_ask *ask)
{
	for (size_t i = 0; i < ask->equals; i++) {
		if (ask->equal[i] == ask->found + 1)
			return true;
	}
	return false;
}

bool
list_plan(struct reading *r)
{
	struct list_ask *ask = r->ask;
	const struct sort sort = sort_left(ask);

	if (ask->entity->is_small) {
		sort_in_memory(ask, &sort);
		return true;
	}
	if (choose_finder(ask)) {
		ask->is_found =
			!choose_path(ask, &sort) || !fixes_what_is_found(ask);
		if (ask->is_found) {
			ask->path = NULL;
			ask->equals = 0;
			sort_in_memory(ask, &sort);
		}
	} else if (!choose_path(ask, &sort)) {
		return list_fault(r, "sort",
				  "rows cannot be had in this order with these "
				  "filters: sort by one field");
	}
	return check_span(r);
}
