#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

enum { VALUES_MAX = 4000, HASH_BYTES = 32, TEXT_MAX = 400 };

const char *
list_keep(struct list_ask *ask, const char *text, size_t length)
{
	char *copy;

	if (ask->keeps == ask->kept_room) {
		const size_t room = ask->kept_room ? ask->kept_room * 2 : 16;
		char **more = realloc(ask->kept, room * sizeof(*more));

		if (more == NULL)
			return NULL;
		ask->kept = more;
		ask->kept_room = room;
	}
	copy = malloc(length + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	ask->kept[ask->keeps++] = copy;
	return copy;
}

bool
list_add_plain(struct reading *r, struct list_value value)
{
	struct list_ask *ask = r->ask;

	if (ask->values == ask->value_room) {
		const size_t room = ask->value_room ? ask->value_room * 2 : 16;
		struct list_value *more =
			ask->values < VALUES_MAX
				? realloc(ask->value, room * sizeof(*more))
				: NULL;

		if (more == NULL)
			return list_no_memory(r);
		ask->value = more;
		ask->value_room = room;
	}
	ask->value[ask->values++] = value;
	return true;
}

static bool
add_text(struct reading *r, const char *text, size_t length)
{
	const char *copy = list_keep(r->ask, text, length);

	if (copy == NULL)
		return list_no_memory(r);
	return list_add_plain(
		r, (struct list_value){.text = copy, .length = length});
}

static bool
add_number(struct reading *r, int64_t number)
{
	return list_add_plain(r, (struct list_value){.number = number});
}

static bool
read_number(struct reading *r, const struct field *field, const char *text)
{
	const char *digits = text + (*text == '-');
	long long number;
	char *end;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (*digits < '0' || *digits > '9' || *end != '\0' || errno != 0)
		return list_fault(r, field->name,
				  "\"%.40s\" is no whole number", text);
	return add_number(r, number);
}

static bool
read_flag(struct reading *r, const struct field *field, const char *text)
{
	if (strcmp(text, "1") == 0 || strcmp(text, "true") == 0)
		return add_number(r, 1);
	if (strcmp(text, "0") == 0 || strcmp(text, "false") == 0)
		return add_number(r, 0);
	return list_fault(r, field->name, "wanted 1 or 0, found \"%.40s\"",
			  text);
}

/* As SQL has it, so that no moment has a meaning of its own. */
static bool
read_time(struct reading *r, const struct field *field, const char *text)
{
	char sql[TIME_TEXT_MAX];
	struct err why = {0};
	utc_ms moment;

	if (!time_parse(text, &moment, &why))
		return list_fault(r, field->name,
				  "\"%.40s\" is no time such as "
				  "2026-11-20T13:00:00Z",
				  text);
	time_text_sql(moment, sql);
	return add_text(r, sql, strlen(sql));
}

static bool
read_money(struct reading *r, const struct field *field, const char *text)
{
	struct err why = {0};
	struct money money;

	if (!money_parse(text, &money, &why))
		return list_fault(r, field->name,
				  "\"%.40s\" is no amount such as 12.30", text);
	return add_number(r, money.e4);
}

static bool
read_quantity(struct reading *r, const struct field *field, const char *text)
{
	struct err why = {0};
	struct quantity quantity;

	if (!quantity_parse(text, &quantity, &why))
		return list_fault(r, field->name,
				  "\"%.40s\" is no quantity such as 1.5", text);
	return add_number(r, quantity.e5);
}

static bool
read_word(struct reading *r, const struct field *field, const char *text)
{
	AUTO(strbuf) all = STRBUF(300);

	for (const char *const *at = field->words; *at != NULL; at++) {
		if (strcmp(*at, text) == 0)
			return list_add_plain(
				r, (struct list_value){.text = *at,
						       .length = strlen(*at)});
		strbuf_addf(&all, "%s%s", all.len == 0 ? "" : ", ", *at);
	}
	return list_fault(r, field->name, "\"%.40s\" is none of: %s", text,
			  strbuf_text(&all));
}

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool
read_hash(struct reading *r, const struct field *field, const char *text)
{
	char bytes[HASH_BYTES];
	bool fine = strlen(text) == 2 * sizeof(bytes);

	for (size_t i = 0; fine && i < sizeof(bytes); i++) {
		const int high = digit(text[2 * i]);
		const int low = digit(text[2 * i + 1]);

		fine = high >= 0 && low >= 0;
		bytes[i] = (char)(high * 16 + low);
	}
	if (!fine)
		return list_fault(r, field->name,
				  "wanted %d hexadecimal digits",
				  2 * HASH_BYTES);
	return add_text(r, bytes, sizeof(bytes));
}

static bool
read_text(struct reading *r, const struct field *field, const char *text)
{
	AUTO(strbuf) folded = STRBUF(8 * TEXT_MAX);
	struct err why = {0};

	if (strlen(text) > TEXT_MAX)
		return list_fault(r, field->name, "longer than %d bytes",
				  TEXT_MAX);
	/* The server refuses to compare such a column with anything else. */
	for (const char *at = text; (field->traits & FIELD_ASCII) && *at;
	     at++) {
		if ((unsigned char)*at >= 0x80)
			return list_fault(r, field->name,
					  "\"%.40s\" is not ASCII", text);
	}
	if ((field->traits & FIELD_UPPER) == 0)
		return add_text(r, text, strlen(text));
	if (!text_key(text, &folded, &why))
		return list_fault(r, field->name, "is no text: %s", why.text);
	return add_text(r, strbuf_text(&folded), folded.len);
}

/* A site that does not exist has no rows, like one that may not be seen. */
static bool
read_site(struct reading *r, const char *text)
{
	AUTO(rows) rows = ROWS;
	int64_t id = 0;

	if (!db_open(r->db, &rows, SQL_LIST_SITE_ID, BINDS(bind_text(text)),
		     r->e))
		return false;
	if (rows_next(&rows))
		id = rows_int(&rows, "id");
	return rows_check(&rows, r->e) && add_number(r, id);
}

bool
list_add_value(struct reading *r, const struct field *field, const char *from,
	       size_t length)
{
	const char *text = list_keep(r->ask, from, length);

	if (text == NULL)
		return list_no_memory(r);
	if (*text == '\0')
		return list_fault(r, field->name,
				  "a value is empty: leave it out");
	switch (field->type) {
	case FIELD_ID:
	case FIELD_COUNT:
		return read_number(r, field, text);
	case FIELD_FLAG:
		return read_flag(r, field, text);
	case FIELD_TIME:
	case FIELD_DATE:
		return read_time(r, field, text);
	case FIELD_MONEY:
		return read_money(r, field, text);
	case FIELD_QUANTITY:
		return read_quantity(r, field, text);
	case FIELD_WORD:
		return read_word(r, field, text);
	case FIELD_SITE:
		return read_site(r, text);
	case FIELD_HASH:
		return read_hash(r, field, text);
	case FIELD_TEXT:
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
	return read_text(r, field, text);
}

struct bind
list_bind(const struct field *field, const struct list_value *value)
{
	if (value->is_null)
		return bind_null();
	switch (field->type) {
	case FIELD_ID:
	case FIELD_COUNT:
	case FIELD_FLAG:
	case FIELD_SITE:
		return bind_int(value->number);
	case FIELD_MONEY:
		return bind_money((struct money){value->number});
	case FIELD_QUANTITY:
		return bind_quantity((struct quantity){value->number});
	case FIELD_HASH:
		return bind_bytes(value->text, value->length);
	case FIELD_TEXT:
	case FIELD_TIME:
	case FIELD_DATE:
	case FIELD_WORD:
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
	return bind_text(value->text);
}
