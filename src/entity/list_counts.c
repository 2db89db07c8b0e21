#include <string.h>

#include "local.h"

/*
 * counts=: how many rows each value of one field has, or each view, under the
 * other filters. Each number is the count of a list of its own, so that it is
 * that of the list it leads to.
 */

enum { PARAMS_MAX = LIST_OTHERS_MAX + 1 };

/* Longer than this nobody waits for numbers beside a list. */
static const int64_t all_ms = 1000;

/* What is counted, and the filters beside it. */
struct counting {
	struct db *db;
	const struct list_ask *ask;
	int64_t until_boot_ms;
	struct list_count *out;
	size_t count;
};

/* A flag that is told among the values of another field: "retrying" is a kind
 * of "not_processed". */
static bool
is_kind_of(const struct entity_test *test, const char *field)
{
	const size_t length = strlen(field);

	return test->implies != NULL &&
	       strncmp(test->implies, field, length) == 0 &&
	       test->implies[length] == '=';
}

static bool
is_counted(const struct list_ask *ask, const char *param)
{
	const struct entity_test *test = ask->entity->tests;

	if (ask->counts == NULL)
		return strcmp(param, "view") == 0;
	if (strcmp(param, ask->counts->name) == 0)
		return true;
	for (; test != NULL && test->field != NULL; test++) {
		if (strcmp(param, test->field) == 0 &&
		    is_kind_of(test, ask->counts->name))
			return true;
	}
	return false;
}

static size_t
params_of(const struct list_ask *ask, struct list_param first,
	  struct list_param out[PARAMS_MAX])
{
	size_t count = 0;

	out[count++] = first;
	for (size_t i = 0; i < ask->others; i++) {
		if (!is_counted(ask, ask->other[i].name))
			out[count++] = ask->other[i];
	}
	return count;
}

/* A view of other rows may not know the other filters: it has no number. */
static bool
count_one(struct counting *c, const char *name, struct list_param as,
	  struct err *e)
{
	struct list_param param[PARAMS_MAX];
	const size_t count = params_of(c->ask, as, param);
	struct list_count *one = &c->out[c->count];
	AUTO(list_ask) ask = {0};
	struct list_fault bad = {0};

	if (c->count == LIST_COUNTS_MAX)
		return true;
	if (!list_read(c->ask->asked, c->db, param, count, &c->ask->access,
		       &ask, &bad, e)) {
		if (bad.param[0] == '\0')
			return false;
		*e = (struct err){0};
		return true;
	}
	*one = (struct list_count){.name = name, .is_capped = true};
	c->count++;
	return clock_boot_ms() > c->until_boot_ms ||
	       list_count(c->db, &ask, &one->total, &one->is_capped, e);
}

static bool
count_views(struct counting *c, struct err *e)
{
	const struct entity_view *view = c->ask->asked->views;

	for (; view->name != NULL; view++) {
		if (!count_one(c, view->name,
			       (struct list_param){"view", view->name}, e))
			return false;
	}
	return true;
}

static bool
count_values(struct counting *c, struct err *e)
{
	const struct field *field = c->ask->counts;
	const struct entity_test *test = c->ask->entity->tests;

	for (const char *const *word = field->words; *word != NULL; word++) {
		if (!count_one(c, *word,
			       (struct list_param){field->name, *word}, e))
			return false;
	}
	for (; test != NULL && test->field != NULL; test++) {
		if (is_kind_of(test, field->name) &&
		    !count_one(c, test->field,
			       (struct list_param){test->field, "1"}, e))
			return false;
	}
	return true;
}

bool
list_counts(struct db *db, const struct list_ask *ask,
	    struct list_count out[LIST_COUNTS_MAX], size_t *count,
	    struct err *e)
{
	struct counting c = {db, ask, clock_boot_ms() + all_ms, out, 0};
	bool fine = true;

	if (ask->counts != NULL)
		fine = count_values(&c, e);
	else if (ask->counts_views)
		fine = count_views(&c, e);
	*count = c.count;
	return fine;
}
