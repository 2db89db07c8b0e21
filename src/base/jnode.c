#include "base/jnode.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct jnode
jnode_root(json_t *value, const char *name)
{
	return (struct jnode){.key = name, .value = value};
}

struct jnode
jnode_get(const struct jnode *at, const char *key)
{
	return (struct jnode){.parent = at,
			      .key = key,
			      .value = json_object_get(at->value, key)};
}

struct jnode
jnode_item(const struct jnode *at, size_t index)
{
	return (struct jnode){.parent = at,
			      .index = index,
			      .value = json_array_get(at->value, index)};
}

size_t
jnode_count(const struct jnode *at)
{
	return json_array_size(at->value);
}

bool
jnode_empty(const struct jnode *at)
{
	return at->value == NULL || json_is_null(at->value);
}

const char *
jnode_path(const struct jnode *at, char out[JNODE_PATH_MAX])
{
	size_t used = 0;

	out[0] = '\0';
	if (at->parent != NULL)
		used = strlen(jnode_path(at->parent, out));
	if (at->key == NULL)
		(void)snprintf(out + used, JNODE_PATH_MAX - used, "[%zu]",
			       at->index);
	else
		(void)snprintf(out + used, JNODE_PATH_MAX - used, "%s%s",
			       at->parent != NULL ? "." : "", at->key);
	return out;
}

bool
jnode_wrong(const struct jnode *at, const char *wanted, struct err *e)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array",
		[JSON_STRING] = "text",      [JSON_INTEGER] = "a whole number",
		[JSON_REAL] = "a number",    [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",      [JSON_NULL] = "null",
	};
	char path[JNODE_PATH_MAX];

	err_set(e, ERR_INPUT, "%s: wanted %s, found %s", jnode_path(at, path),
		wanted,
		at->value != NULL ? names[json_typeof(at->value)] : "nothing");
	return err_as(e, OB_JSON);
}

bool
jnode_text(const struct jnode *at, const char *key, const char **out,
	   struct err *e)
{
	struct jnode node = jnode_get(at, key);

	*out = json_string_value(node.value);
	return *out != NULL || jnode_wrong(&node, "text", e);
}

bool
jnode_text_or_empty(const struct jnode *at, const char *key, const char **out,
		    struct err *e)
{
	struct jnode node = jnode_get(at, key);

	*out = "";
	return jnode_empty(&node) || jnode_text(at, key, out, e);
}

bool
jnode_bool(const struct jnode *at, const char *key, bool *out, struct err *e)
{
	struct jnode node = jnode_get(at, key);

	*out = json_is_true(node.value);
	return json_is_boolean(node.value) ||
	       jnode_wrong(&node, "true or false", e);
}

bool
jnode_object(const struct jnode *at, const char *key, struct jnode *out,
	     struct err *e)
{
	*out = jnode_get(at, key);
	return json_is_object(out->value) || jnode_wrong(out, "an object", e);
}

bool
jnode_array(const struct jnode *at, const char *key, struct jnode *out,
	    struct err *e)
{
	*out = jnode_get(at, key);
	return json_is_array(out->value) || jnode_wrong(out, "an array", e);
}

enum { NUMBER_TEXT_MAX = 48 };

/*
 * A number as decimal text: the 15 digits that a double holds for certain, so
 * that 12.30 and 0.1 come out as the sender wrote them. From 10^11 on fewer
 * than four decimals would be left.
 */
static bool
number_text(const struct jnode *at, char out[NUMBER_TEXT_MAX], struct err *e)
{
	double value = json_number_value(at->value);
	double size = fabs(value);
	int decimals = 14;
	char path[JNODE_PATH_MAX];

	if (!(size < 1e11)) {
		err_set(e, ERR_INPUT,
			"%s: a number from 10^11 on has lost its cents",
			jnode_path(at, path));
		return err_as(e, OB_JSON);
	}
	for (int64_t whole = (int64_t)size; whole >= 10; whole /= 10)
		decimals--;
	(void)snprintf(out, NUMBER_TEXT_MAX, "%.*f", decimals, value);
	return true;
}

/* What the node's text or number is as decimal text. */
static bool
decimal_of(const struct jnode *at, const char *wanted,
	   char number[NUMBER_TEXT_MAX], const char **out, struct err *e)
{
	*out = json_string_value(at->value);
	if (*out != NULL)
		return true;
	*out = number;
	return json_is_number(at->value) ? number_text(at, number, e)
					 : jnode_wrong(at, wanted, e);
}

static bool
misplaced(const struct jnode *at, struct err *e)
{
	char path[JNODE_PATH_MAX];

	err_in(e, "%s", jnode_path(at, path));
	return err_as(e, OB_JSON);
}

bool
jnode_money_of(const struct jnode *at, struct money *out, bool *rounded,
	       struct err *e)
{
	char number[NUMBER_TEXT_MAX];
	const char *text;

	if (!decimal_of(at, "an amount", number, &text, e))
		return false;
	return money_parse_rounded(text, out, rounded, e) || misplaced(at, e);
}

bool
jnode_quantity(const struct jnode *at, const char *key, struct quantity *out,
	       struct err *e)
{
	struct jnode node = jnode_get(at, key);
	char number[NUMBER_TEXT_MAX];
	const char *text;

	if (!decimal_of(&node, "a quantity", number, &text, e))
		return false;
	return quantity_parse(text, out, e) || misplaced(&node, e);
}
