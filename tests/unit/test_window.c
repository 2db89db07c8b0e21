#include "queue/window.h"

#include <stdlib.h>
#include <time.h>

#include "tests/support/unit.h"

static utc_ms
at(const char *text)
{
	struct err e = {0};
	utc_ms t = 0;

	assert_true(time_parse(text, &t, &e));
	return t;
}

/* The instants of RELIABILITY 4. */
static const struct {
	const char *moment;
	bool covered, near;
} instants[] = {
	{"2026-11-22T18:49:59Z", false, false},
	{"2026-11-22T18:50:00Z", false, false},
	{"2026-11-22T18:57:59Z", false, false},
	{"2026-11-22T18:58:00Z", false, true},
	{"2026-11-22T18:59:59Z", false, true},
	{"2026-11-22T18:59:59.999Z", false, true},
	{"2026-11-22T19:00:00Z", true, true},
	{"2026-11-22T23:59:59Z", true, true},
	{"2026-11-23T00:00:00Z", true, true},
	{"2026-11-23T03:59:59Z", true, true},
	{"2026-11-23T03:59:59.999Z", true, true},
	{"2026-11-23T04:00:00Z", false, false},
	/* before 1970 */
	{"1969-12-28T18:59:59Z", false, true},
	{"1969-12-28T19:00:00Z", true, true},
	{"1969-12-29T03:59:59Z", true, true},
	{"1969-12-29T04:00:00Z", false, false},
	/* a year's end, a leap day */
	{"2028-12-31T18:59:59Z", false, true},
	{"2028-12-31T19:00:00Z", true, true},
	{"2029-01-01T03:59:59Z", true, true},
	{"2029-01-01T04:00:00Z", false, false},
	{"2032-02-29T19:00:00Z", true, true},
	{"2032-03-01T04:00:00Z", false, false},
	/* Sundays on which clocks change in Europe */
	{"2026-03-29T18:59:59Z", false, true},
	{"2026-03-29T19:00:00Z", true, true},
	{"2026-03-30T04:00:00Z", false, false},
	{"2026-10-25T18:59:59Z", false, true},
	{"2026-10-25T19:00:00Z", true, true},
	{"2026-10-26T04:00:00Z", false, false},
};

TEST(window_is_sunday_19_to_monday_4_utc_whatever_the_time_zone)
{
	static const char *const zone[] = {"UTC", "Europe/Berlin",
					   "America/Los_Angeles",
					   "Pacific/Kiritimati"};

	for (size_t z = 0; z < COUNT_OF(zone); z++) {
		assert_int_equal(setenv("TZ", zone[z], 1), 0);
		tzset();
		for (size_t i = 0; i < COUNT_OF(instants); i++) {
			utc_ms t = at(instants[i].moment);

			assert_int_equal(bc_window_covers(t),
					 instants[i].covered);
			assert_int_equal(bc_window_near(t, WINDOW_DRAIN_S),
					 instants[i].near);
		}
	}
}

TEST(window_equals_the_calendar_in_every_minute_of_ten_years)
{
	/* 2026-01-01 was a Thursday; days count from Sunday = 0. */
	utc_ms t = at("2026-01-01T00:00:00Z");
	utc_ms end = at("2036-01-01T00:00:00Z");
	unsigned wrong = 0;

	for (unsigned day = 4; t < end; day = (day + 1) % 7)
		for (unsigned minute = 0; minute < 1440; minute++) {
			bool covered = (day == 0 && minute >= 19 * 60) ||
				       (day == 1 && minute < 4 * 60);

			wrong += bc_window_covers(t) != covered;
			t += MINUTE;
		}
	assert_int_equal(t, end);
	assert_int_equal(wrong, 0);
}

TEST(window_takes_9_of_168_hours_of_whole_weeks)
{
	utc_ms t = at("1965-06-01T00:00:00Z");
	unsigned covered = 0;

	for (unsigned minute = 0; minute < 521 * 7 * 1440; minute++) {
		covered += bc_window_covers(t);
		t += MINUTE;
	}
	assert_int_equal(covered, 521 * 9 * 60);
}

TEST(window_ends_at_monday_4_and_starts_at_sunday_19)
{
	utc_ms inside = at("2026-11-22T20:15:00Z");

	assert_int_equal(bc_window_ends(inside), at("2026-11-23T04:00:00Z"));
	assert_int_equal(bc_window_starts(inside), at("2026-11-22T19:00:00Z"));
	assert_int_equal(bc_window_starts(at("2026-11-23T04:00:00Z")),
			 at("2026-11-29T19:00:00Z"));
	assert_int_equal(bc_window_ends(at("2026-11-23T04:00:00Z")),
			 at("2026-11-30T04:00:00Z"));
}

TEST(operations_resume_within_two_minutes_of_its_end_and_spread)
{
	utc_ms inside = at("2026-11-22T20:15:00Z");
	utc_ms ends = at("2026-11-23T04:00:00Z");
	bool used[WINDOW_JITTER_S + 1] = {false};

	for (int64_t id = 1; id <= (int64_t)COUNT_OF(used); id++) {
		int64_t after = bc_window_resume(inside, id) - ends;

		assert_in_range(after, 0, (int64_t)WINDOW_JITTER_S * SECOND);
		assert_int_equal(bc_window_resume(inside, id) - ends, after);
		used[after / SECOND] = true;
	}
	for (size_t i = 0; i < COUNT_OF(used); i++)
		assert_true(used[i]);
}

RUN_TESTS(cmocka_unit_test(
		  window_is_sunday_19_to_monday_4_utc_whatever_the_time_zone),
	  cmocka_unit_test(
		  window_equals_the_calendar_in_every_minute_of_ten_years),
	  cmocka_unit_test(window_takes_9_of_168_hours_of_whole_weeks),
	  cmocka_unit_test(window_ends_at_monday_4_and_starts_at_sunday_19),
	  cmocka_unit_test(
		  operations_resume_within_two_minutes_of_its_end_and_spread))
