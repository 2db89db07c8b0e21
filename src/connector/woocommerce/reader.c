#include "reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* The longest text of an order that is looked at. */
#define TEXT_MAX ((size_t)1 << 20)

/* "line_items[2].sku": the path below the order. */
static const char *
path_below(const struct jnode *at, char out[JNODE_PATH_MAX])
{
	const char *path = jnode_path(at, out);

	return strncmp(path, "order.", 6) == 0 ? path + 6 : path;
}

void
reader_wrong(struct reader *r, const struct jnode *at, enum code code,
	     const struct err *e)
{
	char path[JNODE_PATH_MAX];

	fault_add(&r->o->faults, STAGE_NORMALISE, code, path_below(at, path),
		  "", "%s", e->text);
}

const char *
reader_text(struct reader *r, const struct jnode *at, const char *key,
	    char number[24])
{
	struct jnode node = jnode_get(at, key);
	struct err e = {0};

	if (json_is_string(node.value))
		return json_string_value(node.value);
	if (json_is_integer(node.value)) {
		(void)snprintf(number, 24, "%" JSON_INTEGER_FORMAT,
			       json_integer_value(node.value));
		return number;
	}
	/* PHP's false and empty array stand for nothing. */
	if (!jnode_empty(&node) && !json_is_false(node.value) &&
	    !(json_is_array(node.value) && jnode_count(&node) == 0)) {
		jnode_wrong(&node, "text", &e);
		reader_wrong(r, &node, OB_JSON, &e);
	}
	return "";
}

void
reader_copy(struct reader *r, const struct jnode *at, const char *key,
	    char *out, size_t room)
{
	char number[24];

	(void)text_copy(out, room, reader_text(r, at, key, number));
}

void
reader_name(struct reader *r, const struct jnode *at, const char *key,
	    char *out, size_t room, size_t units)
{
	AUTO(strbuf) plain = STRBUF(TEXT_MAX);
	AUTO(strbuf) clean = STRBUF(TEXT_MAX);
	struct jnode node = jnode_get(at, key);
	struct err e = {0};
	char number[24];

	out[0] = '\0';
	text_decode_entities(reader_text(r, at, key, number), &plain);
	if (plain.len == 0)
		return;
	if (!strbuf_check(&plain, &e) || !text_clean(plain.text, &clean, &e)) {
		reader_wrong(r, &node, OB_JSON, &e);
		return;
	}
	if (clean.len == 0)
		return;
	clean.text[text_utf16_prefix(clean.text, units)] = '\0';
	(void)text_copy(out, room, clean.text);
}

struct money
reader_money(struct reader *r, const struct jnode *at, const char *key,
	     bool required)
{
	struct jnode node = jnode_get(at, key);
	struct money m = {0};
	struct err e = {0};
	char path[JNODE_PATH_MAX];
	bool rounded = false;

	if (jnode_empty(&node)) {
		if (required)
			order_missing(r->o, path_below(&node, path));
		return m;
	}
	/* PHP writes an amount that was never set as "". */
	if (json_is_string(node.value) && json_string_length(node.value) == 0)
		return m;
	if (!jnode_money_of(&node, &m, &rounded, &e)) {
		reader_wrong(r, &node, OB_JSON, &e);
		return (struct money){0};
	}
	if (rounded)
		(void)json_array_append_new(
			r->rounded, json_string(path_below(&node, path)));
	return m;
}

struct money
reader_amount(struct reader *r, const struct jnode *at, const char *key)
{
	return money_round(reader_money(r, at, key, false), r->digits);
}

utc_ms
reader_time(struct reader *r, const struct jnode *at, const char *key)
{
	struct jnode node = jnode_get(at, key);
	char number[24];
	const char *text = reader_text(r, at, key, number);
	struct err e = {0};
	utc_ms t;

	if (text[0] == '\0')
		return 0;
	if (time_parse(text, &t, &e))
		return t;
	reader_wrong(r, &node, OB_JSON, &e);
	return 0;
}

size_t
reader_count(const struct jnode *at)
{
	return json_is_object(at->value) ? json_object_size(at->value)
					 : jnode_count(at);
}

struct jnode
reader_item(const struct jnode *at, size_t index)
{
	void *member = json_object_iter(at->value);

	if (!json_is_object(at->value))
		return jnode_item(at, index);
	while (index-- > 0)
		member = json_object_iter_next(at->value, member);
	return jnode_get(at, json_object_iter_key(member));
}

struct line *
reader_line(struct reader *r, enum line_type type)
{
	struct line *line = order_add_line(r->o, type);

	if (line == NULL) {
		fault_add(&r->o->faults, STAGE_NORMALISE, OB_JSON, "line_items",
			  "", "more lines than an order can have");
		return NULL;
	}
	line->quantity.e5 = 100000;
	return line;
}
