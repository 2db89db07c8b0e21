#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* By way of a copy: e's own text or hint may be among the arguments. */
bool
err_set(struct err *e, enum err_class class, const char *cause, ...)
{
	char text[sizeof(e->text)];
	va_list args;

	va_start(args, cause);
	(void)vsnprintf(text, sizeof(text), cause, args);
	va_end(args);
	memcpy(e->text, text, sizeof(text));
	e->class = class;
	e->code = CODE_NONE;
	e->retry_at = 0;
	e->hint[0] = '\0';
	return false;
}

bool
err_in(struct err *e, const char *operation, ...)
{
	char text[sizeof(e->text)];
	va_list args;
	size_t used, room;

	va_start(args, operation);
	(void)vsnprintf(text, sizeof(text), operation, args);
	va_end(args);
	used = strlen(text);
	room = sizeof(text) - used;
	(void)snprintf(text + used, room, ": %.*s", (int)room, e->text);
	memcpy(e->text, text, sizeof(text));
	return false;
}

bool
err_hint(struct err *e, const char *hint, ...)
{
	char text[sizeof(e->hint)];
	va_list args;

	va_start(args, hint);
	(void)vsnprintf(text, sizeof(text), hint, args);
	va_end(args);
	memcpy(e->hint, text, sizeof(text));
	return false;
}

bool
err_as(struct err *e, enum code code)
{
	e->code = code;
	return false;
}

const char *err_class_text(enum err_class class)
{
	static const char *const names[] = {
		[ERR_NONE] = "none",           [ERR_INPUT] = "input",
		[ERR_MISSING] = "missing",     [ERR_CONFLICT] = "conflict",
		[ERR_DENIED] = "denied",       [ERR_TEMPORARY] = "temporary",
		[ERR_PERMANENT] = "permanent", [ERR_UNKNOWN] = "unknown",
		[ERR_FATAL] = "fatal",
	};

	return (size_t) class < COUNT_OF(names) ? names[class] : "?";
}
