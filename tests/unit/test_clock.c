#include "base/clock.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/dice.h"
#include "tests/support/unit.h"

static utc_ms
parsed(const char *text)
{
	utc_ms t = 0;
	struct err e = {0};

	if (!time_parse(text, &t, &e))
		fail_msg("%s", e.text);
	return t;
}

TEST(a_moment_is_told_in_the_form_that_each_reader_wants)
{
	utc_ms t = parsed("2026-11-20T13:00:09.114Z");
	char out[TIME_TEXT_MAX];

	assert_string_equal(time_text(t, out), "2026-11-20T13:00:09.114Z");
	assert_string_equal(time_text_minute(t, out), "2026-11-20 13:00 UTC");
	assert_string_equal(time_text_sql(t, out), "2026-11-20 13:00:09.114");
	assert_string_equal(time_text_plain(t, out), "2026-11-20T13:00:09");
	assert_string_equal(time_text_http(t, out),
			    "Fri, 20 Nov 2026 13:00:09 GMT");
}

TEST(moments_before_1970_and_beyond_the_calendar_have_a_text)
{
	char out[TIME_TEXT_MAX];

	assert_string_equal(time_text(-1, out), "1969-12-31T23:59:59.999Z");
	assert_string_equal(time_text(INT64_MIN, out),
			    "0001-01-01T00:00:00.000Z");
	assert_string_equal(time_text(INT64_MAX, out),
			    "9999-12-31T23:59:59.999Z");
	assert_int_equal(parsed("0001-01-01T00:00:00Z"), -62135596800000);
}

TEST(each_day_has_the_date_and_weekday_that_the_library_tells)
{
	for (time_t day = -719162; day <= 2932896; day++) {
		const time_t seconds = day * 86400 + 45296;
		char out[TIME_TEXT_MAX], wanted[TIME_TEXT_MAX];
		struct tm tm;

		(void)gmtime_r(&seconds, &tm);
		(void)strftime(wanted, sizeof(wanted),
			       "%a, %d %b %Y %H:%M:%S GMT", &tm);
		if (strcmp(time_text_http(seconds * SECOND, out), wanted) != 0)
			fail_msg("%s, wanted %s", out, wanted);
	}
}

TEST(times_are_read_in_all_forms_of_our_upstreams)
{
	static const struct {
		const char *text, *moment;
	} cases[] = {
		{"2026-11-20", "2026-11-20T00:00:00.000Z"},
		{"2026-11-20T13:00:09", "2026-11-20T13:00:09.000Z"},
		{"2026-11-20 13:00:09", "2026-11-20T13:00:09.000Z"},
		{"2026-11-20T13:00:09Z", "2026-11-20T13:00:09.000Z"},
		{"2026-11-20T13:00:09.1Z", "2026-11-20T13:00:09.100Z"},
		{"2026-11-20T13:00:09.1149999Z", "2026-11-20T13:00:09.114Z"},
		{"2026-11-20T13:00:09+01:00", "2026-11-20T12:00:09.000Z"},
		{"2026-11-20T23:30:00-05:30", "2026-11-21T05:00:00.000Z"},
		{"2026-11-20 13:00:09.114", "2026-11-20T13:00:09.114Z"},
		{"2028-02-29", "2028-02-29T00:00:00.000Z"},
		{"2000-02-29", "2000-02-29T00:00:00.000Z"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[TIME_TEXT_MAX];

		assert_string_equal(time_text(parsed(cases[i].text), out),
				    cases[i].moment);
	}
}

TEST(what_is_no_date_is_refused)
{
	static const char *const cases[] = {
		"",
		"2026",
		"2026-11",
		"2026-13-01",
		"2026-00-01",
		"2026-02-29",
		"1900-02-29",
		"2026-04-31",
		"0000-01-01",
		"2026-11-20T",
		"2026-11-20T13",
		"2026-11-20T13:00",
		"2026-11-20T24:00:00",
		"2026-11-20T13:60:00",
		"2026-11-20T13:00:60",
		"2026-11-20T13:00:09.",
		"2026-11-20T13:00:09+0100",
		"2026-11-20T13:00:09+01:60",
		"2026-11-20T13:00:09ZZ",
		"2026-11-20 ",
		" 2026-11-20",
		"20/11/2026",
		"2026-1-2",
		"tomorrow",
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		utc_ms t;
		struct err e = {0};
		char text[80];

		if (time_parse(cases[i], &t, &e))
			fail_msg("'%s' was taken", cases[i]);
		(void)snprintf(text, sizeof(text), "not a date or time: '%s'",
			       cases[i]);
		assert_string_equal(e.text, text);
		assert_int_equal(e.class, ERR_INPUT);
	}
}

TEST(reading_what_was_printed_gives_the_same_moment)
{
	struct dice dice = DICE;

	for (int i = 0; i < DICE_CASES; i++) {
		utc_ms t =
			dice_between(&dice, -62135596800000, 253402300799999);
		char out[TIME_TEXT_MAX];

		assert_int_equal(parsed(time_text(t, out)), t);
		assert_int_equal(parsed(time_text_sql(t, out)), t);
	}
}

TEST(http_dates_are_read_in_their_three_forms)
{
	static const char *const same[] = {
		"Sun, 06 Nov 1994 08:49:37 GMT",
		"Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 1994",
		"Sun, 06 Nov 1994 09:49:37 +0100",
	};
	utc_ms t;
	struct err e = {0};

	for (size_t i = 0; i < COUNT_OF(same); i++) {
		assert_true(time_parse_http(same[i], &t, &e));
		assert_int_equal(t, 784111777000);
	}
	assert_false(time_parse_http("120", &t, &e));
	assert_string_equal(e.text, "not an HTTP date: '120'");
	assert_false(time_parse_http("soon", &t, &e));
	assert_int_equal(e.class, ERR_INPUT);
}

TEST(a_length_of_time_is_told_in_its_two_largest_units)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{0, "0 s"},
		{999, "0 s"},
		{-5, "0 s"},
		{42 * SECOND, "42 s"},
		{MINUTE - 1, "59 s"},
		{12 * MINUTE + 59 * SECOND, "12 min"},
		{3 * HOUR, "3 h"},
		{3 * HOUR + 5 * MINUTE, "3 h 5 min"},
		{5 * HOUR + 12 * MINUTE + SECOND, "5 h 12 min"},
		{2 * (int64_t)DAY + 3 * HOUR + MINUTE, "2 d 3 h"},
		{7 * (int64_t)DAY, "7 d"},
		{INT64_MAX, "2932896 d 23 h"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char out[TIME_TEXT_MAX];

		assert_string_equal(duration_text(cases[i].ms, out),
				    cases[i].text);
	}
}

TEST(a_fixed_clock_stands_still)
{
	struct clock clock = clock_fixed(1234);

	assert_int_equal(clock.now(&clock), 1234);
	assert_int_equal(clock.now(&clock), 1234);
}

TEST(the_clocks_of_the_machine_move)
{
	utc_ms now = clock_system.now(&clock_system);
	int64_t boot = clock_boot_ms();

	assert_true(now > 1700000000000);
	clock_sleep_ms(3);
	assert_true(clock_boot_ms() - boot >= 3);
	clock_sleep_ms(0);
	clock_sleep_ms(-5);
	assert_true(clock_boot_ms() - boot < 60 * SECOND);
}

#ifdef OB_TEST_CLOCK
/* Writes the file of a test clock; it was changed so long ago. */
static void
write_clock(const char *path, const char *text, int seconds_ago)
{
	struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}};
	utc_ms now = clock_system.now(&clock_system);
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	(void)fputs(text, file);
	(void)fclose(file);
	times[1].tv_sec = now / SECOND - seconds_ago;
	times[1].tv_nsec = now % SECOND * 1000000;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

TEST(a_test_clock_goes_as_its_file_says)
{
	char path[] = "/tmp/ob-clock-XXXXXX";
	utc_ms anchor = parsed("2026-11-22T19:30:00Z");
	struct clock clock;
	struct err e = {0};

	(void)close(mkstemp(path));
	write_clock(path, "2026-11-22T19:30:00Z\n", 50);
	assert_true(clock_test_open(&clock, path, &e));
	assert_int_equal(clock.now(&clock), anchor);
	write_clock(path, "2026-11-22T19:30:00Z 60", 10);
	assert_in_range(clock.now(&clock), anchor + 600 * SECOND,
			anchor + 1200 * SECOND);
	/* While it is gone, what it said first holds. */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(clock.now(&clock), anchor);
}

TEST(a_test_clock_needs_a_file_with_a_moment)
{
	char path[] = "/tmp/ob-clock-XXXXXX", text[120];
	struct clock clock;
	struct err e = {0};

	(void)close(mkstemp(path));
	assert_false(clock_test_open(&clock, path, &e));
	(void)snprintf(text, sizeof(text),
		       "test clock %s: not a date or time: ''", path);
	assert_string_equal(e.text, text);
	write_clock(path, "noon 1", 0);
	assert_false(clock_test_open(&clock, path, &e));
	(void)snprintf(text, sizeof(text),
		       "test clock %s: not a date or time: 'noon'", path);
	assert_string_equal(e.text, text);
	assert_int_equal(unlink(path), 0);
	assert_false(clock_test_open(&clock, path, &e));
	assert_int_equal(e.class, ERR_MISSING);
}
#endif

RUN_TESTS(
#ifdef OB_TEST_CLOCK
	cmocka_unit_test(a_test_clock_goes_as_its_file_says),
	cmocka_unit_test(a_test_clock_needs_a_file_with_a_moment),
#endif
	cmocka_unit_test(a_moment_is_told_in_the_form_that_each_reader_wants),
	cmocka_unit_test(
		moments_before_1970_and_beyond_the_calendar_have_a_text),
	cmocka_unit_test(
		each_day_has_the_date_and_weekday_that_the_library_tells),
	cmocka_unit_test(times_are_read_in_all_forms_of_our_upstreams),
	cmocka_unit_test(what_is_no_date_is_refused),
	cmocka_unit_test(reading_what_was_printed_gives_the_same_moment),
	cmocka_unit_test(http_dates_are_read_in_their_three_forms),
	cmocka_unit_test(a_length_of_time_is_told_in_its_two_largest_units),
	cmocka_unit_test(a_fixed_clock_stands_still),
	cmocka_unit_test(the_clocks_of_the_machine_move))
