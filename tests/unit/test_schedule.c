#include "queue/schedule.h"

#include "tests/support/unit.h"

static utc_ms
at(const char *text)
{
	struct err e = {0};
	utc_ms t = 0;

	assert_true(time_parse(text, &t, &e));
	return t;
}

TEST(schedules_keep_to_their_anchor_and_make_a_gap_up_once)
{
	static const struct {
		const char *start, *now, *next;
		int64_t interval;
	} cases[] = {
		{"2026-11-20T00:00:00Z", "2026-11-20T13:00:00Z",
		 "2026-11-20T14:00:00Z", HOUR},
		{"2026-11-20T00:00:00Z", "2026-11-20T13:59:59.999Z",
		 "2026-11-20T14:00:00Z", HOUR},
		{"2026-11-20T00:30:00Z", "2026-11-20T13:00:00Z",
		 "2026-11-20T13:30:00Z", HOUR},
		/* down for a week: one run, then in step again */
		{"2026-11-01T03:00:00Z", "2026-11-20T13:00:00Z",
		 "2026-11-21T03:00:00Z", DAY},
		{"2026-12-01T03:00:00Z", "2026-11-20T13:00:00Z",
		 "2026-12-01T03:00:00Z", DAY},
		{"1970-01-01T03:00:00Z", "2026-11-20T03:00:00Z",
		 "2026-11-21T03:00:00Z", DAY},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(schedule_next(at(cases[i].start),
					       cases[i].interval,
					       at(cases[i].now)),
				 at(cases[i].next));
}

TEST(schedules_know_their_frequencies)
{
	static const struct {
		const char *frequency;
		unsigned every_min;
		int64_t ms;
	} cases[] = {
		{"minutes", 15, (int64_t)15 * MINUTE},
		{"hourly", 0, HOUR},
		{"twice_daily", 0, (int64_t)12 * HOUR},
		{"daily", 0, DAY},
		{"weekly", 0, (int64_t)7 * DAY},
		{"yearly", 0, 0},
		{"minutes", 0, 0},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(schedule_interval(cases[i].frequency,
						   cases[i].every_min),
				 cases[i].ms);
}

RUN_TESTS(
	cmocka_unit_test(schedules_keep_to_their_anchor_and_make_a_gap_up_once),
	cmocka_unit_test(schedules_know_their_frequencies))
