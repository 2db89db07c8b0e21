#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
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

/* Masks the card numbers of the text that begins behind a field's name. */
static void
mask_value(char *at)
{
	char *end;

	at += strspn(at, " \t\r\n");
	if (*at++ != '"')
		return;
	end = at + strcspn(at, "\"");
	if (*end == '\0')
		return;
	*end = '\0';
	text_mask_cards(at);
	*end = '"';
}

/* a card number is not even kept for a replay. Only fields of the payment
 * are looked at, since a barcode may pass for one. */
static void
mask_payment(char *body)
{
	static const char *const names[] = {
		"\"transaction_id\":",
		"\"payment_method\":",
		"\"payment_method_title\":",
		"\"key\":\"_stripe_intent_id\",\"value\":",
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		for (char *at = strstr(body, names[i]); at != NULL;
		     at = strstr(at, names[i])) {
			at += strlen(names[i]);
			mask_value(at);
		}
}

static bool
keep_text(struct raw_order *out, const char *text, size_t length, struct err *e)
{
	out->body = strndup(text, length);
	out->body_length = length;
	if (out->body == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	mask_payment(out->body);
	return true;
}

static int64_t
id_of(const json_t *order)
{
	return json_integer_value(json_object_get(order, "id"));
}

/* The id of an order whose text is no JSON: WooCommerce writes it first. */
static int64_t
id_in_text(const char *text)
{
	static const char name[] = "\"id\":";

	text += *text == '{';
	text += strspn(text, " \t\r\n");
	if (strncmp(text, name, strlen(name)) != 0)
		return 0;
	return strtoll(text + strlen(name), NULL, 10);
}

static void
set_id(struct raw_order *out, int64_t id)
{
	(void)snprintf(out->platform_id, sizeof(out->platform_id), "%" PRId64,
		       id);
}

bool
woo_take_order(json_t *order, const char *text, size_t length,
	       struct raw_order *out, struct err *e)
{
	const char *modified =
		json_string_value(json_object_get(order, "date_modified_gmt"));
	struct err ignored = {0};

	*out = (struct raw_order){.json = order};
	if (!json_is_object(order))
		return not_an_order("an order is no object", e);
	if (id_of(order) <= 0)
		return not_an_order("an order without id", e);
	set_id(out, id_of(order));
	/* An order without one is read all the same; it moves no watermark. */
	if (modified == NULL || !time_parse(modified, &out->modified, &ignored))
		out->modified = 0;
	return keep_text(out, text, length, e);
}

bool
woo_take_unreadable(const char *text, size_t length, struct raw_order *out,
		    struct err *e)
{
	const char *begin = text + strspn(text, " \t\r\n");
	int64_t id = id_in_text(begin);

	*out = (struct raw_order){0};
	if (id <= 0 || end_of_value(begin) > text + length)
		return not_an_order("wanted an order", e);
	set_id(out, id);
	return keep_text(out, text, length, e);
}

/* The next entry of a list; *at stands behind the '[' or the ',' before it. */
static size_t
next_entry(const char **at, const char **begin)
{
	const char *end;

	*begin = *at + strspn(*at, " \t\r\n");
	end = end_of_value(*begin);
	*at = end + strspn(end, " \t\r\n");
	*at += **at == ',';
	return (size_t)(end - *begin);
}

/* How many entries a list has, by its text alone; -1: it is no whole list. */
static int64_t
count_entries(const char *text, size_t length)
{
	const char *at = text, *begin, *end = text + length;
	int64_t count = 0;

	while (end > text && strchr(" \t\r\n", end[-1]) != NULL)
		end--;
	if (end - text < 2 || *at++ != '[' || end[-1] != ']')
		return -1;
	while (at < end - 1) {
		if (next_entry(&at, &begin) == 0)
			return -1;
		count++;
	}
	return at == end - 1 ? count : -1;
}

static bool
begin_page(struct raw_page *out, json_t *document, size_t count, struct err *e)
{
	out->document = document;
	out->order = calloc(count + 1, sizeof(*out->order));
	return (document != NULL && out->order != NULL) ||
	       err_set(e, ERR_TEMPORARY, "out of memory");
}

static bool
take_entry(struct raw_page *out, json_t *entry, const char *text, size_t length,
	   struct err *e)
{
	if (id_of(entry) <= 0) {
		out->nameless++;
		return true;
	}
	return woo_take_order(entry, text, length, &out->order[out->count++],
			      e);
}

static bool
take_whole(json_t *list, const char *text, struct raw_page *out, struct err *e)
{
	const char *at = strchr(text, '['), *begin;
	size_t count = json_array_size(list);

	if (!json_is_array(list) || at == NULL)
		return not_an_order("wanted a list of orders", e);
	if (!begin_page(out, json_incref(list), count, e))
		return false;
	at++;
	for (size_t i = 0; i < count; i++) {
		size_t length = next_entry(&at, &begin);

		if (!take_entry(out, json_array_get(list, i), begin, length, e))
			return false;
	}
	return true;
}

/* One by one, so that what is no JSON is no other order's trouble (I9). */
static bool
take_each(const char *text, size_t count, struct raw_page *out, struct err *e)
{
	const char *at = text + 1, *begin;

	if (!begin_page(out, json_array(), count, e))
		return false;
	for (size_t i = 0; i < count; i++) {
		size_t length = next_entry(&at, &begin);
		struct err why = {0};
		json_t *entry = NULL;

		if (json_read(begin, length, &entry, &why)) {
			if (json_array_append_new(out->document, entry) != 0)
				return err_set(e, ERR_TEMPORARY,
					       "out of memory");
			if (!take_entry(out, entry, begin, length, e))
				return false;
		} else if (id_in_text(begin) <= 0) {
			out->nameless++;
		} else if (!woo_take_unreadable(begin, length,
						&out->order[out->count++], e)) {
			return false;
		}
	}
	return true;
}

bool
woo_take_spoilt(const struct http_response *reply, struct raw_page *out,
		struct err *e)
{
	const char *text = reply->body.text;
	int64_t id;

	if (!begin_page(out, json_array(), 1, e))
		return false;
	text = text == NULL ? NULL : strstr(text, "{\"id\":");
	id = text == NULL ? 0 : id_in_text(text);
	out->nameless = id <= 0;
	if (id <= 0)
		return true;
	set_id(&out->order[out->count++], id);
	return keep_text(&out->order[0], text, strlen(text), e);
}

/* How many orders the shop says this page has; -1 when it does not say. */
static int64_t
promised(const struct http_response *reply, struct page_place place)
{
	int64_t total = woo_header_number(reply, "x-wp-total");
	int64_t before = (int64_t)place.size * (place.page - 1);

	if (total < before)
		return -1;
	return total - before < place.size ? total - before : place.size;
}

bool
woo_take_list(const struct http_response *reply, struct page_place place,
	      struct raw_page *out, struct err *e)
{
	const struct strbuf *body = &reply->body;
	json_auto_t *list = NULL;
	int64_t count;

	if (woo_document(reply, &list, e))
		return take_whole(list, body->text, out, e);
	/*
	 * One order that is no JSON spoils the page. It is cut where orders
	 * end, but only if all are there that the shop says it sends: never
	 * half a page (F2).
	 */
	count = body->len > 0 ? count_entries(body->text, body->len) : -1;
	if (count <= 0 || count != promised(reply, place) ||
	    !OB_GUARD("fetch.cut_page"))
		return false;
	return take_each(body->text, (size_t)count, out, e);
}
