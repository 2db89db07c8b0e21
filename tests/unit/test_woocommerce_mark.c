#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/samples.h"
#include "tests/support/shop_sample.h"
#include "tests/support/unit.h"

#define BATCH "POST https://shop.test/wp-json/wc/v3/orders/batch"
#define ITEM(id)                                  \
	"{\"id\":" id ",\"meta_data\":[{\"key\":" \
	"\"sumatra_wc_integrator_exported\",\"value\":\"1\"}]}"
#define META(value)                             \
	"\"meta_data\": [{\"id\": 9, \"key\": " \
	"\"sumatra_wc_integrator_exported\", \"value\": \"" value "\"}]"
#define DONE(id) "{\"id\": " id ", \"status\": \"processing\", " META("1") "}"
#define FAILED(id, code, message)                               \
	"{\"id\": " id ", \"error\": {\"code\": \"" code "\", " \
	"\"message\": \"" message "\", \"data\": {\"status\": 400}}}"

#define MARKS_MAX 8

/* Marks the ids and gives back how each ended. */
static bool
mark(struct shop_sample *s, const char *const *ids, size_t count,
     struct outcome each[MARKS_MAX], struct err *e)
{
	struct mark marks[MARKS_MAX];

	for (size_t i = 0; i < count; i++)
		marks[i] =
			(struct mark){.platform_id = ids[i], .number = "BGM-1"};
	*e = (struct err){0};
	return s->shop->mark(s->shop, marks, count, each, e);
}

TEST(marks_set_meta_alone_in_one_request)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .status = 200,
		 .want_body = "{\"update\":[" ITEM("62") "," ITEM("66") "]}",
		 .body = "{\"update\": [" DONE("62") "," DONE("66") "]}"},
	};
	static const char *const ids[] = {"62", "66"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(mark(&s, ids, 2, each, &e));
	assert_int_equal(each[0].err.class, ERR_NONE);
	assert_int_equal(each[1].err.class, ERR_NONE);
	assert_false(each[0].superseded);
	shop_sample_close(&s);
}

TEST(each_mark_has_an_outcome_of_its_own)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .status = 200,
		 .body = "{\"update\": [" DONE("1") "," FAILED(
			 "2", "woocommerce_rest_shop_order_invalid_id",
			 "Invalid ID.") "," FAILED("3",
						   "woocommerce_rest_cannot_edit",
						   "Not now.") ", {\"id\": 6, " META("0") "}]}"},
	};
	static const char *const ids[] = {"1", "2", "3", "4", "x5", "6"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(mark(&s, ids, 6, each, &e));
	assert_int_equal(each[0].err.class, ERR_NONE);
	assert_int_equal(each[1].err.class, ERR_MISSING);
	assert_int_equal(each[1].err.code, GONE);
	assert_string_equal(each[1].err.text,
			    "the shop has no such order any more");
	assert_int_equal(each[2].err.class, ERR_PERMANENT);
	assert_string_equal(each[2].err.text, "the shop says: Not now.");
	assert_int_equal(each[3].err.class, ERR_TEMPORARY);
	assert_string_equal(each[3].err.text,
			    "the shop's answer leaves this order out");
	assert_int_equal(each[4].err.class, ERR_MISSING);
	assert_int_equal(each[5].err.class, ERR_TEMPORARY);
	assert_string_equal(each[5].err.text,
			    "the shop's answer does not show the mark");
	shop_sample_close(&s);
}

TEST(marks_go_in_batches_of_the_setting_side_by_side)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .status = 200,
		 .want_body = "{\"update\":[" ITEM("1") "," ITEM("2") "]}",
		 .body = "{\"update\": [" DONE("1") "," DONE("2") "]}"},
		{.want = BATCH,
		 .status = 200,
		 .want_body = "{\"update\":[" ITEM("3") "," ITEM("4") "]}",
		 .body = "{\"update\": [" DONE("3") "," DONE("4") "]}"},
		{.want = BATCH,
		 .status = 200,
		 .want_body = "{\"update\":[" ITEM("5") "]}",
		 .body = "{\"update\": [" DONE("5") "]}"},
	};
	static const char *const ids[] = {"1", "2", "3", "4", "5"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	s.shop->close(s.shop);
	s.settings.mark_batch = 2;
	s.shop = woocommerce_open(&s.settings, &e);
	assert_true(mark(&s, ids, 5, each, &e));
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(each[i].err.class, ERR_NONE);
	assert_int_equal(s.http.sends, 1);
	shop_sample_close(&s);
}

/* 2.4: 500 at many items; F20 */
TEST(a_batch_that_fails_is_halved)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .status = 500,
		 .want_body = "{\"update\":[" ITEM("1") "," ITEM("2") "," ITEM(
			 "3") "]}",
		 .body = "{\"code\":\"internal_server_error\"}"},
		{.want = BATCH,
		 .status = 200,
		 .want_body = "{\"update\":[" ITEM("1") "]}",
		 .body = "{\"update\": [" DONE("1") "]}"},
		{.want = BATCH,
		 .curl_code = 28 /* CURLE_OPERATION_TIMEDOUT */,
		 .want_body = "{\"update\":[" ITEM("2") "," ITEM("3") "]}"},
		{.want = BATCH,
		 .status = 500,
		 .want_body = "{\"update\":[" ITEM("2") "]}",
		 .body = "{}"},
		{.want = BATCH,
		 .status = 200,
		 .want_body = "{\"update\":[" ITEM("3") "]}",
		 .body = "{\"update\": [" DONE("3") "]}"},
	};
	static const char *const ids[] = {"1", "2", "3"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(mark(&s, ids, 3, each, &e));
	assert_int_equal(each[0].err.class, ERR_NONE);
	assert_int_equal(each[1].err.class, ERR_TEMPORARY);
	assert_int_equal(each[1].err.code, OB_UPSTREAM);
	assert_int_equal(each[2].err.class, ERR_NONE);
	shop_sample_close(&s);
}

TEST(a_batch_above_the_shop_s_limit_is_halved)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .status = 413,
		 .body = "{\"code\":"
			 "\"woocommerce_rest_request_entity_too_large\"}"},
		{.want = BATCH,
		 .status = 200,
		 .body = "{\"update\": [" DONE("1") "]}"},
		{.want = BATCH,
		 .status = 200,
		 .body = "{\"update\": [" DONE("2") "]}"},
	};
	static const char *const ids[] = {"1", "2"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(mark(&s, ids, 2, each, &e));
	assert_int_equal(each[0].err.class, ERR_NONE);
	assert_int_equal(each[1].err.class, ERR_NONE);
	shop_sample_close(&s);
}

TEST(an_answer_that_breaks_off_is_tried_in_halves_too)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH, .status = 200, .body = "{\"update\": ["},
		{.want = BATCH,
		 .status = 200,
		 .body = "{\"update\": [" DONE("1") "]}"},
		{.want = BATCH,
		 .status = 200,
		 .body = "{\"update\": [" DONE("2") "]}"},
	};
	static const char *const ids[] = {"1", "2"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(mark(&s, ids, 2, each, &e));
	assert_int_equal(each[1].err.class, ERR_NONE);
	shop_sample_close(&s);
}

TEST(a_rate_limit_is_not_answered_with_more_requests)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .status = 429,
		 .body = "{}",
		 .headers = "content-type: application/json\n"
			    "retry-after: 9\n"},
	};
	static const char *const ids[] = {"1", "2"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(mark(&s, ids, 2, each, &e));
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(each[i].err.class, ERR_TEMPORARY);
		assert_int_equal(each[i].err.code, OB_RATE);
		assert_int_equal(each[i].err.retry_at, 9 * SECOND);
	}
	shop_sample_close(&s);
}

TEST(a_shop_that_cannot_be_reached_is_asked_once)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .curl_code = 7 /* CURLE_COULDNT_CONNECT */,
		 .unsent = true},
	};
	static const char *const ids[] = {"1", "2"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(mark(&s, ids, 2, each, &e));
	assert_int_equal(each[0].err.code, OB_NETWORK);
	assert_int_equal(each[1].err.code, OB_NETWORK);
	shop_sample_close(&s);
}

/* How many times 40 marks, one a request, are sent for; one of them fails. */
static size_t
rounds_of_40(size_t failing)
{
	struct fake_exchange script[40];
	struct mark marks[40];
	struct outcome each[40];
	char id[40][4], body[40][160];
	struct shop_sample s;
	struct err e = {0};

	for (size_t i = 0; i < 40; i++) {
		(void)snprintf(id[i], sizeof(id[i]), "%zu", i + 1);
		(void)snprintf(body[i], sizeof(body[i]),
			       "{\"update\": [{\"id\": %zu, " META("1") "}]}",
			       i + 1);
		marks[i] =
			(struct mark){.platform_id = id[i], .number = "BGM-1"};
		script[i] = (struct fake_exchange){
			.want = BATCH, .status = 200, .body = body[i]};
	}
	if (failing < 40)
		script[failing].status = 500;
	shop_sample_open(&s, script, COUNT_OF(script));
	s.shop->close(s.shop);
	s.settings.mark_batch = 1;
	s.shop = woocommerce_open(&s.settings, &e);
	assert_true(s.shop->mark(s.shop, marks, 40, each, &e));
	for (size_t i = 0; i < 40; i++)
		assert_int_equal(each[i].err.class,
				 i == failing ? ERR_TEMPORARY : ERR_NONE);
	shop_sample_close(&s);
	return s.http.sends;
}

TEST(a_shop_that_takes_a_round_gets_twice_as_many_in_the_next)
{
	assert_int_equal(rounds_of_40(40), 3); /* 8, 16, 16 of 32 */
}

TEST(a_shop_that_fails_gets_fewer_again)
{
	assert_int_equal(rounds_of_40(20), 4); /* 8, 16, 8, 8 of 16 */
}

/* neither soft nor hard for the order. */
TEST(a_key_that_may_not_write_fails_the_call)
{
	static const struct fake_exchange script[] = {
		{.want = BATCH,
		 .status = 401,
		 .body = "{\"code\":\"woocommerce_rest_authentication_error\","
			 "\"message\":\"The API key provided does not have "
			 "write permissions.\"}"},
	};
	static const char *const ids[] = {"1"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_false(mark(&s, ids, 1, each, &e));
	assert_int_equal(e.class, ERR_DENIED);
	assert_int_equal(e.code, OB_AUTH_FAILED);
	assert_string_equal(e.text,
			    "mark orders of bgm: shop.test answered 401 "
			    "(credentials refused): The API key provided "
			    "does not have write permissions.");
	assert_string_equal(e.hint,
			    "give the key the permission Read/Write in "
			    "WooCommerce, Settings, Advanced, REST API");
	assert_int_equal(each[0].err.class, ERR_DENIED);
	shop_sample_close(&s);
}

TEST(what_was_not_tried_says_so)
{
	struct err refusal = {.class = ERR_TEMPORARY,
			      .code = OB_WINDOW,
			      .text = "the maintenance window is open"};
	static const char *const ids[] = {"1"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, NULL, 0);
	s.http.refuse = &refusal;
	assert_false(mark(&s, ids, 1, each, &e));
	assert_int_equal(e.code, OB_WINDOW);
	assert_string_equal(each[0].err.text, "not tried yet");
	shop_sample_close(&s);
}

TEST(no_marks_ask_nothing)
{
	static const char *const ids[] = {"not-a-number"};
	struct outcome each[MARKS_MAX];
	struct shop_sample s;
	struct err e;

	shop_sample_open(&s, NULL, 0);
	assert_true(mark(&s, NULL, 0, each, &e));
	assert_true(mark(&s, ids, 1, each, &e));
	assert_int_equal(each[0].err.class, ERR_MISSING);
	shop_sample_close(&s);
}

RUN_TESTS(cmocka_unit_test(marks_set_meta_alone_in_one_request),
	  cmocka_unit_test(each_mark_has_an_outcome_of_its_own),
	  cmocka_unit_test(marks_go_in_batches_of_the_setting_side_by_side),
	  cmocka_unit_test(a_batch_that_fails_is_halved),
	  cmocka_unit_test(a_batch_above_the_shop_s_limit_is_halved),
	  cmocka_unit_test(an_answer_that_breaks_off_is_tried_in_halves_too),
	  cmocka_unit_test(a_rate_limit_is_not_answered_with_more_requests),
	  cmocka_unit_test(a_shop_that_cannot_be_reached_is_asked_once),
	  cmocka_unit_test(
		  a_shop_that_takes_a_round_gets_twice_as_many_in_the_next),
	  cmocka_unit_test(a_shop_that_fails_gets_fewer_again),
	  cmocka_unit_test(a_key_that_may_not_write_fails_the_call),
	  cmocka_unit_test(what_was_not_tried_says_so),
	  cmocka_unit_test(no_marks_ask_nothing))
