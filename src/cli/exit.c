#include "cli/command.h"

#include <string.h>

/* UX 4; 69, 75 and 78 are those of sysexits.h. */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
	EXIT_NO_SUCH = 3,
	EXIT_UNREACHABLE = 69,
	EXIT_NO_MEMORY = 71,
	EXIT_PAUSED = 75,
	EXIT_SETUP = 78,
};

/* What the code says, where it says more than the class; -1 elsewhere. */
static int
status_of_code(enum code code)
{
	static const struct {
		enum code code;
		int status;
	} table[] = {
		{OB_CONFIG, EXIT_SETUP},
		{OB_SECRET_UNDECRYPTABLE, EXIT_SETUP},
		{OB_SCHEMA, EXIT_SETUP},
		{OB_DATABASE, EXIT_UNREACHABLE},
		{OB_NETWORK, EXIT_UNREACHABLE},
		{OB_TIMEOUT, EXIT_UNREACHABLE},
		{OB_UPSTREAM, EXIT_UNREACHABLE},
		{OB_BC_DOWN, EXIT_UNREACHABLE},
		{OB_WINDOW, EXIT_PAUSED},
		{OB_LEASE_LOST, EXIT_PAUSED},
		{OB_WEBSHOP_NOT_FOUND, EXIT_NO_SUCH},
	};

	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (table[i].code == code)
			return table[i].status;
	return -1;
}

/* Memory has no code of the catalogue: the words are the same everywhere. */
static bool
is_memory(const char *text)
{
	const size_t words = strlen("out of memory"), length = strlen(text);

	return length >= words &&
	       strcmp(text + length - words, "out of memory") == 0;
}

int
exit_status(const struct err *e)
{
	const int status = status_of_code(e->code);

	if (e->class == ERR_NONE)
		return EXIT_DONE;
	if (is_memory(e->text))
		return EXIT_NO_MEMORY;
	if (status >= 0)
		return status;
	switch (e->class) {
	case ERR_INPUT:
		return EXIT_USAGE;
	case ERR_MISSING:
		return EXIT_NO_SUCH;
	case ERR_TEMPORARY:
		return EXIT_UNREACHABLE;
	case ERR_NONE:
	case ERR_CONFLICT:
	case ERR_DENIED:
	case ERR_PERMANENT:
	case ERR_UNKNOWN:
	case ERR_FATAL:
		break;
	}
	return EXIT_FAILED;
}

void
error_print(const struct err *e, FILE *out, bool color)
{
	const char *fix = e->hint;

	if (fix[0] == '\0' && e->code != CODE_NONE)
		fix = code_info(e->code)->fix;
	(void)fprintf(out, "%sorderbridge:%s %s\n", color ? "\033[1;31m" : "",
		      color ? "\033[0m" : "", e->text);
	if (fix[0] != '\0')
		(void)fprintf(out, "  Fix: %s\n", fix);
}

static bool
is_set(char *const *environment, const char *name, const char *value)
{
	const char *found = config_environment(environment, name);

	return found != NULL &&
	       (value != NULL ? strcmp(found, value) == 0 : found[0] != '\0');
}

bool
color_wanted(char *const *environment, bool is_terminal, bool no_color)
{
	if (no_color || is_set(environment, "NO_COLOR", NULL))
		return false;
	if (is_set(environment, "CLICOLOR_FORCE", "1"))
		return true;
	return is_terminal && !is_set(environment, "TERM", "dumb");
}
