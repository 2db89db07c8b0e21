#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "local.h"

struct bind
bind_null(void)
{
	return (struct bind){.type = BIND_NULL};
}

struct bind
bind_int(int64_t value)
{
	return (struct bind){.type = BIND_INT, .integer = value};
}

struct bind
bind_id(int64_t value)
{
	return value == 0 ? bind_null() : bind_int(value);
}

struct bind
bind_text(const char *value)
{
	if (value == NULL)
		return bind_null();
	return (struct bind){
		.type = BIND_TEXT, .bytes = value, .length = strlen(value)};
}

struct bind
bind_text_or_null(const char *value)
{
	return value == NULL || *value == '\0' ? bind_null() : bind_text(value);
}

struct bind
bind_bytes(const void *bytes, size_t length)
{
	if (bytes == NULL)
		return bind_null();
	return (struct bind){
		.type = BIND_BYTES, .bytes = bytes, .length = length};
}

struct bind
bind_money(struct money value)
{
	struct bind bind = {.type = BIND_DECIMAL};

	bind.length = strlen(money_text(value, bind.own));
	return bind;
}

struct bind
bind_quantity(struct quantity value)
{
	struct bind bind = {.type = BIND_DECIMAL};

	bind.length = strlen(quantity_text(value, bind.own));
	return bind;
}

struct bind
bind_time(utc_ms value)
{
	if (value == 0)
		return bind_null();
	return (struct bind){.type = BIND_TIME, .integer = value};
}

/* One value of a column; strings and times go by pointer, numbers in place. */
union cell {
	int64_t integer;
	void *pointer;
};

/* The library only reads what is bound, but says so in no type. */
static void *
unconst(const void *bytes)
{
	return (void *)(uintptr_t)bytes;
}

static MYSQL_TIME
time_parts(utc_ms at)
{
	int64_t fraction = ((at % SECOND) + SECOND) % SECOND;
	time_t seconds = (time_t)((at - fraction) / SECOND);
	struct tm tm = {0};

	gmtime_r(&seconds, &tm);
	return (MYSQL_TIME){
		.year = (unsigned)tm.tm_year + 1900,
		.month = (unsigned)tm.tm_mon + 1,
		.day = (unsigned)tm.tm_mday,
		.hour = (unsigned)tm.tm_hour,
		.minute = (unsigned)tm.tm_min,
		.second = (unsigned)tm.tm_sec,
		.second_part = (unsigned long)fraction * 1000,
		.time_type = MYSQL_TIMESTAMP_DATETIME,
	};
}

static enum enum_field_types
library_type(const struct bind *bind)
{
	switch (bind->type) {
	case BIND_INT:
		return MYSQL_TYPE_LONGLONG;
	case BIND_BYTES:
		return MYSQL_TYPE_BLOB;
	case BIND_DECIMAL:
		return MYSQL_TYPE_NEWDECIMAL;
	case BIND_TIME:
		return MYSQL_TYPE_DATETIME;
	case BIND_TEXT:
	case BIND_NULL:
		break;
	}
	return MYSQL_TYPE_STRING;
}

/* Where the parts of a block of rows x columns values lie. */
struct layout {
	union cell *cell;
	unsigned long *length;
	MYSQL_TIME *time;
	char *indicator;
};

static void
fill_cell(const struct layout *at, size_t i, const struct bind *bind)
{
	at->indicator[i] = STMT_INDICATOR_NONE;
	at->length[i] = bind->length;
	switch (bind->type) {
	case BIND_NULL:
		at->indicator[i] = STMT_INDICATOR_NULL;
		break;
	case BIND_INT:
		at->cell[i].integer = bind->integer;
		break;
	case BIND_TIME:
		*at->time = time_parts(bind->integer);
		at->cell[i].pointer = at->time;
		break;
	case BIND_DECIMAL:
		at->cell[i].pointer = unconst(bind->own);
		break;
	case BIND_TEXT:
	case BIND_BYTES:
		at->cell[i].pointer = unconst(bind->bytes);
		break;
	}
}

/* One column of many rows, or of the only one (which binds without indicator).
 */
static bool
fill_column(MYSQL_BIND *out, struct layout *at, const struct bind *bind,
	    size_t columns, size_t rows, bool many, struct err *e)
{
	const struct bind *first = NULL;

	for (size_t row = 0; row < rows; row++) {
		const struct bind *value = bind + row * columns;

		if (value->type != BIND_NULL && first == NULL)
			first = value;
		if (value->type != BIND_NULL && value->type != first->type)
			return err_set(e, ERR_FATAL, "types differ in row %zu",
				       row + 1);
		fill_cell(at, row, value);
		at->time += value->type == BIND_TIME;
	}
	out->buffer_type = library_type(first ? first : bind);
	out->length = at->length;
	out->buffer = at->cell;
	if (many) {
		out->u.indicator = at->indicator;
	} else if (first == NULL) {
		out->buffer_type = MYSQL_TYPE_NULL;
	} else if (first->type != BIND_INT) {
		out->buffer = at->cell->pointer;
		out->buffer_length = first->length;
	}
	at->cell += rows;
	at->length += rows;
	at->indicator += rows;
	return true;
}

/* More than the server's max_allowed_packet would look like a lost connection.
 */
static bool
check_size(const struct bind *bind, size_t count, size_t max_bytes,
	   struct err *e)
{
	const size_t overhead = 16; /* type, indicator, length of one value */
	size_t bytes = 1024;

	for (size_t i = 0; i < count; i++)
		bytes += bind[i].length + overhead;
	if (bytes <= max_bytes)
		return true;
	err_set(e, ERR_PERMANENT,
		"%zu bytes in one statement, the server takes %zu", bytes,
		max_bytes);
	return err_hint(e, "raise max_allowed_packet of the database server");
}

bool
binding_make(struct binding *binding, const struct bind *bind, size_t columns,
	     size_t rows, size_t max_bytes, struct err *e)
{
	const size_t many = rows ? rows : 1;
	const size_t count = columns * many;
	struct layout at;
	size_t times = 0;

	*binding = (struct binding){0};
	if (count == 0)
		return true;
	if (!check_size(bind, count, max_bytes, e))
		return false;
	for (size_t i = 0; i < count; i++)
		times += bind[i].type == BIND_TIME;
	binding->block = calloc(
		1, columns * sizeof(*binding->column) +
			   times * sizeof(*at.time) +
			   count * (sizeof(*at.cell) + sizeof(*at.length) + 1));
	if (binding->block == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	binding->column = binding->block;
	at.time = (void *)(binding->column + columns);
	at.cell = (void *)(at.time + times);
	at.length = (void *)(at.cell + count);
	at.indicator = (void *)(at.length + count);
	for (size_t column = 0; column < columns; column++) {
		if (!fill_column(binding->column + column, &at, bind + column,
				 columns, many, rows > 0, e))
			return err_in(e, "value %zu", column + 1);
	}
	return true;
}

void
binding_end(struct binding *binding)
{
	free(binding->block);
	*binding = (struct binding){0};
}
