#include "queue/lease.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/unit.h"

/* A child that waits; its owner text is read through a pipe. */
static pid_t
start_child(char owner[OWNER_MAX])
{
	int fd[2];
	pid_t child;

	assert_int_equal(pipe(fd), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		lease_owner(owner);
		(void)!write(fd[1], owner, OWNER_MAX);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(fd[0], owner, OWNER_MAX), OWNER_MAX);
	(void)close(fd[0]);
	(void)close(fd[1]);
	return child;
}

TEST(an_owner_names_a_process_and_no_two_are_the_same)
{
	char one[OWNER_MAX], two[OWNER_MAX], pid[32];

	lease_owner(one);
	lease_owner(two);
	assert_string_not_equal(one, two);
	(void)snprintf(pid, sizeof(pid), ":%ld:", (long)getpid());
	assert_non_null(strstr(one, pid));
	assert_false(lease_owner_is_gone(one));
}

TEST(a_killed_process_is_gone_even_before_its_parent_has_noticed)
{
	char owner[OWNER_MAX];
	pid_t child = start_child(owner);
	siginfo_t info;

	assert_false(lease_owner_is_gone(owner));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT),
			 0);
	assert_true(lease_owner_is_gone(owner)); /* a zombie */
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_true(lease_owner_is_gone(owner)); /* nothing at all */
}

TEST(a_stopped_process_is_not_gone)
{
	char owner[OWNER_MAX];
	pid_t child = start_child(owner);
	int status;

	assert_int_equal(kill(child, SIGSTOP), 0);
	assert_int_equal(waitpid(child, &status, WUNTRACED), child);
	assert_false(lease_owner_is_gone(owner));
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

TEST(a_number_that_was_given_to_another_process_is_not_its_owner)
{
	char owner[OWNER_MAX], other[OWNER_MAX + 1];
	const char *start;

	lease_owner(owner);
	/* host:place:pid:START:random */
	start = strchr(strchr(strchr(owner, ':') + 1, ':') + 1, ':') + 1;
	(void)snprintf(other, sizeof(other), "%.*s9%s", (int)(start - owner),
		       owner, start);
	assert_true(lease_owner_is_gone(other));
}

TEST(nothing_is_known_of_owners_elsewhere)
{
	static const char *const owners[] = {
		"",
		"nonsense",
		"web12:0123456789abcdef:999999:12345:abc",
		"web12:-:999999:12345:abc",
		"web12:0123456789abcdef:-1:12345:abc",
	};

	for (size_t i = 0; i < COUNT_OF(owners); i++)
		assert_false(lease_owner_is_gone(owners[i]));
}

RUN_TESTS(cmocka_unit_test(an_owner_names_a_process_and_no_two_are_the_same),
	  cmocka_unit_test(
		  a_killed_process_is_gone_even_before_its_parent_has_noticed),
	  cmocka_unit_test(a_stopped_process_is_not_gone),
	  cmocka_unit_test(
		  a_number_that_was_given_to_another_process_is_not_its_owner),
	  cmocka_unit_test(nothing_is_known_of_owners_elsewhere))
