#include "base/jnode.h"

#include <string.h>

enum { DEPTH_MAX = 24 };

/* Skips a string from its opening quote; returns its closing one or the end. */
static const char *
skip_text(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at;
}

static bool
refuse(const char *text, const char *at, const char *what, struct err *e)
{
	size_t line = 1, column = 1;

	for (; text < at; text++) {
		column++;
		if (*text == '\n') {
			line++;
			column = 1;
		}
	}
	err_set(e, ERR_INPUT, "line %zu, column %zu: %s", line, column, what);
	return err_as(e, OB_JSON);
}

/*
 * jansson goes 2,048 levels deep, which a hostile body could turn into a full
 * stack elsewhere (RELIABILITY 6.5); so depth is counted before it is asked.
 */
static bool
scan(const char *text, size_t length, struct err *e)
{
	const char *end = text + length;
	int depth = 0;

	if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
		return refuse(text, text, "a byte order mark", e);
	for (const char *at = text; at < end; at++) {
		if (*at == '"')
			at = skip_text(at, end);
		else if ((*at == '{' || *at == '[') && ++depth > DEPTH_MAX)
			return refuse(text, at, "nested deeper than 24", e);
		else if (*at == '}' || *at == ']')
			depth--;
	}
	return true;
}

/*
 * jansson's words without what stands near, which may be a customer's name, and
 * without the names of its flags. The place is enough.
 */
static void
shorten(char *words)
{
	static const char *const tails[] = {" near ", " without JSON_"};

	for (size_t i = 0; i < COUNT_OF(tails); i++) {
		char *tail = strstr(words, tails[i]);

		if (tail != NULL)
			*tail = '\0';
	}
}

bool
json_read(const char *text, size_t length, json_t **out, struct err *e)
{
	json_error_t error;

	*out = NULL;
	if (!scan(text, length, e))
		return false;
	*out = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
	if (*out != NULL)
		return true;
	shorten(error.text);
	err_set(e, ERR_INPUT, "line %d, column %d: %s",
		error.line > 0 ? error.line : 1,
		error.column > 0 ? error.column : 1, error.text);
	return err_as(e, OB_JSON);
}
