#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

bool
err_set(struct err *e, enum err_class class, const char *cause, ...)
{
	va_list args;

	e->class = class;
	e->code = CODE_NONE;
	e->retry_at = 0;
	e->hint[0] = '\0';
	va_start(args, cause);
	(void)vsnprintf(e->text, sizeof(e->text), cause, args);
	va_end(args);
	return false;
}

bool
err_in(struct err *e, const char *operation, ...)
{
	char cause[sizeof(e->text)];
	va_list args;
	size_t used;

	memcpy(cause, e->text, sizeof(cause));
	va_start(args, operation);
	(void)vsnprintf(e->text, sizeof(e->text), operation, args);
	va_end(args);
	used = strlen(e->text);
	(void)snprintf(e->text + used, sizeof(e->text) - used, ": %s", cause);
	return false;
}

bool
err_hint(struct err *e, const char *hint, ...)
{
	va_list args;

	va_start(args, hint);
	(void)vsnprintf(e->hint, sizeof(e->hint), hint, args);
	va_end(args);
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
