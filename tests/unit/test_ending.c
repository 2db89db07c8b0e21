#include "src/queue/worker_local.h"

#include <string.h>

#include "queue/window.h"

#include "tests/support/unit.h"

/* Sunday 2026-11-22 20:00 UTC, inside the window. */
static const utc_ms sunday = INT64_C(1795377600000);

static struct err
error(enum err_class class, enum code code, utc_ms retry_at)
{
	struct err e = {0};

	err_set(&e, class, "shop says no");
	err_as(&e, code);
	e.retry_at = retry_at;
	return e;
}

/* The first attempt of an operation, at noon of a Tuesday. */
static struct facts
run_facts(const struct err *why)
{
	return (struct facts){
		.is_run = true,
		.ok = why == NULL,
		.err = why,
		.max_attempts = 5,
		.waits = {{60, 300, 1800, 10800}},
		.operation_id = 7,
		.now = sunday + (utc_ms)40 * HOUR,
	};
}

static struct facts
job_facts(const struct err *why)
{
	struct facts f = run_facts(why);

	f.is_run = false;
	return f;
}

static struct ending
decide(struct facts f)
{
	struct ending ending;

	ending_decide(&f, &ending);
	return ending;
}

TEST(work_that_is_done_completes_its_operation)
{
	struct ending ending = decide(run_facts(NULL));

	assert_int_equal(ending.state, OPERATION_COMPLETED);
	assert_int_equal(ending.job, JOB_DONE);
	assert_int_equal(ending.attempts, 0);
	assert_false(ending.is_failure);
	assert_int_equal(ending.why.class, ERR_NONE);
}

TEST(work_that_was_stopped_goes_on_without_an_attempt)
{
	static const struct {
		enum task_stop stopped;
		const char *reason;
	} cases[] = {
		{TASK_SIGNAL, NULL},
		{TASK_TIME, NULL},
		{TASK_STALE, NULL},
		{TASK_WINDOW, "window"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct facts f = run_facts(NULL);
		struct ending ending;

		f.stopped = cases[i].stopped;
		f.now = sunday;
		f.attempts = 2;
		ending = decide(f);
		assert_int_equal(ending.state, OPERATION_NOT_PROCESSED);
		assert_int_equal(ending.job, JOB_READY);
		assert_int_equal(ending.attempts, 2);
		if (cases[i].reason == NULL)
			assert_null(ending.reason);
		else
			assert_string_equal(ending.reason, cases[i].reason);
		assert_int_equal(ending.run_after,
				 cases[i].reason == NULL
					 ? 0
					 : bc_window_resume(sunday, 7));
	}
}

TEST(a_transfer_that_was_dropped_because_of_a_stop_is_no_attempt)
{
	struct err why = error(ERR_TEMPORARY, OB_NETWORK, 0);
	struct facts f = run_facts(&why);
	struct ending ending;

	f.stopped = TASK_SIGNAL;
	ending = decide(f);
	assert_int_equal(ending.job, JOB_READY);
	assert_int_equal(ending.attempts, 0);
	assert_int_equal(ending.run_after, 0);
}

TEST(a_temporary_error_takes_one_of_four_waits_and_then_fails)
{
	static const int64_t wait_s[] = {60, 300, 1800, 10800};
	struct err why = error(ERR_TEMPORARY, OB_TIMEOUT, 0);
	struct facts f = run_facts(&why);
	struct ending ending;

	for (unsigned i = 0; i < COUNT_OF(wait_s); i++) {
		f.attempts = i;
		ending = decide(f);
		assert_int_equal(ending.state, OPERATION_NOT_PROCESSED);
		assert_int_equal(ending.job, JOB_READY);
		assert_int_equal(ending.attempts, i + 1);
		assert_int_equal(ending.run_after, f.now + wait_s[i] * SECOND);
		assert_string_equal(ending.reason, "retry");
		assert_false(ending.is_failure);
	}
	f.attempts = 4;
	ending = decide(f);
	assert_int_equal(ending.state, OPERATION_FAILED);
	assert_int_equal(ending.job, JOB_DEAD);
	assert_int_equal(ending.attempts, 5);
	assert_true(ending.is_failure);
	assert_string_equal(ending.why.text, "shop says no");
}

TEST(a_retry_waits_for_the_moment_that_the_upstream_named)
{
	struct err why = error(ERR_TEMPORARY, OB_RATE, 0);
	struct facts f = run_facts(&why);

	why.retry_at = f.now + (utc_ms)10 * MINUTE;
	assert_int_equal(decide(f).run_after, why.retry_at);
	why.retry_at = f.now + SECOND;
	assert_int_equal(decide(f).run_after, f.now + MINUTE);
}

TEST(errors_end_an_operation_by_their_class)
{
	static const struct {
		enum err_class class;
		enum code code;
		enum operation_state state;
		enum job_end_state job, single; /* of a run, of another job */
	} cases[] = {
		{ERR_DENIED, OB_AUTH_FAILED, OPERATION_FAILED, JOB_DEAD,
		 JOB_READY},
		{ERR_FATAL, OB_SCHEMA, OPERATION_FAILED, JOB_DEAD, JOB_DEAD},
		{ERR_PERMANENT, CODE_NONE, OPERATION_FAILED, JOB_DEAD,
		 JOB_DEAD},
		{ERR_INPUT, CODE_NONE, OPERATION_FAILED, JOB_DEAD, JOB_DEAD},
		{ERR_MISSING, CODE_NONE, OPERATION_FAILED, JOB_DEAD, JOB_DEAD},
		{ERR_MISSING, OB_WEBSHOP_NOT_FOUND, OPERATION_WEBSHOP_NOT_FOUND,
		 JOB_DONE, JOB_DEAD},
		{ERR_UNKNOWN, CODE_NONE, OPERATION_NOT_PROCESSED, JOB_READY,
		 JOB_READY},
		{ERR_CONFLICT, CODE_NONE, OPERATION_NOT_PROCESSED, JOB_READY,
		 JOB_READY},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct err why = error(cases[i].class, cases[i].code, 0);
		struct ending ending = decide(run_facts(&why));

		assert_int_equal(ending.state, cases[i].state);
		assert_int_equal(ending.job, cases[i].job);
		assert_int_equal(ending.is_failure, cases[i].job != JOB_READY);
		assert_int_equal(decide(job_facts(&why)).job, cases[i].single);
	}
}

TEST(an_open_breaker_and_the_window_cost_no_attempt)
{
	struct err open = error(ERR_TEMPORARY, OB_UPSTREAM, sunday);
	struct err closed = error(ERR_TEMPORARY, OB_WINDOW, sunday);
	struct ending ending = decide(run_facts(&open));

	assert_int_equal(ending.attempts, 0);
	assert_int_equal(ending.run_after, sunday);
	assert_string_equal(ending.reason, "upstream");
	ending = decide(run_facts(&closed));
	assert_int_equal(ending.attempts, 0);
	assert_string_equal(ending.reason, "window");
}

TEST(an_operation_that_is_put_off_for_24_hours_without_progress_fails)
{
	struct facts f = run_facts(NULL);
	struct ending ending;

	f.resume_at = f.now + MINUTE;
	f.resume_reason = "backpressure";
	ending = decide(f);
	assert_int_equal(ending.run_after, f.resume_at);
	assert_int_equal(ending.give_up_at, f.now + (utc_ms)24 * HOUR);
	f.give_up_at = ending.give_up_at;
	f.now = f.give_up_at - 1;
	assert_int_equal(decide(f).job, JOB_READY);
	f.now = f.give_up_at;
	ending = decide(f);
	assert_int_equal(ending.state, OPERATION_FAILED);
	assert_true(ending.is_failure);
	assert_string_equal(ending.why.text,
			    "no progress for 24 hours: put off: backpressure");
	f.progressed = true;
	ending = decide(f);
	assert_int_equal(ending.job, JOB_READY);
	assert_int_equal(ending.give_up_at, 0);
}

TEST(a_job_that_waits_for_a_sku_keeps_its_own_last_day)
{
	struct facts f = job_facts(NULL);

	f.resume_at = f.now + MINUTE;
	f.give_up_at = f.now - 1;
	assert_int_equal(decide(f).job, JOB_READY);
	assert_int_equal(decide(f).give_up_at, f.give_up_at);
}

TEST(a_cancelled_or_superseded_operation_does_not_go_on)
{
	struct err why = error(ERR_TEMPORARY, OB_TIMEOUT, 0);
	struct ending ending = decide(run_facts(&why));

	ending_check(&ending, false, 9);
	assert_int_equal(ending.state, OPERATION_ABORTED);
	assert_int_equal(ending.superseded_by, 9);
	assert_int_equal(ending.job, JOB_DONE);
	assert_false(ending.is_failure);
	ending = decide(run_facts(&why));
	ending_check(&ending, true, 9);
	assert_int_equal(ending.state, OPERATION_FAILED);
	assert_int_equal(ending.why.code, OB_CANCELLED);
	ending = decide(run_facts(NULL));
	ending_check(&ending, true, 9); /* it was quicker */
	assert_int_equal(ending.state, OPERATION_COMPLETED);
}

RUN_TESTS(
	cmocka_unit_test(work_that_is_done_completes_its_operation),
	cmocka_unit_test(work_that_was_stopped_goes_on_without_an_attempt),
	cmocka_unit_test(
		a_transfer_that_was_dropped_because_of_a_stop_is_no_attempt),
	cmocka_unit_test(
		a_temporary_error_takes_one_of_four_waits_and_then_fails),
	cmocka_unit_test(a_retry_waits_for_the_moment_that_the_upstream_named),
	cmocka_unit_test(errors_end_an_operation_by_their_class),
	cmocka_unit_test(an_open_breaker_and_the_window_cost_no_attempt),
	cmocka_unit_test(
		an_operation_that_is_put_off_for_24_hours_without_progress_fails),
	cmocka_unit_test(a_job_that_waits_for_a_sku_keeps_its_own_last_day),
	cmocka_unit_test(a_cancelled_or_superseded_operation_does_not_go_on))
