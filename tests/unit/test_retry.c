#include "queue/job.h"

#include "tests/support/unit.h"

static const struct retry_waits waits = {{60, 300, 1800, 10800}};

TEST(a_job_waits_1_min_5_min_30_min_3_h_and_then_no_more)
{
	static const struct {
		unsigned failures;
		utc_ms due;
	} cases[] = {
		{0, 5000},
		{1, 5000 + MINUTE},
		{2, 5000 + (utc_ms)5 * MINUTE},
		{3, 5000 + (utc_ms)30 * MINUTE},
		{4, 5000 + (utc_ms)3 * HOUR},
		{5, 0},
		{6, 0},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_int_equal(retry_due(&waits, cases[i].failures, 5000, 0),
				 cases[i].due);
}

TEST(a_job_is_not_tried_before_its_upstream_allows_it)
{
	utc_ms later = (utc_ms)20 * MINUTE;

	assert_int_equal(retry_due(&waits, 1, 5000, later), later);
	assert_int_equal(retry_due(&waits, 3, 5000, later),
			 5000 + (utc_ms)30 * MINUTE);
	assert_int_equal(retry_due(&waits, 5, 5000, later), 0);
}

RUN_TESTS(cmocka_unit_test(a_job_waits_1_min_5_min_30_min_3_h_and_then_no_more),
	  cmocka_unit_test(a_job_is_not_tried_before_its_upstream_allows_it))
