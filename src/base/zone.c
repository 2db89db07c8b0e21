#include "base/clock.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/*
 * libc knows one zone at a time, the process's. It is borrowed here for the
 * length of a question (there are no threads that could see it), and put back.
 */
struct zone_guard {
	bool had;
	char name[128];
};

static void
zone_leave(const struct zone_guard *guard)
{
	if (guard->had)
		(void)setenv("TZ", guard->name, 1);
	else
		(void)unsetenv("TZ");
	tzset();
}

static struct zone_guard
zone_enter(const char *zone)
{
	const char *old = getenv("TZ"); /* banned-ok: put back afterwards */
	struct zone_guard guard = {.had = old != NULL};

	if (old != NULL)
		(void)snprintf(guard.name, sizeof(guard.name), "%s", old);
	(void)setenv("TZ", zone, 1);
	tzset();
	return guard;
}

/* Seconds east of Greenwich at a moment, in the zone entered. */
static int64_t
offset_at(int64_t seconds)
{
	time_t t = (time_t)seconds;
	struct tm local;

	if (localtime_r(&t, &local) == NULL) /* banned-ok: a named zone */
		return 0;
	return local.tm_gmtoff;
}

bool
zone_known(const char *zone)
{
	char path[128], magic[4] = "";
	FILE *file;
	size_t got;

	/* IANA names start with a capital: not "posix/...", "../..." or "/". */
	if (!isupper((unsigned char)zone[0]) || strstr(zone, "..") != NULL ||
	    strspn(zone, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			 "0123456789_+-/") != strlen(zone))
		return false;
	if (snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", zone) >=
	    (int)sizeof(path))
		return false;
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	got = fread(magic, 1, sizeof(magic), file);
	(void)fclose(file);
	return got == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
}

static bool
unknown(const char *zone, struct err *e)
{
	err_set(e, ERR_INPUT, "no time zone '%.60s'", zone);
	return err_hint(e, "use an IANA name such as Europe/Berlin");
}

/* The moment of a wall clock, both in seconds, in the zone entered. */
static int64_t
moment_of(int64_t wall)
{
	int64_t before = offset_at(wall - DAY / SECOND);
	int64_t after = offset_at(wall + DAY / SECOND);
	int64_t early = wall - before, late = wall - after;

	/* Of an hour that comes twice both hold, and the early one is meant. */
	if (offset_at(early) != before && offset_at(late) == after)
		return late;
	return early;
}

static int64_t
whole_seconds(utc_ms t)
{
	return (t - ((t % SECOND + SECOND) % SECOND)) / SECOND;
}

bool
zone_to_utc(const char *zone, utc_ms wall, utc_ms *out, struct err *e)
{
	int64_t seconds = whole_seconds(wall);
	struct zone_guard guard;

	if (!zone_known(zone))
		return unknown(zone, e);
	guard = zone_enter(zone);
	*out = wall + (moment_of(seconds) - seconds) * SECOND;
	zone_leave(&guard);
	return true;
}
