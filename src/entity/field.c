#include "entity/field.h"

#include <stdio.h>
#include <string.h>

#include "base/code.h"
#include "base/row_out.h"
#include "local.h"

enum { NAME_MAX = 96 };

/* The column's name: that of the field, behind that of the object around it. */
static const char *
column_of(const char *around, const char *name, char room[NAME_MAX])
{
	if (*around == '\0')
		return name;
	(void)snprintf(room, NAME_MAX, "%s%s", around, name);
	return room;
}

/* "name": behind the comma or brace that it needs, or none. */
static void
add_name(struct strbuf *out, char before, const char *name)
{
	const size_t length = strlen(name), lead = before != '\0';
	char *at = strbuf_extend(out, lead + length + 3);

	if (at == NULL)
		return;
	at[0] = before;
	at[lead] = '"';
	memcpy(at + lead + 1, name, length);
	memcpy(at + lead + 1 + length, "\":", 2);
}

/* Of digits and the like, which need no escape. */
static void
add_quoted(struct strbuf *out, const char *text, size_t length)
{
	char *at = strbuf_extend(out, length + 2);

	if (at == NULL)
		return;
	at[0] = at[length + 1] = '"';
	memcpy(at + 1, text, length);
}

/* A list has hundreds of numbers: too many for a format each. */
static void
add_number(struct strbuf *out, int64_t number, bool quoted)
{
	char text[24];
	char *at = text + sizeof(text);
	uint64_t left = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;

	do {
		*--at = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (number < 0)
		*--at = '-';
	if (quoted)
		add_quoted(out, at, (size_t)(text + sizeof(text) - at));
	else
		strbuf_addn(out, at, (size_t)(text + sizeof(text) - at));
}

/* What the catalogue says of the code in that column, or null. */
static void
add_of_code(struct strbuf *out, const struct field *field, struct rows *rows,
	    const char *around)
{
	char room[NAME_MAX];
	const char *column =
		column_of(around, field->column ? field->column : "code", room);
	const struct code_info *info =
		code_info(code_find(rows_borrow(rows, column, NULL)));
	const char *text = field->type == FIELD_WHAT  ? info->what
			   : field->type == FIELD_WHY ? info->why
			   : field->type == FIELD_FIX ? info->fix
						      : info->route;

	if (*text == '\0')
		strbuf_add(out, "null");
	else
		json_out_text(out, text);
}

static void
add_hash(struct strbuf *out, struct rows *rows, const char *name)
{
	size_t length;
	const char *bytes = rows_borrow(rows, name, &length);

	strbuf_add(out, "\"");
	for (size_t i = 0; i < length; i++)
		strbuf_addf(out, "%02x", (unsigned char)bytes[i]);
	strbuf_add(out, "\"");
}

static void
add_text(struct strbuf *out, const struct field *field, struct rows *rows,
	 const char *name, bool with_pii)
{
	AUTO(strbuf) masked = STRBUF(MASKED_MAX);
	const char *text = rows_borrow(rows, name, NULL);

	if ((field->traits & FIELD_PII) != 0 && !with_pii) {
		mask_add(&masked, text);
		text = strbuf_text(&masked);
	}
	json_out_text(out, text);
}

static void
add_money(struct strbuf *out, struct rows *rows, const char *name)
{
	char text[MONEY_TEXT_MAX];

	(void)money_text_short(rows_money(rows, name), 2, text);
	add_quoted(out, text, strlen(text));
}

static void
add_value(struct strbuf *out, const struct field *field, struct rows *rows,
	  const char *name, bool with_pii)
{
	char text[TIME_TEXT_MAX];

	switch (field->type) {
	case FIELD_ID:
		add_number(out, rows_int(rows, name), true);
		return;
	case FIELD_COUNT:
		add_number(out, rows_int(rows, name), false);
		return;
	case FIELD_FLAG:
		strbuf_add(out, rows_flag(rows, name) ? "true" : "false");
		return;
	case FIELD_MONEY:
		add_money(out, rows, name);
		return;
	case FIELD_QUANTITY:
		(void)quantity_text(rows_quantity(rows, name), text);
		add_quoted(out, text, strlen(text));
		return;
	case FIELD_TIME:
		(void)time_text(rows_time(rows, name), text);
		add_quoted(out, text, strlen(text));
		return;
	case FIELD_DATE:
		(void)time_text(rows_time(rows, name), text);
		add_quoted(out, text, strlen("2026-11-20"));
		return;
	case FIELD_HASH:
		add_hash(out, rows, name);
		return;
	case FIELD_JSON:
	case FIELD_TEXTS:
	case FIELD_COUNTS:
	case FIELD_SUMS:
		strbuf_add(out, rows_borrow(rows, name, NULL));
		return;
	case FIELD_TEXT:
	case FIELD_WORD:
	case FIELD_SITE:
	case FIELD_WHAT:
	case FIELD_WHY:
	case FIELD_FIX:
	case FIELD_ROUTE:
	case FIELD_OBJECT:
	case FIELD_LIST:
		break;
	}
	add_text(out, field, rows, name, with_pii);
}

/* What is NULL in SQL is null, but texts and numbers that are just empty. */
static bool
is_null(const struct field *field, struct rows *rows, const char *name)
{
	return ((field->traits & FIELD_NULL) != 0 ||
		field->type == FIELD_TIME || field->type == FIELD_DATE ||
		field->type == FIELD_JSON || field->type == FIELD_HASH) &&
	       rows_null(rows, name);
}

static bool
is_of_row(const struct field *field)
{
	if ((field->traits & (FIELD_HIDDEN | FIELD_APART)) != 0 ||
	    field->type == FIELD_LIST)
		return false;
	return field->type != FIELD_OBJECT ||
	       (field->traits & FIELD_INLINE) != 0;
}

static bool
is_of_code(const struct field *field)
{
	return field->type == FIELD_WHAT || field->type == FIELD_WHY ||
	       field->type == FIELD_FIX || field->type == FIELD_ROUTE;
}

static void
add_member(struct strbuf *out, const struct field *field, struct rows *rows,
	   const char *around, bool with_pii)
{
	char room[NAME_MAX];
	const char *column;

	if (is_of_code(field)) {
		add_of_code(out, field, rows, around);
		return;
	}
	column = rows_own(rows, column_of(around, field->name, room));
	if (is_null(field, rows, column))
		strbuf_add(out, "null");
	else
		add_value(out, field, rows, column, with_pii);
}

/* Objects have members of their own only: they stand one deep. */
static void
add_object(struct strbuf *out, const struct field *object, struct rows *rows,
	   bool with_pii)
{
	const struct field *first = object->shape->fields;
	char around[NAME_MAX], room[NAME_MAX];

	(void)snprintf(around, sizeof(around), "%s.", object->name);
	if (rows_null(rows, column_of(around, first->name, room))) {
		strbuf_add(out, "null");
		return;
	}
	for (const struct field *at = first; at->name != NULL; at++) {
		add_name(out, at == first ? '{' : ',', at->name);
		add_member(out, at, rows, around, with_pii);
	}
	strbuf_add(out, "}");
}

void
shape_members(struct strbuf *out, const struct shape *shape, struct rows *rows,
	      bool with_pii, uint64_t only)
{
	char before = '\0';

	for (size_t i = 0; shape->fields[i].name != NULL; i++) {
		const struct field *field = &shape->fields[i];

		if (!is_of_row(field) ||
		    (only != 0 && (only & (UINT64_C(1) << i)) == 0))
			continue;
		add_name(out, before, field->name);
		if (field->type == FIELD_OBJECT)
			add_object(out, field, rows, with_pii);
		else
			add_member(out, field, rows, "", with_pii);
		before = ',';
	}
}

void
shape_value(struct strbuf *out, const struct field *field, struct rows *rows,
	    const char *column)
{
	add_value(out, field, rows, column, true);
}

void
shape_row(struct strbuf *out, const struct shape *shape, struct rows *rows,
	  bool with_pii, bool open)
{
	strbuf_add(out, "{");
	shape_members(out, shape, rows, with_pii, 0);
	strbuf_add(out, open ? "" : "}");
}

/* What a list holds, or an object is: of a shape, or texts. */
static void
add_reference(struct strbuf *out, const struct shape *shape)
{
	if (shape == NULL)
		strbuf_add(out, "{\"type\":\"string\"}");
	else
		strbuf_addf(out, "{\"$ref\":\"#/components/schemas/%s\"}",
			    shape->name);
}

static void
add_words(struct strbuf *out, const char *const *words)
{
	strbuf_add(out, "\"type\":\"string\",\"enum\":[");
	for (size_t i = 0; words[i] != NULL; i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		json_out_text(out, words[i]);
	}
	strbuf_add(out, "]");
}

static void
add_type(struct strbuf *out, const struct field *field)
{
	static const char *const plain[] = {
		[FIELD_TEXT] = "\"type\":\"string\"",
		[FIELD_ID] = "\"type\":\"string\"",
		[FIELD_COUNT] = "\"type\":\"integer\"",
		[FIELD_MONEY] = "\"type\":\"string\"",
		[FIELD_QUANTITY] = "\"type\":\"string\"",
		[FIELD_TIME] = "\"type\":\"string\",\"format\":\"date-time\"",
		[FIELD_DATE] = "\"type\":\"string\",\"format\":\"date\"",
		[FIELD_FLAG] = "\"type\":\"boolean\"",
	};

	if (field->type == FIELD_WORD && field->words != NULL)
		add_words(out, field->words);
	else if (field->type <= FIELD_FLAG)
		strbuf_add(out, plain[field->type]);
	else
		strbuf_add(out, plain[FIELD_TEXT]);
	if (field->help != NULL) {
		strbuf_add(out, ",\"description\":");
		json_out_text(out, field->help);
	}
}

static bool
may_be_null(const struct field *field)
{
	return (field->traits & (FIELD_NULL | FIELD_INLINE)) != 0 ||
	       field->type == FIELD_TIME || field->type == FIELD_DATE ||
	       field->type == FIELD_HASH || is_of_code(field);
}

static bool
is_array(const struct field *field)
{
	return field->type == FIELD_LIST || field->type == FIELD_JSON ||
	       field->type == FIELD_TEXTS;
}

static void
add_schema(struct strbuf *out, const struct field *field)
{
	const bool null = may_be_null(field);

	if (field->type == FIELD_JSON && field->shape == NULL) {
		strbuf_add(out, "{}");
		return;
	}
	if (null)
		strbuf_add(out, "{\"anyOf\":[{\"type\":\"null\"},");
	if (field->type == FIELD_OBJECT && field->shape != NULL) {
		add_reference(out, field->shape);
	} else if (field->type == FIELD_OBJECT) {
		strbuf_add(out, "{\"type\":\"object\"}");
	} else if (field->type == FIELD_SUMS) {
		strbuf_add(out, "{\"type\":\"object\",\"additionalProperties\":"
				"{\"type\":\"string\"}}");
	} else if (field->type == FIELD_COUNTS) {
		strbuf_add(out, "{\"type\":\"array\",\"items\":"
				"{\"type\":\"integer\"}}");
	} else if (is_array(field)) {
		strbuf_add(out, "{\"type\":\"array\",\"items\":");
		add_reference(out, field->shape);
		strbuf_add(out, "}");
	} else {
		strbuf_add(out, "{");
		add_type(out, field);
		strbuf_add(out, "}");
	}
	if (null)
		strbuf_add(out, "]}");
}

/* A client may rely on each member; only fields= leaves some out. */
static void
add_required(struct strbuf *out, const struct shape *shape)
{
	const char *before = ",\"required\":[";

	for (const struct field *at = shape->fields; at->name != NULL; at++) {
		if ((at->traits & (FIELD_HIDDEN | FIELD_MAYBE)) != 0)
			continue;
		strbuf_addf(out, "%s\"%s\"", before, at->name);
		before = ",";
	}
	if (before[1] == '\0')
		strbuf_add(out, "]");
}

void
shape_schema(struct strbuf *out, const struct shape *shape)
{
	const char *before = "";

	strbuf_add(out, "{\"type\":\"object\",\"properties\":{");
	for (const struct field *at = shape->fields; at->name != NULL; at++) {
		if ((at->traits & FIELD_HIDDEN) != 0)
			continue;
		strbuf_addf(out, "%s\"%s\":", before, at->name);
		add_schema(out, at);
		before = ",";
	}
	strbuf_add(out, "}");
	add_required(out, shape);
	strbuf_add(out, "}");
}
