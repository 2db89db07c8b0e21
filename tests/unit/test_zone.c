#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

#include "tests/support/unit.h"

TEST(only_names_of_iana_zones_are_known)
{
	static const char *const good[] = {"UTC", "Europe/Berlin",
					   "America/Argentina/Buenos_Aires",
					   "Etc/GMT+5"};
	static const char *const bad[] = {
		"",
		"Mars/Olympus",
		"Europe",
		"../etc/passwd",
		"/UTC",
		"Europe/../UTC",
		"posixrules",
		":UTC",
		"UTC0X9",
		"right/UTC",
		"tzdata.zi",
		"EST5EDT,M3",
		"europe/berlin",
		"Zone\nX",
	};

	for (size_t i = 0; i < COUNT_OF(good); i++)
		if (!zone_known(good[i]))
			fail_msg("%s is not known", good[i]);
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		if (zone_known(bad[i]))
			fail_msg("%s is known", bad[i]);
}

TEST(a_wall_clock_in_a_zone_is_one_moment)
{
	static const struct {
		const char *zone, *wall, *moment;
	} cases[] = {
		{"UTC", "2026-11-20T13:00:00.250", "2026-11-20T13:00:00.250Z"},
		{"Europe/Berlin", "2026-07-01T12:00:00",
		 "2026-07-01T10:00:00.000Z"},
		{"Europe/Berlin", "2026-12-01T12:00:00",
		 "2026-12-01T11:00:00.000Z"},
		{"America/Los_Angeles", "2026-12-01T20:00:00",
		 "2026-12-02T04:00:00.000Z"},
		{"Pacific/Kiritimati", "2026-12-01T20:00:00",
		 "2026-12-01T06:00:00.000Z"},
		{"Asia/Kolkata", "2026-12-01T05:30:00",
		 "2026-12-01T00:00:00.000Z"},
		/* 02:30 is left out on 2026-03-29: moved on to 03:30 */
		{"Europe/Berlin", "2026-03-29T02:30:00",
		 "2026-03-29T01:30:00.000Z"},
		{"Europe/Berlin", "2026-03-29T01:59:59",
		 "2026-03-29T00:59:59.000Z"},
		{"Europe/Berlin", "2026-03-29T03:00:00",
		 "2026-03-29T01:00:00.000Z"},
		/* 02:30 comes twice on 2026-10-25: the first, in summer time */
		{"Europe/Berlin", "2026-10-25T02:30:00",
		 "2026-10-25T00:30:00.000Z"},
		{"Europe/Berlin", "2026-10-25T03:00:00",
		 "2026-10-25T02:00:00.000Z"},
		{"Europe/Berlin", "2026-10-25T01:30:00",
		 "2026-10-24T23:30:00.000Z"},
		{"America/New_York", "2040-07-01T12:00:00",
		 "2040-07-01T16:00:00.000Z"},
		{"Europe/Berlin", "1969-07-20T12:00:00.001",
		 "1969-07-20T11:00:00.001Z"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		utc_ms wall, moment;
		struct err e = {0};
		char out[TIME_TEXT_MAX];

		assert_true(time_parse(cases[i].wall, &wall, &e));
		assert_true(zone_to_utc(cases[i].zone, wall, &moment, &e));
		assert_string_equal(time_text(moment, out), cases[i].moment);
	}
}

TEST(an_unknown_zone_is_an_error_with_advice)
{
	utc_ms t;
	struct err e = {0};

	assert_false(zone_to_utc("Mars/Olympus", 0, &t, &e));
	assert_string_equal(e.text, "no time zone 'Mars/Olympus'");
	assert_string_equal(e.hint, "use an IANA name such as Europe/Berlin");
	assert_int_equal(e.class, ERR_INPUT);
	assert_false(zone_to_utc("", 0, &t, &e));
	assert_string_equal(e.text, "no time zone ''");
}

TEST(the_zone_of_the_process_is_put_back)
{
	utc_ms t;
	struct err e = {0};

	assert_int_equal(setenv("TZ", "Asia/Tokyo", 1), 0);
	assert_true(zone_to_utc("Europe/Berlin", 0, &t, &e));
	assert_string_equal(getenv("TZ"), "Asia/Tokyo");
	assert_int_equal(timezone, -9 * 3600);
	assert_int_equal(unsetenv("TZ"), 0);
	assert_true(zone_to_utc("Europe/Berlin", 0, &t, &e));
	assert_null(getenv("TZ"));
}

RUN_TESTS(cmocka_unit_test(only_names_of_iana_zones_are_known),
	  cmocka_unit_test(a_wall_clock_in_a_zone_is_one_moment),
	  cmocka_unit_test(an_unknown_zone_is_an_error_with_advice),
	  cmocka_unit_test(the_zone_of_the_process_is_put_back))
