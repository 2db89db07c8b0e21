#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"

/* Enough for any number or time as text. */
enum { SHORT_MAX = 96 };

struct rows_column {
	const MYSQL_FIELD *field;
	char *cell; /* what rows_borrow lends */
	size_t room;
};

bool
rows_take(struct rows *rows, struct statement *statement, struct err *e)
{
	const size_t columns = mysql_stmt_field_count(statement->handle);
	MYSQL_RES *about = mysql_stmt_result_metadata(statement->handle);

	*rows = (struct rows){.statement = statement};
	statement->lent = true;
	rows->column = calloc(columns + 1, sizeof(*rows->column));
	if (rows->column == NULL || (columns > 0 && about == NULL)) {
		mysql_free_result(about);
		rows_end(rows);
		return err_set(e, ERR_TEMPORARY, "out of memory");
	}
	/* The descriptions belong to the statement and outlive this copy. */
	for (size_t i = 0; i < columns; i++)
		rows->column[i].field =
			mysql_fetch_field_direct(about, (unsigned)i);
	mysql_free_result(about);
	rows->columns = columns;
	rows->count = columns ? mysql_stmt_num_rows(statement->handle) : 0;
	return true;
}

void
rows_end(struct rows *rows)
{
	struct statement *statement = rows->statement;

	if (rows->column) {
		for (size_t i = 0; i < rows->columns; i++)
			free(rows->column[i].cell);
		free(rows->column);
	}
	if (statement) {
		statement->lent = false;
		if (statement->cached)
			mysql_stmt_free_result(statement->handle);
		else
			statement_end(statement);
	}
	*rows = (struct rows)ROWS;
}

bool
rows_next(struct rows *rows)
{
	if (rows->err.class != ERR_NONE || rows->seen > rows->count)
		return false;
	if (rows->seen == rows->count) {
		rows->seen++; /* past the end: no more reading */
		return false;
	}
	if (rows->statement->handle->mysql == NULL)
		return err_set(
			&rows->err, ERR_TEMPORARY,
			"the connection was closed while rows were read");
	if (mysql_stmt_fetch(rows->statement->handle) != 0)
		return err_set(&rows->err, ERR_TEMPORARY,
			       "rows ended early, after %zu of %zu: %s",
			       rows->seen, rows->count,
			       mysql_stmt_error(rows->statement->handle));
	rows->seen++;
	rows->last = rows->columns ? rows->columns - 1 : 0;
	return true;
}

bool
rows_check(const struct rows *rows, struct err *e)
{
	if (rows->err.class == ERR_NONE)
		return true;
	*e = rows->err;
	return false;
}

static bool
fail(struct rows *rows, const char *column, const char *why)
{
	if (rows->err.class != ERR_NONE)
		return false;
	err_set(&rows->err, ERR_FATAL, "column %s: %s", column, why);
	return err_as(&rows->err, OB_DATABASE);
}

/* Columns are mostly read in their order, so the search begins there. */
static bool
find(struct rows *rows, const char *column, size_t *index)
{
	*index = 0;
	if (rows->err.class != ERR_NONE)
		return false;
	if (rows->seen == 0 || rows->seen > rows->count)
		return fail(rows, column, "there is no row");
	if (column == rows->column[rows->last].field->name) {
		*index = rows->last;
		return true;
	}
	for (size_t step = 0; step <= rows->columns; step++) {
		*index = (rows->last + step) % rows->columns;
		if (strcmp(rows->column[*index].field->name, column) == 0) {
			rows->last = *index;
			return true;
		}
	}
	return fail(rows, column, "no such column");
}

/*
 * Copies up to room bytes of a value; *length is the whole of it. False for
 * NULL. Each type is converted by the library from what the row holds.
 */
static bool
fetch(const struct rows *rows, size_t index, enum enum_field_types type,
      void *out, size_t room, size_t *length)
{
	unsigned long whole = 0;
	my_bool is_null = 0;
	MYSQL_BIND bind = {
		.buffer_type = type,
		.buffer = out,
		.buffer_length = room,
		.length = &whole,
		.is_null = &is_null,
	};

	if (mysql_stmt_fetch_column(rows->statement->handle, &bind,
				    (unsigned)index, 0))
		is_null = 1;
	*length = whole;
	return !is_null;
}

/* A value as text with its NUL; false for NULL, which leaves "". */
static bool
fetch_text(struct rows *rows, const char *column, char *out, size_t room)
{
	size_t index, length;

	*out = '\0';
	if (!find(rows, column, &index))
		return false;
	if (!fetch(rows, index, MYSQL_TYPE_STRING, out, room - 1, &length)) {
		*out = '\0';
		return false;
	}
	if (length >= room) {
		*out = '\0';
		return fail(rows, column, "longer than its place");
	}
	out[length] = '\0';
	return true;
}

/* Asked for in its own type, a value is not made into text for nothing. */
bool
rows_null(struct rows *rows, const char *column)
{
	union {
		MYSQL_TIME time;
		int64_t number;
		char bytes[16];
	} unused;
	size_t index, length;

	return !find(rows, column, &index) ||
	       !fetch(rows, index, rows->column[index].field->type, &unused, 0,
		      &length);
}

static bool
is_whole(const MYSQL_FIELD *field)
{
	return field->type == MYSQL_TYPE_TINY ||
	       field->type == MYSQL_TYPE_SHORT ||
	       field->type == MYSQL_TYPE_INT24 ||
	       field->type == MYSQL_TYPE_LONG ||
	       field->type == MYSQL_TYPE_LONGLONG ||
	       field->type == MYSQL_TYPE_YEAR;
}

/* SUM of whole numbers is a decimal to the server; its text is read as such. */
static int64_t
text_to_int(struct rows *rows, const char *column)
{
	char text[SHORT_MAX];
	char *end;
	long long value;

	if (!fetch_text(rows, column, text, sizeof(text)))
		return 0;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end)
		fail(rows, column, "not a whole number");
	return value;
}

int64_t
rows_int(struct rows *rows, const char *column)
{
	size_t index, length;
	int64_t value = 0;

	if (!find(rows, column, &index))
		return 0;
	if (!is_whole(rows->column[index].field))
		return text_to_int(rows, column);
	if (!fetch(rows, index, MYSQL_TYPE_LONGLONG, &value, sizeof(value),
		   &length))
		return 0;
	if (value < 0 && rows->column[index].field->flags & UNSIGNED_FLAG)
		fail(rows, column, "too large a number");
	return value;
}

bool
rows_flag(struct rows *rows, const char *column)
{
	return rows_int(rows, column) != 0;
}

struct money
rows_money(struct rows *rows, const char *column)
{
	struct money value = {0};
	char text[SHORT_MAX];
	struct err why;

	if (fetch_text(rows, column, text, sizeof(text)) &&
	    !money_parse(text, &value, &why))
		fail(rows, column, why.text);
	return value;
}

struct quantity
rows_quantity(struct rows *rows, const char *column)
{
	struct quantity value = {0};
	char text[SHORT_MAX];
	struct err why;

	if (fetch_text(rows, column, text, sizeof(text)) &&
	    !quantity_parse(text, &value, &why))
		fail(rows, column, why.text);
	return value;
}

static bool
is_moment(const MYSQL_FIELD *field)
{
	return field->type == MYSQL_TYPE_DATETIME ||
	       field->type == MYSQL_TYPE_TIMESTAMP;
}

/*
 * Days since 1970-01-01 in the Gregorian calendar, years counted from March so
 * that the day that is not always there comes last. timegm() would do, at ten
 * times the cost: a page of a list has hundreds of moments.
 */
static int64_t
days_of(const MYSQL_TIME *t)
{
	const int64_t year = (int64_t)t->year - (t->month <= 2);
	const int64_t month = ((int64_t)t->month + 9) % 12;
	const int64_t day = (153 * month + 2) / 5 + (int64_t)t->day - 1;

	return year * 365 + year / 4 - year / 100 + year / 400 + day - 719468;
}

static utc_ms
moment(const MYSQL_TIME *t)
{
	return days_of(t) * DAY + (utc_ms)t->hour * HOUR +
	       (utc_ms)t->minute * MINUTE + (utc_ms)t->second * SECOND +
	       (utc_ms)t->second_part / 1000;
}

utc_ms
rows_time(struct rows *rows, const char *column)
{
	utc_ms value = 0;
	char text[SHORT_MAX];
	MYSQL_TIME parts;
	size_t index, length;
	struct err why;

	if (!find(rows, column, &index))
		return 0;
	if (is_moment(rows->column[index].field))
		return fetch(rows, index, MYSQL_TYPE_DATETIME, &parts,
			     sizeof(parts), &length)
			       ? moment(&parts)
			       : 0;
	if (fetch_text(rows, column, text, sizeof(text)) &&
	    !time_parse(text, &value, &why))
		fail(rows, column, why.text);
	return value;
}

void
rows_text(struct rows *rows, const char *column, char *out, size_t room)
{
	(void)fetch_text(rows, column, out, room);
}

static bool
make_room(struct rows *rows, struct rows_column *column, size_t length)
{
	char *cell;

	if (length < column->room)
		return true;
	cell = realloc(column->cell, length + 1);
	if (cell == NULL)
		return err_set(&rows->err, ERR_TEMPORARY, "out of memory");
	column->cell = cell;
	column->room = length + 1;
	return true;
}

/* Mostly it fits at once; numbers and times tell their length only as text. */
static const char *
borrow(struct rows *rows, size_t index, size_t *length)
{
	struct rows_column *column = rows->column + index;

	*length = 0;
	if (!make_room(rows, column, SHORT_MAX) ||
	    !fetch(rows, index, MYSQL_TYPE_STRING, column->cell,
		   column->room - 1, length)) {
		*length = 0;
		return "";
	}
	if (*length >= column->room &&
	    (!make_room(rows, column, *length) ||
	     !fetch(rows, index, MYSQL_TYPE_STRING, column->cell,
		    column->room - 1, length))) {
		*length = 0;
		return "";
	}
	column->cell[*length] = '\0';
	return column->cell;
}

const char *
rows_borrow(struct rows *rows, const char *column, size_t *length)
{
	size_t index, ignored;

	if (length == NULL)
		length = &ignored;
	*length = 0;
	return find(rows, column, &index) ? borrow(rows, index, length) : "";
}

const char *
rows_own(struct rows *rows, const char *column)
{
	const size_t next = rows->last + 1;
	size_t index;

	if (next < rows->columns &&
	    strcmp(rows->column[next].field->name, column) == 0)
		rows->last = next;
	else if (!find(rows, column, &index))
		return column;
	return rows->column[rows->last].field->name;
}

const char *
rows_name(const struct rows *rows, size_t index)
{
	return index < rows->columns ? rows->column[index].field->name : "";
}

const char *
rows_cell(struct rows *rows, size_t index)
{
	size_t length;

	if (rows->err.class != ERR_NONE || rows->seen == 0 ||
	    rows->seen > rows->count || index >= rows->columns)
		return "";
	return borrow(rows, index, &length);
}
