#include "app/app.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/app/app_local.h"
#include "tests/support/unit.h"

/* Runs in a child, because signals and hardening are a whole process's. */
static int
status_of(void (*work)(void))
{
	const pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0) {
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
get_one_signal(void)
{
	app_catch_signals();
	(void)raise(SIGTERM);
	_exit(*app_stop_signal());
}

static void
get_two_signals(void)
{
	app_catch_signals();
	(void)raise(SIGTERM);
	(void)raise(SIGINT);
}

static void
get_a_hangup(void)
{
	app_catch_signals();
	if (app_reopen_asked())
		_exit(1);
	(void)raise(SIGHUP);
	if (!app_reopen_asked() || app_reopen_asked())
		_exit(2);
	_exit(*app_stop_signal());
}

static void
write_to_nobody(void)
{
	int pipe_end[2];

	app_catch_signals();
	if (pipe(pipe_end) != 0 || close(pipe_end[0]) != 0)
		_exit(1);
	_exit(write(pipe_end[1], "x", 1) == -1 ? 0 : 2);
}

static void
be_hard(void)
{
	struct rlimit core;

	app_harden();
	if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_max != 0)
		_exit(1);
#ifndef __SANITIZE_ADDRESS__
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		_exit(2);
#endif
}

TEST(a_first_signal_only_asks)
{
	assert_int_equal(status_of(get_one_signal), SIGTERM);
}

TEST(a_second_signal_ends_the_process_at_once)
{
	assert_int_equal(status_of(get_two_signals), 128 + SIGINT);
}

TEST(a_hangup_asks_once_for_a_new_log_file)
{
	assert_int_equal(status_of(get_a_hangup), 0);
}

TEST(a_broken_pipe_is_an_error_of_its_write)
{
	assert_int_equal(status_of(write_to_nobody), 0);
}

TEST(no_core_file_is_left_with_secrets)
{
	assert_int_equal(status_of(be_hard), 0);
}

RUN_TESTS(cmocka_unit_test(a_first_signal_only_asks),
	  cmocka_unit_test(a_second_signal_ends_the_process_at_once),
	  cmocka_unit_test(a_hangup_asks_once_for_a_new_log_file),
	  cmocka_unit_test(a_broken_pipe_is_an_error_of_its_write),
	  cmocka_unit_test(no_core_file_is_left_with_secrets))
