#include <curl/curl.h>

#include "src/net/local.h"

#include "tests/support/unit.h"

#define NOW ((utc_ms)1795179609000)

static struct http_response
failed(enum err_class class, enum code code, int64_t wait)
{
	struct http_response reply = {.status = 0};

	reply.err.class = class;
	reply.err.code = code;
	reply.err.retry_at = wait < 0 ? 0 : NOW + wait;
	return reply;
}

TEST(what_failed_without_effect_is_tried_twice_more)
{
	const struct http_response reply =
		failed(ERR_TEMPORARY, OB_NETWORK, -1);
	struct backoff b = {0};

	assert_int_equal(backoff_next(&b, &reply, 7, NOW, 250), 500);
	assert_int_equal(backoff_next(&b, &reply, 7, NOW, 1000), 2000);
	assert_int_equal(backoff_next(&b, &reply, 7, NOW, 0), -1);
}

TEST(waits_differ_by_half_in_both_directions)
{
	const struct http_response reply =
		failed(ERR_TEMPORARY, OB_TIMEOUT, -1);
	int64_t least = 10000, most = 0;

	for (uint32_t dice = 0; dice < 65536; dice++) {
		struct backoff b = {.repeats = 1};
		int64_t wait = backoff_next(&b, &reply, 28, NOW, dice);

		least = wait < least ? wait : least;
		most = wait > most ? wait : most;
	}
	assert_int_equal(least, 1000);
	assert_int_equal(most, 3000);
}

TEST(a_retry_after_of_a_minute_is_waited_for_thrice)
{
	const struct http_response reply =
		failed(ERR_TEMPORARY, OB_RATE, 60000);
	struct backoff b = {0};

	for (int i = 0; i < 3; i++)
		assert_int_equal(backoff_next(&b, &reply, 0, NOW, 9), 60000);
	assert_int_equal(backoff_next(&b, &reply, 0, NOW, 9), -1);
	assert_int_equal(b.repeats, 0);
}

TEST(a_longer_retry_after_is_left_to_the_queue)
{
	const struct http_response reply =
		failed(ERR_TEMPORARY, OB_RATE, 60001);
	struct backoff b = {0};

	assert_int_equal(backoff_next(&b, &reply, 0, NOW, 9), -1);
}

TEST(a_moment_that_has_passed_means_at_once)
{
	const struct http_response reply = failed(ERR_TEMPORARY, OB_RATE, 5000);
	struct backoff b = {0};

	assert_int_equal(backoff_next(&b, &reply, 0, NOW + 9000, 9), 0);
}

TEST(what_would_end_the_same_is_not_tried_again)
{
	static const struct {
		enum err_class class;
		enum code code;
		int curl;
	} cases[] = {
		{ERR_NONE, CODE_NONE, 0},
		{ERR_UNKNOWN, OB_TIMEOUT, CURLE_OPERATION_TIMEDOUT},
		{ERR_DENIED, OB_NETWORK, CURLE_PEER_FAILED_VERIFICATION},
		{ERR_INPUT, CODE_NONE, 0},
		{ERR_PERMANENT, CODE_NONE, 0},
		{ERR_TEMPORARY, OB_RATE, 0}, /* and no moment was named */
		{ERR_TEMPORARY, OB_UPSTREAM, CURLE_WRITE_ERROR},
		{ERR_TEMPORARY, OB_UPSTREAM, CURLE_FILESIZE_EXCEEDED},
		{ERR_TEMPORARY, CODE_NONE, CURLE_ABORTED_BY_CALLBACK},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct http_response reply =
			failed(cases[i].class, cases[i].code, -1);
		struct backoff b = {0};

		assert_int_equal(
			backoff_next(&b, &reply, cases[i].curl, NOW, 9), -1);
	}
}

RUN_TESTS(cmocka_unit_test(what_failed_without_effect_is_tried_twice_more),
	  cmocka_unit_test(waits_differ_by_half_in_both_directions),
	  cmocka_unit_test(a_retry_after_of_a_minute_is_waited_for_thrice),
	  cmocka_unit_test(a_longer_retry_after_is_left_to_the_queue),
	  cmocka_unit_test(a_moment_that_has_passed_means_at_once),
	  cmocka_unit_test(what_would_end_the_same_is_not_tried_again))
