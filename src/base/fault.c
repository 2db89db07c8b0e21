#include "base/fault.h"

#ifdef OB_FAULT_POINTS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum { NAMES_MAX = 256, DELAY_MS = 2 * SECOND };

/*
 * How often this process passed a point, this time included. The one place that
 * keeps state: a point has no object to keep it in, and is no part of what is
 * shipped.
 */
static unsigned long
count_pass(const char *name)
{
	static struct {
		const char *name;
		unsigned long passes;
	} points[NAMES_MAX];
	size_t i = 0;

	while (i < NAMES_MAX - 1 && points[i].name != NULL &&
	       strcmp(points[i].name, name) != 0)
		i++;
	points[i].name = name;
	return ++points[i].passes;
}

static void
write_pass(const char *name)
{
	const char *path = getenv("OB_FAULT_LOG"); /* banned-ok: tests only */
	char line[128];
	int file, length;

	if (path == NULL)
		return;
	length = snprintf(line, sizeof(line), "%s\n", name);
	file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (file < 0)
		return;
	if (length < (int)sizeof(line))
		(void)!write(file, line, (size_t)length);
	(void)close(file);
}

/* Whether an entry "name:nth:..." means this pass; *what is the rest of it. */
static bool
is_meant(const char *entry, const char *name, unsigned long pass,
	 const char **what)
{
	size_t length = strlen(name);
	unsigned long nth;
	char *end;

	if (strncmp(entry, name, length) != 0 || entry[length] != ':')
		return false;
	nth = strtoul(entry + length + 1, &end, 10);
	*what = end + 1;
	return *end == ':' && (nth == 0 || nth == pass);
}

static bool
is_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	return strncmp(text, word, length) == 0 &&
	       strchr(",=", text[length]) != NULL;
}

/* Does what was armed; true for "error". */
static bool
strike(const char *what)
{
	if (is_word(what, "kill"))
		(void)kill(getpid(), SIGKILL);
	if (is_word(what, "delay"))
		clock_sleep_ms(what[5] == '=' ? strtol(what + 6, NULL, 10)
					      : DELAY_MS);
	return is_word(what, "error");
}

bool
fault_hit(const char *name)
{
	const char *at = getenv("OB_FAULT_AT"); /* banned-ok: tests only */
	unsigned long pass = count_pass(name);
	bool hit = false;
	const char *what;

	write_pass(name);
	while (at != NULL && *at != '\0') {
		if (is_meant(at, name, pass, &what) && strike(what))
			hit = true;
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return hit;
}

bool
fault_guard_off(const char *name)
{
	const char *at = getenv("OB_GUARD_OFF"); /* banned-ok: tests only */

	while (at != NULL && *at != '\0') {
		if (is_word(at, name))
			return true;
		at += strcspn(at, ",");
		at += *at == ',';
	}
	return false;
}

#endif
