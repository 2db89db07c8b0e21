#include "cli/progress.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/unit.h"

/* What is said of one operation, into memory. */
struct paper {
	struct call call;
	struct progress progress;
	struct operation op;
	char *text;
	size_t length;
};

static void
paper_open(struct paper *p, bool is_terminal)
{
	*p = (struct paper){.call = {.err_is_terminal = is_terminal},
			    .op = {.id = 7,
				   .kind = "order_sync",
				   .state = OPERATION_IN_PROGRESS,
				   .phase = "fetch",
				   .unit = "orders"}};
	p->call.err = open_memstream(&p->text, &p->length);
	p->progress.call = &p->call;
}

static void
show(struct paper *p, const char *phase, unsigned done, unsigned total,
     int64_t now)
{
	(void)snprintf(p->op.phase, sizeof(p->op.phase), "%s", phase);
	p->op.done = done;
	p->op.total = total;
	progress_show(&p->progress, &p->op, now);
}

static void
paper_close(struct paper *p, const char *wanted)
{
	progress_end(&p->progress);
	(void)fclose(p->call.err);
	assert_string_equal(p->text, wanted);
	free(p->text);
}

TEST(elsewhere_a_phase_has_a_line_and_a_minute_another)
{
	struct paper p;

	paper_open(&p, false);
	show(&p, "", 0, 0, 1000);
	show(&p, "fetch", 0, 0, 2000);
	show(&p, "fetch", 100, 0, 61999);
	show(&p, "fetch", 200, 0, 62000);
	show(&p, "fetch", 300, 0, 62001);
	show(&p, "mark", 0, 400, 62002);
	paper_close(&p, "order_sync: fetch, 0 orders\n"
			"order_sync: fetch, 200 orders\n"
			"order_sync: mark, 0 of 400 orders\n");
}

TEST(a_terminal_has_one_line_with_a_bar_where_the_end_is_known)
{
	struct paper p;

	paper_open(&p, true);
	show(&p, "fetch", 100, 0, 1000);
	show(&p, "fetch", 101, 0, 1249);
	show(&p, "mark", 0, 400, 1300);
	show(&p, "mark", 100, 400, 11300);
	show(&p, "mark", 400, 400, 41300);
	paper_close(&p, "\r\033[K◐ order_sync  fetch 100 orders"
			"\r\033[K◐ order_sync  mark 0/400 orders  "
			"░░░░░░░░░░░░░░░░  0 %"
			"\r\033[K◐ order_sync  mark 100/400 orders  "
			"▓▓▓▓░░░░░░░░░░░░  25 %  ~30 s"
			"\r\033[K◐ order_sync  mark 400/400 orders  "
			"▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓  100 %"
			"\r\033[K");
}

TEST(what_waits_is_said_once)
{
	struct paper p;

	paper_open(&p, false);
	show(&p, "fetch", 100, 0, 1000);
	p.op.state = OPERATION_NOT_PROCESSED;
	p.op.paused_until = (utc_ms)INT64_C(1775826000000);
	(void)snprintf(p.op.pause_reason, sizeof(p.op.pause_reason), "window");
	show(&p, "fetch", 100, 0, 2000);
	show(&p, "fetch", 100, 0, 200000);
	paper_close(&p, "order_sync: fetch, 100 orders\n"
			"it waits until 2026-04-10 13:00 UTC (window)\n");
}

TEST(the_quiet_are_told_nothing)
{
	static const struct flag quiet = {.name = "quiet"};
	struct paper p;

	paper_open(&p, true);
	p.call.value[0] = (struct call_value){.flag = &quiet, .number = 1};
	p.call.values = 1;
	show(&p, "fetch", 100, 0, 1000);
	paper_close(&p, "");
}

RUN_TESTS(cmocka_unit_test(elsewhere_a_phase_has_a_line_and_a_minute_another),
	  cmocka_unit_test(
		  a_terminal_has_one_line_with_a_bar_where_the_end_is_known),
	  cmocka_unit_test(what_waits_is_said_once),
	  cmocka_unit_test(the_quiet_are_told_nothing))
