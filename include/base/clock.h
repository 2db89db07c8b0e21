#ifndef OB_BASE_CLOCK_H
#define OB_BASE_CLOCK_H

/*
 * Time is UTC milliseconds since 1970, never local. Only clock.c asks the
 * machine; everyone else is given a clock or, better, the moment itself.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

typedef int64_t utc_ms;

enum {
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	HOUR = 60 * MINUTE,
	DAY = 24 * HOUR,
};

/* Asked through a pointer, so that a test can set the hour. */
struct clock {
	utc_ms (*now)(const struct clock *clock);
	utc_ms fixed; /* of clock_fixed only */
	utc_ms anchor,
		started; /* of the test clock: moment, and when it began */
	double rate;     /* of the test clock: 0 stands still */
	char path[256];  /* of the test clock: its file */
};

extern const struct clock clock_system;
/* A clock that stands still at the given moment. */
struct clock clock_fixed(utc_ms at);
#ifdef OB_TEST_CLOCK
/*
 * A clock read from a file at each question: "2026-11-22T19:30:00Z [rate]";
 * without a rate it stands still. The file's modification time is the moment
 * from which the rate counts, so that several processes agree. Exists only with
 * --enable-test-clock (RELIABILITY 4). ERR_MISSING, ERR_INPUT.
 */
MUST_CHECK bool clock_test_open(struct clock *out, const char *path,
				struct err *e);
#endif

/* Milliseconds that only grow, also through suspend (CLOCK_BOOTTIME). */
int64_t clock_boot_ms(void);
/* Sleeps; returns early when a signal came. */
void clock_sleep_ms(int64_t ms);

#define TIME_TEXT_MAX 32

/* "2026-11-20T13:00:09.114Z"; returns out. */
const char *time_text(utc_ms t, char out[TIME_TEXT_MAX]);
/* "2026-11-20 13:00 UTC", for people. */
const char *time_text_minute(utc_ms t, char out[TIME_TEXT_MAX]);
/* "2026-11-20 13:00:09.114", as DATETIME(3) takes it. */
const char *time_text_sql(utc_ms t, char out[TIME_TEXT_MAX]);
/* "Fri, 20 Nov 2026 13:00:09 GMT", for HTTP headers (RFC 9110 5.6.7). */
const char *time_text_http(utc_ms t, char out[TIME_TEXT_MAX]);
/* "2026-11-20T13:00:09": no zone and no fraction, as WooCommerce wants it. */
const char *time_text_plain(utc_ms t, char out[TIME_TEXT_MAX]);
/*
 * Reads "2026-11-20", "2026-11-20T13:00:09", a blank for the T, a fraction (cut
 * to ms), and "Z", "+01:00" or nothing at the end; nothing means UTC.
 * ERR_INPUT.
 */
MUST_CHECK bool time_parse(const char *text, utc_ms *out, struct err *e);
/*
 * Reads the date of a header or a mail, "Sun, 06 Nov 1994 08:49:37 GMT", also
 * with "+0100" at its end, as BigCommerce writes it. ERR_INPUT.
 */
MUST_CHECK bool time_parse_http(const char *text, utc_ms *out, struct err *e);
/*
 * "42 s", "12 min", "3 h 5 min", "2 d 3 h": a length of time for people, the
 * rest dropped; less than nothing is "0 s". Returns out.
 */
const char *duration_text(int64_t ms, char out[TIME_TEXT_MAX]);

/* True when the machine knows this IANA zone ("America/New_York"). */
bool zone_known(const char *zone);
/*
 * The UTC moment of a wall-clock time in a zone; a time that a DST change
 * leaves out is moved on, of one that comes twice the first is meant.
 * ERR_INPUT.
 */
MUST_CHECK bool zone_to_utc(const char *zone, utc_ms wall, utc_ms *out,
			    struct err *e);

#endif
