#include "base/clock.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static utc_ms
system_now(const struct clock *clock)
{
	struct timespec t;

	(void)clock;
	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (utc_ms)t.tv_sec * SECOND + t.tv_nsec / 1000000;
}

const struct clock clock_system = {.now = system_now};

static utc_ms
fixed_now(const struct clock *clock)
{
	return clock->fixed;
}

struct clock
clock_fixed(utc_ms at)
{
	return (struct clock){.now = fixed_now, .fixed = at};
}

#ifdef OB_TEST_CLOCK
/* What the file says now: out's anchor, started and rate. */
static bool
test_clock_read(const char *path, struct clock *out, struct err *e)
{
	char line[80] = "", *rest;
	struct stat file;
	FILE *in = fopen(path, "re");

	if (in == NULL)
		return err_set(e, ERR_MISSING, "test clock %s: %s", path,
			       strerror(errno));
	(void)!fgets(line, sizeof(line), in);
	if (fstat(fileno(in), &file) != 0)
		file.st_mtim = (struct timespec){0};
	(void)fclose(in);
	rest = line + strcspn(line, " \n");
	if (*rest != '\0')
		*rest++ = '\0';
	if (!time_parse(line, &out->anchor, e))
		return err_in(e, "test clock %s", path);
	out->started = (utc_ms)file.st_mtim.tv_sec * SECOND +
		       file.st_mtim.tv_nsec / 1000000;
	out->rate = strtod(rest, NULL);
	return true;
}

static utc_ms
test_now(const struct clock *clock)
{
	struct clock read = *clock;
	struct err e;

	/* While the file is being replaced, what was read last time holds. */
	if (!test_clock_read(clock->path, &read, &e))
		read = *clock;
	return read.anchor +
	       (utc_ms)((double)(system_now(NULL) - read.started) * read.rate);
}

bool
clock_test_open(struct clock *out, const char *path, struct err *e)
{
	*out = (struct clock){.now = test_now};
	if (strlen(path) >= sizeof(out->path))
		return err_set(e, ERR_INPUT, "test clock: path of %zu bytes",
			       strlen(path));
	(void)snprintf(out->path, sizeof(out->path), "%s", path);
	return test_clock_read(path, out, e);
}
#endif

int64_t
clock_boot_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	return (int64_t)t.tv_sec * SECOND + t.tv_nsec / 1000000;
}

void
clock_sleep_ms(int64_t ms)
{
	struct timespec wait = {.tv_sec = ms / SECOND,
				.tv_nsec = ms % SECOND * 1000000};

	if (ms > 0)
		(void)nanosleep(&wait, NULL);
}
