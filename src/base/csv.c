#include "base/csv.h"

#include <stdlib.h>
#include <string.h>

#include "base/row_out.h"
#include "base/strbuf.h"
#include "base/text.h"

static bool
at_line_end(const struct csv *csv, const char *p)
{
	return p == csv->text + csv->length || *p == '\n' || *p == '\r';
}

/* Goes past "\n", "\r\n" or the lone "\r" of an old Macintosh. */
static void
skip_line_end(struct csv *csv, const char *p)
{
	if (*p == '\r' && p[1] == '\n')
		p++;
	if (p < csv->text + csv->length)
		p++;
	csv->at = (size_t)(p - csv->text);
	csv->next_line++;
}

/*
 * Copies a quoted field down over itself, its doubled quotes made single; *p
 * ends behind the closing quote. Returns where the copy ends.
 */
static char *
unquote(struct csv *csv, char **p, struct err *e)
{
	char *to = *p, *from = *p + 1;

	for (; from < csv->text + csv->length; from++) {
		if (*from == '"' && *++from != '"') {
			*p = from;
			return to;
		}
		if (*from == '\n')
			csv->next_line++;
		*to++ = *from;
	}
	err_set(e, ERR_INPUT, "line %zu: a quoted field has no end", csv->line);
	return NULL;
}

/* Reads one field and ends it with NUL; *p stands behind its separator. */
static bool
read_field(struct csv *csv, char **p, bool *last, struct err *e)
{
	char *from = *p, *to;

	if (*from == '"') {
		to = unquote(csv, p, e);
		if (to == NULL)
			return false;
		if (**p != csv->separator && !at_line_end(csv, *p))
			return err_set(e, ERR_INPUT,
				       "line %zu, column %zu: text after the "
				       "closing quote",
				       csv->line, csv->columns + 1);
	} else {
		while (**p != csv->separator && !at_line_end(csv, *p))
			(*p)++;
		to = *p;
	}
	if (csv->columns == COUNT_OF(csv->field))
		return err_set(e, ERR_INPUT, "line %zu: more than %zu columns",
			       csv->line, COUNT_OF(csv->field));
	csv->field[csv->columns++] = from;
	*last = at_line_end(csv, *p);
	if (*last)
		skip_line_end(csv, *p);
	else
		(*p)++;
	*to = '\0';
	return true;
}

static bool
read_row(struct csv *csv, struct err *e)
{
	char *p = csv->text + csv->at;
	bool last = false;

	csv->line = csv->next_line;
	csv->columns = 0;
	while (!last)
		if (!read_field(csv, &p, &last, e))
			return false;
	return true;
}

static char
choose_separator(const char *text)
{
	size_t commas = 0, semicolons = 0;

	for (; *text != '\0' && *text != '\n' && *text != '\r'; text++) {
		commas += *text == ',';
		semicolons += *text == ';';
	}
	return semicolons > commas ? ';' : ',';
}

static bool
unknown_column(const char *const *names, size_t column, const char *name,
	       struct err *e)
{
	AUTO(strbuf) known = STRBUF(sizeof(e->hint) - 40);

	for (size_t i = 0; names[i] != NULL; i++)
		strbuf_addf(&known, "%s%s", i ? ", " : "", names[i]);
	err_set(e, ERR_INPUT, "line 1, column %zu: unknown column '%.60s'",
		column + 1, name);
	return err_hint(e, "known columns: %s", strbuf_text(&known));
}

/* Finds out what each column of the header is. */
static bool
read_header(struct csv *csv, const char *const *names, struct err *e)
{
	if (at_line_end(csv, csv->text + csv->at))
		return err_set(e, ERR_INPUT, "line 1: the header is missing");
	if (!read_row(csv, e))
		return false;
	for (size_t column = 0; column < csv->columns; column++) {
		AUTO(strbuf) name = STRBUF(csv->length);
		size_t i = 0;

		if (!text_clean(csv->field[column], &name, e))
			return err_in(e, "line 1, column %zu", column + 1);
		while (names[i] != NULL &&
		       !text_equal_nocase(names[i], strbuf_text(&name)))
			i++;
		if (names[i] == NULL)
			return unknown_column(names, column, csv->field[column],
					      e);
		if (csv_has(csv, i))
			return err_set(e, ERR_INPUT,
				       "line 1, column %zu: column '%s' comes "
				       "twice",
				       column + 1, names[i]);
		csv->known[column] = (int)i;
	}
	return true;
}

/* The number of the first line that is no UTF-8, 0 when all are. */
static size_t
broken_line(const char *text, size_t length)
{
	size_t line = 1;

	while (length > 0) {
		const char *end = memchr(text, '\n', length);
		size_t here = end ? (size_t)(end - text) + 1 : length;

		if (!text_is_utf8(text, here))
			return line;
		text += here;
		length -= here;
		line++;
	}
	return 0;
}

bool
csv_open(struct csv *csv, const char *text, size_t length,
	 const char *const *names, struct err *e)
{
	size_t broken = broken_line(text, length);

	*csv = (struct csv){.length = length, .next_line = 1};
	for (size_t i = 0; i < COUNT_OF(csv->known); i++)
		csv->known[i] = -1;
	if (broken > 0) {
		err_set(e, ERR_INPUT, "line %zu: not UTF-8", broken);
		return err_hint(e, "save the file as CSV UTF-8");
	}
	csv->text = malloc(length + 1);
	if (csv->text == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	memcpy(csv->text, text, length);
	csv->text[length] = '\0';
	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		csv->at = 3;
	csv->separator = choose_separator(csv->text);
	if (read_header(csv, names, e)) {
		csv->width = csv->columns;
		return true;
	}
	csv_end(csv);
	return false;
}

bool
csv_next(struct csv *csv, struct err *e)
{
	while (csv->at < csv->length && at_line_end(csv, csv->text + csv->at))
		skip_line_end(csv, csv->text + csv->at);
	if (csv->at >= csv->length) {
		e->class = ERR_NONE;
		return false;
	}
	if (!read_row(csv, e))
		return false;
	if (csv->columns != csv->width)
		return err_set(e, ERR_INPUT,
			       "line %zu: %zu fields where the header has %zu",
			       csv->line, csv->columns, csv->width);
	return true;
}

const char *
csv_value(const struct csv *csv, size_t name)
{
	for (size_t i = 0; i < csv->columns; i++) {
		const char *text = csv->field[i];

		if (csv->known[i] != (int)name)
			continue;
		return *text == '\'' && csv_is_formula(text) ? text + 1 : text;
	}
	return "";
}

bool
csv_has(const struct csv *csv, size_t name)
{
	for (size_t i = 0; i < COUNT_OF(csv->known); i++)
		if (csv->known[i] == (int)name)
			return true;
	return false;
}

void
csv_end(struct csv *csv)
{
	free(csv->text);
	*csv = (struct csv){0};
}
