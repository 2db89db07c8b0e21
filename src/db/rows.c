#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

/* Enough for any number or time as text. */
enum { SHORT_MAX = 96 };

/* The library writes each row's values here; all but long texts fit. */
struct rows_column {
	const MYSQL_FIELD *field;
	enum enum_field_types type; /* which of the three there is */
	union {
		int64_t number;
		MYSQL_TIME time;
		char text[SHORT_MAX];
	} value;
	unsigned long length; /* of the whole text */
	my_bool is_null;
	char *cell; /* what rows_borrow lends of a longer one */
	size_t room;
};

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

static bool
is_moment(const MYSQL_FIELD *field)
{
	return field->type == MYSQL_TYPE_DATETIME ||
	       field->type == MYSQL_TYPE_TIMESTAMP;
}

/* Numbers and moments come as they are, all else as text. */
static MYSQL_BIND
place_of(struct rows_column *column)
{
	column->type = is_whole(column->field)    ? MYSQL_TYPE_LONGLONG
		       : is_moment(column->field) ? MYSQL_TYPE_DATETIME
						  : MYSQL_TYPE_STRING;
	return (MYSQL_BIND){
		.buffer_type = column->type,
		.buffer = &column->value,
		.buffer_length = sizeof(column->value),
		.length = &column->length,
		.is_null = &column->is_null,
	};
}

/* The library copies the descriptions of the places, not the places. */
static bool
bind_columns(struct rows *rows)
{
	MYSQL_STMT *handle = rows->statement->handle;
	MYSQL_RES *about = mysql_stmt_result_metadata(handle);
	MYSQL_BIND *places = calloc(rows->columns, sizeof(*places));
	bool ok = about != NULL && places != NULL;

	/* The fields belong to the statement and outlive this copy. */
	for (size_t i = 0; ok && i < rows->columns; i++) {
		rows->column[i].field =
			mysql_fetch_field_direct(about, (unsigned)i);
		places[i] = place_of(&rows->column[i]);
	}
	ok = ok && mysql_stmt_bind_result(handle, places) == 0;
	mysql_free_result(about);
	free(places);
	return ok;
}

bool
rows_take(struct rows *rows, struct statement *statement, struct err *e)
{
	const size_t columns = mysql_stmt_field_count(statement->handle);

	*rows = (struct rows){.statement = statement};
	statement->lent = true;
	if (columns == 0)
		return true;
	rows->column = calloc(columns, sizeof(*rows->column));
	if (rows->column != NULL)
		rows->columns = columns;
	if (rows->column == NULL || !bind_columns(rows)) {
		rows_end(rows);
		return err_set(e, ERR_TEMPORARY, "out of memory");
	}
	rows->count = mysql_stmt_num_rows(statement->handle);
	return true;
}

void
rows_end(struct rows *rows)
{
	struct statement *statement = rows->statement;

	for (size_t i = 0; i < rows->columns; i++)
		free(rows->column[i].cell);
	free(rows->column);
	if (statement) {
		statement->lent = false;
		if (statement->cached)
			mysql_stmt_free_result(statement->handle);
		else
			statement_end(statement);
	}
	*rows = (struct rows)ROWS;
}

/* What did not fit into its place is fetched once it is asked for. */
static bool
fetch_row(MYSQL_STMT *handle)
{
	const int done = mysql_stmt_fetch(handle);

	return done == 0 || done == MYSQL_DATA_TRUNCATED;
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
	if (!fetch_row(rows->statement->handle))
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
static struct rows_column *
search(struct rows *rows, const char *column)
{
	if (rows->err.class != ERR_NONE)
		return NULL;
	if (rows->seen == 0 || rows->seen > rows->count) {
		fail(rows, column, "there is no row");
		return NULL;
	}
	for (size_t step = 0; step <= rows->columns; step++) {
		const size_t index = (rows->last + step) % rows->columns;

		if (strcmp(rows->column[index].field->name, column) == 0) {
			rows->last = index;
			return &rows->column[index];
		}
	}
	fail(rows, column, "no such column");
	return NULL;
}

/* By a name that rows_own told, the column is known: a page asks thousands. */
static inline struct rows_column *
find(struct rows *rows, const char *column)
{
	if (rows->err.class == ERR_NONE && rows->seen - 1 < rows->count &&
	    column == rows->column[rows->last].field->name)
		return &rows->column[rows->last];
	return search(rows, column);
}

bool
rows_null(struct rows *rows, const char *column)
{
	const struct rows_column *found = find(rows, column);

	return found == NULL || found->is_null;
}

static bool
make_room(struct rows *rows, struct rows_column *column, size_t room)
{
	char *cell;

	if (room <= column->room)
		return true;
	cell = realloc(column->cell, room);
	if (cell == NULL)
		return err_set(&rows->err, ERR_TEMPORARY, "out of memory");
	column->cell = cell;
	column->room = room;
	return true;
}

/* A long text, or a number or moment that the library makes one of. */
static const char *
fetch_text(struct rows *rows, struct rows_column *column, size_t *length)
{
	const size_t most =
		column->type == MYSQL_TYPE_STRING ? column->length : SHORT_MAX;
	unsigned long whole = 0;
	MYSQL_BIND bind = {.buffer_type = MYSQL_TYPE_STRING, .length = &whole};

	if (!make_room(rows, column, most + 1))
		return "";
	bind.buffer = column->cell;
	bind.buffer_length = most;
	if (mysql_stmt_fetch_column(rows->statement->handle, &bind,
				    (unsigned)(column - rows->column), 0))
		return "";
	*length = whole;
	column->cell[whole] = '\0';
	return column->cell;
}

static const char *
borrow(struct rows *rows, struct rows_column *column, size_t *length)
{
	*length = 0;
	if (column->is_null)
		return "";
	if (column->type != MYSQL_TYPE_STRING ||
	    column->length >= sizeof(column->value.text))
		return fetch_text(rows, column, length);
	*length = column->length;
	column->value.text[*length] = '\0';
	return column->value.text;
}

const char *
rows_borrow(struct rows *rows, const char *column, size_t *length)
{
	struct rows_column *found = find(rows, column);
	size_t ignored;

	if (length == NULL)
		length = &ignored;
	*length = 0;
	return found != NULL ? borrow(rows, found, length) : "";
}

/* NULL for NULL. */
static const char *
text_of(struct rows *rows, const char *column)
{
	struct rows_column *found = find(rows, column);
	size_t length;

	return found == NULL || found->is_null ? NULL
					       : borrow(rows, found, &length);
}

/* SUM of whole numbers is a decimal to the server; its text is read as such. */
static int64_t
text_to_int(struct rows *rows, const char *column)
{
	const char *text = text_of(rows, column);
	char *end;
	long long value;

	if (text == NULL)
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
	const struct rows_column *found = find(rows, column);

	if (found == NULL || found->is_null)
		return 0;
	if (found->type != MYSQL_TYPE_LONGLONG)
		return text_to_int(rows, column);
	if (found->value.number < 0 && found->field->flags & UNSIGNED_FLAG)
		fail(rows, column, "too large a number");
	return found->value.number;
}

bool
rows_flag(struct rows *rows, const char *column)
{
	return rows_int(rows, column) != 0;
}

struct money
rows_money(struct rows *rows, const char *column)
{
	const char *text = text_of(rows, column);
	struct money value = {0};
	struct err why;

	if (text != NULL && !money_parse(text, &value, &why))
		fail(rows, column, why.text);
	return value;
}

struct quantity
rows_quantity(struct rows *rows, const char *column)
{
	const char *text = text_of(rows, column);
	struct quantity value = {0};
	struct err why;

	if (text != NULL && !quantity_parse(text, &value, &why))
		fail(rows, column, why.text);
	return value;
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

static utc_ms
text_to_time(struct rows *rows, const char *column)
{
	const char *text = text_of(rows, column);
	utc_ms value = 0;
	struct err why;

	if (text != NULL && !time_parse(text, &value, &why))
		fail(rows, column, why.text);
	return value;
}

utc_ms
rows_time(struct rows *rows, const char *column)
{
	const struct rows_column *found = find(rows, column);

	if (found == NULL || found->is_null)
		return 0;
	if (found->type != MYSQL_TYPE_DATETIME)
		return text_to_time(rows, column);
	return moment(&found->value.time);
}

void
rows_text(struct rows *rows, const char *column, char *out, size_t room)
{
	size_t length;
	const char *text = rows_borrow(rows, column, &length);

	if (length >= room) {
		fail(rows, column, "longer than its place");
		text = "";
	}
	(void)text_copy(out, room, text);
}

const char *
rows_own(struct rows *rows, const char *column)
{
	const size_t next = rows->last + 1;

	if (next < rows->columns &&
	    strcmp(rows->column[next].field->name, column) == 0)
		rows->last = next;
	else if (find(rows, column) == NULL)
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
	return borrow(rows, &rows->column[index], &length);
}
