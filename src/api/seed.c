/*
 * Below /wp-json/wkpbic/v1 two answers are as the requirement shows them: every
 * number a text, "342", and moments "2026-04-10 13:00:00" (UX 3).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

static json_t *
number_as_text(const json_t *value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld",
		       (long long)json_integer_value(value));
	return json_string(text);
}

/* "2026-04-10T13:00:00.000Z" without what stands around date and time. */
static json_t *
moment_as_text(const json_t *value)
{
	const char *text = json_string_value(value);
	char plain[sizeof("2026-04-10 13:00:00")];
	const size_t length = sizeof("2026-04-10T13:00:00.000Z") - 1;
	struct err none = {0};
	utc_ms at;

	if (strlen(text) != length || text[10] != 'T' ||
	    !time_parse(text, &at, &none))
		return NULL;
	(void)snprintf(plain, sizeof(plain), "%.10s %.8s", text, text + 11);
	return json_string(plain);
}

/* What stands in its place; NULL: it may stay. */
static json_t *
in_place_of(const json_t *value)
{
	if (json_is_integer(value))
		return number_as_text(value);
	return json_is_string(value) ? moment_as_text(value) : NULL;
}

static void
rewrite(json_t *value)
{
	const char *name;
	json_t *member, *other;
	size_t i;
	void *next;

	json_object_foreach_safe(value, next, name, member)
	{
		other = in_place_of(member);
		if (other != NULL)
			(void)json_object_set_new(value, name, other);
		else
			rewrite(member);
	}
	json_array_foreach(value, i, member)
	{
		other = in_place_of(member);
		if (other != NULL)
			(void)json_array_set_new(value, i, other);
		else
			rewrite(member);
	}
}

bool
seed_answer(struct request *r, struct err *e)
{
	json_auto_t *data = NULL;
	char *text;

	if (!r->is_alias || (r->route->traits & ROUTE_SEED_TEXTS) == 0)
		return true;
	if (!json_read(r->data.text, r->data.len, &data, e))
		return false;
	rewrite(data);
	text = json_dumps(data, JSON_COMPACT | JSON_ENCODE_ANY);
	if (text == NULL)
		return err_set(e, ERR_FATAL, "no memory");
	strbuf_clear(&r->data);
	strbuf_add(&r->data, text);
	free(text);
	return strbuf_check(&r->data, e);
}
