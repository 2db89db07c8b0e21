#include "queue/worker.h"

#include "queue/window.h"

#include "tests/support/unit.h"

static const struct job_kind sync_kind = {.kind = "effect", .sync = true};
static const struct job_kind other_kind = {.kind = "notify"};

/* Sunday 2026-11-22 18:00 UTC. */
static const utc_ms sunday_18 = INT64_C(1795370400000);

/* A task that nothing asks to stop. */
struct at_work {
	struct clock clock;
	struct job job;
	struct operation op;
	volatile int signal;
	struct task task;
};

static void
begin(struct at_work *w)
{
	*w = (struct at_work){.clock = clock_fixed(sunday_18)};
	w->job.lease.touched_ms = clock_boot_ms();
	w->task = (struct task){
		.clock = &w->clock,
		.job = &w->job,
		.op = &w->op,
		.kind = &sync_kind,
		.lease = {&w->job.lease},
		.stop = &w->signal,
	};
}

TEST(work_goes_on_while_nothing_speaks_against_it)
{
	struct at_work w;

	begin(&w);
	assert_false(task_must_stop(&w.task));
	assert_false(task_tick(&w.task));
	assert_int_equal(w.task.stopped, TASK_GOES_ON);
}

TEST(a_signal_stops_work_and_drops_its_transfers)
{
	struct at_work w;

	begin(&w);
	w.signal = 15;
	assert_true(task_tick(&w.task));
	assert_true(task_must_stop(&w.task));
	assert_int_equal(w.task.stopped, TASK_SIGNAL);
}

TEST(a_create_in_flight_may_take_30_seconds_after_a_signal)
{
	struct at_work w;

	begin(&w);
	w.signal = 15;
	w.task.must_answer = true;
	assert_false(task_tick(&w.task));
	w.task.signal_boot_ms = clock_boot_ms() - (int64_t)29 * SECOND;
	assert_false(task_tick(&w.task));
	w.task.signal_boot_ms = clock_boot_ms() - (int64_t)30 * SECOND;
	assert_true(task_tick(&w.task));
}

TEST(work_stops_when_the_time_of_its_process_is_up)
{
	struct at_work w;

	begin(&w);
	w.task.stop_boot_ms = clock_boot_ms() + (int64_t)60 * SECOND;
	assert_false(task_must_stop(&w.task));
	w.task.stop_boot_ms = clock_boot_ms();
	assert_true(task_must_stop(&w.task));
	assert_int_equal(w.task.stopped, TASK_TIME);
}

TEST(work_that_syncs_stops_two_minutes_before_the_window)
{
	struct at_work w;

	begin(&w);
	w.clock.fixed += (utc_ms)58 * MINUTE - 1;
	assert_false(task_must_stop(&w.task));
	w.clock.fixed++;
	assert_true(task_must_stop(&w.task));
	assert_int_equal(w.task.stopped, TASK_WINDOW);
	w.task.stopped = TASK_GOES_ON;
	w.task.kind = &other_kind;
	assert_false(task_must_stop(&w.task));
}

TEST(the_databases_clock_closes_the_window_as_well)
{
	struct at_work w;

	begin(&w);
	w.task.db_ahead_ms = HOUR;
	assert_true(task_must_stop(&w.task));
	assert_int_equal(w.task.stopped, TASK_WINDOW);
	begin(&w);
	w.clock.fixed += HOUR;
	w.task.db_ahead_ms = -HOUR;
	assert_true(task_must_stop(&w.task));
}

TEST(without_a_heartbeat_for_60_seconds_nothing_more_starts)
{
	struct at_work w;

	begin(&w);
	w.job.lease.touched_ms -= (int64_t)59 * SECOND;
	assert_false(task_must_stop(&w.task));
	w.job.lease.touched_ms -= SECOND;
	assert_true(task_must_stop(&w.task));
	assert_int_equal(w.task.stopped, TASK_STALE);
}

TEST(what_stopped_work_stays_the_reason)
{
	struct at_work w;

	begin(&w);
	w.signal = 15;
	assert_true(task_must_stop(&w.task));
	w.clock.fixed += (utc_ms)2 * HOUR;
	assert_true(task_must_stop(&w.task));
	assert_int_equal(w.task.stopped, TASK_SIGNAL);
}

TEST(an_item_is_written_down_only_after_a_lost_attempt)
{
	struct at_work w;
	struct err e = {0};
	bool poison = true;

	begin(&w); /* without a database: a write would crash */
	assert_true(task_item_begin(&w.task, "17", &poison, &e));
	assert_false(poison);
	assert_true(task_item_end(&w.task, &e));
}

RUN_TESTS(
	cmocka_unit_test(work_goes_on_while_nothing_speaks_against_it),
	cmocka_unit_test(a_signal_stops_work_and_drops_its_transfers),
	cmocka_unit_test(a_create_in_flight_may_take_30_seconds_after_a_signal),
	cmocka_unit_test(work_stops_when_the_time_of_its_process_is_up),
	cmocka_unit_test(work_that_syncs_stops_two_minutes_before_the_window),
	cmocka_unit_test(the_databases_clock_closes_the_window_as_well),
	cmocka_unit_test(
		without_a_heartbeat_for_60_seconds_nothing_more_starts),
	cmocka_unit_test(what_stopped_work_stays_the_reason),
	cmocka_unit_test(an_item_is_written_down_only_after_a_lost_attempt))
