#include "base/fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/fixture.h"
#include "tests/support/unit.h"

#ifdef OB_FAULT_POINTS
static void
arm(const char *faults)
{
	assert_int_equal(setenv("OB_FAULT_AT", faults, 1), 0);
}

TEST(a_point_that_is_not_armed_does_nothing)
{
	assert_int_equal(unsetenv("OB_FAULT_AT"), 0);
	assert_false(OB_FAULT("order.idle"));
	arm("");
	assert_false(OB_FAULT("order.idle"));
	arm("order.idl:1:error,order.idle.x:0:error,order.idle:0");
	assert_false(OB_FAULT("order.idle"));
}

TEST(an_error_comes_at_the_pass_that_was_named)
{
	arm("other:1:error,order.nth:3:error");
	assert_false(OB_FAULT("order.nth"));
	assert_false(OB_FAULT("order.nth"));
	assert_true(OB_FAULT("order.nth"));
	assert_false(OB_FAULT("order.nth"));
	arm("order.nth:0:error");
	assert_true(OB_FAULT("order.nth"));
	assert_true(OB_FAULT("order.nth"));
}

TEST(a_delay_takes_as_long_as_it_was_told)
{
	int64_t before = clock_boot_ms();

	arm("order.slow:1:delay=20");
	assert_false(OB_FAULT("order.slow"));
	assert_in_range(clock_boot_ms() - before, 20, 1500);
}

TEST(a_kill_leaves_no_time_to_clean_up)
{
	int status = 0;
	pid_t child;

	arm("order.kill:1:kill");
	child = fork();
	if (child == 0) {
		(void)OB_FAULT("order.kill");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

TEST(passes_are_written_down_for_the_sweep)
{
	char path[] = "/tmp/ob-fault-XXXXXX";

	(void)close(mkstemp(path));
	assert_int_equal(setenv("OB_FAULT_LOG", path, 1), 0);
	arm("");
	(void)OB_FAULT("order.a");
	(void)OB_FAULT("order.b");
	(void)OB_FAULT("order.a");
	assert_int_equal(unsetenv("OB_FAULT_LOG"), 0);
	assert_file(path, "order.a\norder.b\norder.a\n");
	(void)unlink(path);
}

TEST(a_guard_holds_unless_it_is_switched_off)
{
	assert_int_equal(unsetenv("OB_GUARD_OFF"), 0);
	assert_true(OB_GUARD("lease.fence"));
	assert_int_equal(setenv("OB_GUARD_OFF", "lease.fence2,x", 1), 0);
	assert_true(OB_GUARD("lease.fence"));
	assert_int_equal(setenv("OB_GUARD_OFF", "x,lease.fence", 1), 0);
	assert_false(OB_GUARD("lease.fence"));
}

RUN_TESTS(cmocka_unit_test(a_point_that_is_not_armed_does_nothing),
	  cmocka_unit_test(an_error_comes_at_the_pass_that_was_named),
	  cmocka_unit_test(a_delay_takes_as_long_as_it_was_told),
	  cmocka_unit_test(a_kill_leaves_no_time_to_clean_up),
	  cmocka_unit_test(passes_are_written_down_for_the_sweep),
	  cmocka_unit_test(a_guard_holds_unless_it_is_switched_off))
#else
TEST(what_is_shipped_has_no_fault_points)
{
	assert_int_equal(setenv("OB_FAULT_AT", "order.x:0:error", 1), 0);
	assert_false(OB_FAULT("order.x"));
	assert_int_equal(setenv("OB_GUARD_OFF", "order.x", 1), 0);
	assert_true(OB_GUARD("order.x"));
}

RUN_TESTS(cmocka_unit_test(what_is_shipped_has_no_fault_points))
#endif
