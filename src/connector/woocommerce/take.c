#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

/* Where the value that begins here ends; the text is well-formed JSON. */
static const char *
end_of_value(const char *at)
{
	bool in_text = false;
	size_t depth = 0;

	for (; *at != '\0'; at++) {
		if (in_text) {
			if (*at == '\\' && at[1] != '\0')
				at++;
			else if (*at == '"')
				in_text = false;
		} else if (*at == '"') {
			in_text = true;
		} else if (*at == '{' || *at == '[') {
			depth++;
		} else if (*at == '}' || *at == ']') {
			if (depth == 0)
				return at;
			if (--depth == 0)
				return at + 1;
		} else if (*at == ',' && depth == 0) {
			return at;
		}
	}
	return at;
}

static bool
not_an_order(const char *why, struct err *e)
{
	err_set(e, ERR_TEMPORARY, "the shop's answer: %s", why);
	return err_as(e, OB_UPSTREAM);
}

bool
woo_take_order(json_t *order, const char *text, size_t length,
	       struct raw_order *out, struct err *e)
{
	const json_t *id = json_object_get(order, "id");
	const char *modified =
		json_string_value(json_object_get(order, "date_modified_gmt"));
	struct err ignored = {0};

	*out = (struct raw_order){.json = order};
	if (!json_is_object(order))
		return not_an_order("an order is no object", e);
	if (!json_is_integer(id) || json_integer_value(id) <= 0)
		return not_an_order("an order without id", e);
	(void)snprintf(out->platform_id, sizeof(out->platform_id),
		       "%" JSON_INTEGER_FORMAT, json_integer_value(id));
	/* An order without one is read all the same; it moves no watermark. */
	if (modified == NULL || !time_parse(modified, &out->modified, &ignored))
		out->modified = 0;
	out->body = strndup(text, length);
	out->body_length = length;
	if (out->body == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	return true;
}

bool
woo_take_list(json_t *list, const char *text, struct raw_page *out,
	      struct err *e)
{
	const char *at = strchr(text, '[');
	size_t count = json_array_size(list);

	if (!json_is_array(list) || at == NULL)
		return not_an_order("wanted a list of orders", e);
	out->document = json_incref(list);
	out->order = calloc(count + 1, sizeof(*out->order));
	if (out->order == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; i < count; i++) {
		const char *begin = at + 1 + strspn(at + 1, " \t\r\n");

		at = end_of_value(begin);
		if (!woo_take_order(json_array_get(list, i), begin,
				    (size_t)(at - begin), &out->order[i], e))
			return false;
		out->count++;
		at += strspn(at, " \t\r\n");
	}
	return true;
}
