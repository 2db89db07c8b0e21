#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/secret.h"
#include "local.h"

/*
 * A cursor is base64url of: for each column of the order, and the key, a byte
 * that says whether it is NULL, two of its length and its text; then a
 * signature over that, the list, its filters and its order.
 */

enum { MAC_BYTES = 16, HASH_BYTES = 32, PLACE_MAX = 600, KEY_BYTES = 32 };
enum { PLACE_ROOM = 4096 };

void
list_encode(struct strbuf *out, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789-._~,!:";

	for (; *text != '\0'; text++) {
		if (strchr(plain, *text) != NULL)
			strbuf_addn(out, text, 1);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

/* ---- signature */

static void
add_filter(struct strbuf *out, const struct list_ask *ask,
	   const struct list_filter *filter)
{
	strbuf_addf(out, "%s %d%d", filter->field->name, filter->negated,
		    filter->is_range);
	for (size_t i = 0; i < filter->count; i++) {
		const struct list_value *value = &ask->value[filter->first + i];

		strbuf_addf(out, " %d %lld %zu:", value->is_null,
			    (long long)value->number, value->length);
		if (value->text != NULL)
			strbuf_addn(out, value->text, value->length);
	}
}

static int
by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, HASH_BYTES);
}

/* In whatever order the filters were written, they mean the same. */
static bool
add_filters(struct strbuf *out, const struct list_ask *ask)
{
	unsigned char hash[LIST_FILTERS_MAX][HASH_BYTES];
	AUTO(strbuf) one = STRBUF(1024 * 1024);

	for (size_t i = 0; i < ask->filters; i++) {
		strbuf_clear(&one);
		add_filter(&one, ask, &ask->filter[i]);
		hash_sha256(strbuf_text(&one), one.len, hash[i]);
	}
	qsort(hash, ask->filters, HASH_BYTES, by_bytes);
	strbuf_addn(out, (const char *)hash, ask->filters * HASH_BYTES);
	return !one.failed;
}

static bool
sign(const struct list_ask *ask, const struct strbuf *place,
     unsigned char out[HASH_BYTES])
{
	AUTO(strbuf) all = STRBUF(16384);
	unsigned length = HASH_BYTES;

	strbuf_addf(&all, "%s\n%s\n%d%d", ask->entity->slug,
		    ask->search ? ask->search : "", ask->falling,
		    ask->with_key);
	for (size_t i = 0; i < ask->orders; i++)
		strbuf_addf(&all, " %s", ask->order[i]->name);
	strbuf_addf(&all, "\n%zu\n", ask->filters);
	if (!add_filters(&all, ask))
		return false;
	strbuf_addn(&all, place->text, place->len);
	return !all.failed && HMAC(EVP_sha256(), ask->access.key, KEY_BYTES,
				   (const unsigned char *)all.text, all.len,
				   out, &length) != NULL;
}

/* ---- making */

void
list_cursor_add(struct strbuf *place, const char *text, size_t length)
{
	const char head[] = {text == NULL ? 1 : 0, (char)(length >> 8),
			     (char)(length & 0xFF)};

	strbuf_addn(place, head, sizeof(head));
	if (text != NULL)
		strbuf_addn(place, text, length);
}

static void
add_column(struct strbuf *place, struct rows *rows, const char *name)
{
	size_t length = 0;
	const char *text =
		rows_null(rows, name) ? NULL : rows_borrow(rows, name, &length);

	list_cursor_add(place, text, length);
}

void
list_cursor_seal(const struct list_ask *ask, const struct strbuf *place,
		 char out[LIST_CURSOR_MAX])
{
	AUTO(strbuf) whole = STRBUF(PLACE_MAX);
	AUTO(strbuf) text = STRBUF(LIST_CURSOR_MAX);
	unsigned char mac[HASH_BYTES];
	size_t length = 0;

	out[0] = '\0';
	if (place->failed || !sign(ask, place, mac))
		return;
	strbuf_addn(&whole, place->text, place->len);
	strbuf_addn(&whole, (const char *)mac, MAC_BYTES);
	base64_add(&text, whole.text, whole.len);
	if (whole.failed || text.failed || text.len >= LIST_CURSOR_MAX)
		return;
	for (; text.text[length] != '=' && text.text[length] != '\0';
	     length++) {
		const char c = text.text[length];

		out[length] = c == '+' ? '-' : c == '/' ? '_' : c;
	}
	out[length] = '\0';
}

static void
add_place(struct strbuf *place, const struct list_ask *ask, struct rows *rows)
{
	char name[32];

	for (size_t i = 0; i < ask->orders; i++) {
		(void)snprintf(name, sizeof(name), "place_%zu", i);
		add_column(place, rows, name);
	}
	add_column(place, rows, "place_key");
}

void
list_cursor_make(const struct list_ask *ask, struct rows *rows,
		 char out[LIST_CURSOR_MAX])
{
	AUTO(strbuf) place = STRBUF(PLACE_MAX - MAC_BYTES);

	add_place(&place, ask, rows);
	list_cursor_seal(ask, &place, out);
}

/* ---- reading */

static bool
decode(const char *cursor, struct strbuf *out)
{
	AUTO(strbuf) text = STRBUF(LIST_CURSOR_MAX + 4);
	struct err ignored = {0};

	for (; *cursor != '\0'; cursor++) {
		const char c = *cursor == '-'   ? '+'
			       : *cursor == '_' ? '/'
						: *cursor;

		if (*cursor == '+' || *cursor == '/' || *cursor == '=')
			return false;
		strbuf_addn(&text, &c, 1);
	}
	while (text.len % 4 != 0 && !text.failed)
		strbuf_add(&text, "=");
	return !text.failed && text.len > 0 &&
	       base64_read(text.text, text.len, out, &ignored) &&
	       out->len > MAC_BYTES;
}

/* It is ours, so its form is known: only the types are to be found again. */
static bool
take_value(struct list_ask *ask, const struct field *field,
	   const struct strbuf *place, size_t *at, struct list_value *out)
{
	const unsigned char *bytes = (const unsigned char *)place->text + *at;
	struct err ignored = {0};
	struct quantity quantity;
	struct money money;
	size_t length;

	if (*at + 3 > place->len)
		return false;
	length = (size_t)bytes[1] << 8 | bytes[2];
	if (*at + 3 + length > place->len)
		return false;
	*out = (struct list_value){.is_null = bytes[0] == 1, .length = length};
	out->text = list_keep(ask, (const char *)bytes + 3, length);
	*at += 3 + length;
	if (out->text == NULL)
		return false;
	out->number = strtoll(out->text, NULL, 10);
	if (field->type == FIELD_MONEY &&
	    money_parse(out->text, &money, &ignored))
		out->number = money.e4;
	if (field->type == FIELD_QUANTITY &&
	    quantity_parse(out->text, &quantity, &ignored))
		out->number = quantity.e5;
	return true;
}

static bool
take_place(struct list_ask *ask, const struct strbuf *place)
{
	size_t at = 0;

	ask->by_cursor = true;
	ask->page = 0;
	for (size_t i = 0; i < ask->orders; i++) {
		if (!take_value(ask, ask->order[i], place, &at, &ask->place[i]))
			return false;
	}
	return take_value(ask, entity_field(ask->entity, ask->entity->key, 0),
			  place, &at, &ask->place[LIST_ORDER_MAX]) &&
	       at == place->len;
}

bool
list_cursor_read(struct list_ask *ask, const char *cursor)
{
	AUTO(strbuf) place = STRBUF(PLACE_MAX);
	unsigned char mac[HASH_BYTES], given[MAC_BYTES];

	if (!decode(cursor, &place))
		return false;
	place.len -= MAC_BYTES;
	memcpy(given, place.text + place.len, MAC_BYTES);
	if (!sign(ask, &place, mac) ||
	    CRYPTO_memcmp(mac, given, MAC_BYTES) != 0)
		return false;
	return take_place(ask, &place);
}

bool
list_follow(struct list_ask *ask, struct rows *rows, struct err *e)
{
	/* Nobody has to carry it: as long as its columns may be. */
	AUTO(strbuf) place = STRBUF((LIST_ORDER_MAX + 1) * PLACE_ROOM);

	add_place(&place, ask, rows);
	return strbuf_check(&place, e) &&
	       (take_place(ask, &place) ||
		err_set(e, ERR_TEMPORARY, "out of memory"));
}
