#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/samples.h"
#include "tests/support/shop_sample.h"
#include "tests/support/unit.h"

#define ROOT  "https://shop.test/wp-json/wc/v3/orders"
#define HEAD  ROOT "?status=processing&orderby=modified&order=asc"
#define BY_ID ROOT "?status=processing&orderby=id&order=asc"
/* T of most scripts, and what it is asked for as */
#define DATE     "date: Fri, 20 Nov 2026 12:00:00 GMT\n"
#define UPPER    "&modified_before=2026-11-20T12%3A00%3A01"
#define JSON     "content-type: application/json\n"
#define PAGES(n) JSON DATE "x-wp-totalpages: " n "\n"

/* An order of a list: id and the time of its change on 2026-11-20. */
#define ORDER(id, time)                                    \
	"{\"id\": " id ", \"date_created_gmt\": "          \
	"\"2026-11-19T08:00:00\", \"date_modified_gmt\": " \
	"\"2026-11-20T" time "\"}"

static utc_ms
at_time(const char *text)
{
	utc_ms t;
	struct err e = {0};

	assert_true(time_parse(text, &t, &e));
	return t;
}

/* "1,2 3": the ids of each page, read to the end; an error ends it with !text.
 */
static const char *
walk(struct shop_sample *s, struct fetch *at, char out[512])
{
	struct err e = {0};

	out[0] = '\0';
	for (int page = 0; !at->done && page < 20; page++) {
		struct raw_page p;
		size_t used = strlen(out);

		if (!s->shop->fetch_page(s->shop, at, &p, &e)) {
			(void)snprintf(out + used, 512 - used, "!%s", e.text);
			return out;
		}
		(void)snprintf(out + used, 512 - used, "%s",
			       page > 0 ? " " : "");
		for (size_t i = 0; i < p.count; i++) {
			used = strlen(out);
			(void)snprintf(out + used, 512 - used, "%s%s",
				       i > 0 ? "," : "",
				       p.order[i].platform_id);
			assert_int_equal(strlen(p.order[i].body),
					 p.order[i].body_length);
		}
		raw_page_end(&p);
	}
	return out;
}

static struct fetch
fetch_of(unsigned page_size)
{
	return (struct fetch){.modified_after = at_time("2026-11-20T08:00:00"),
			      .statuses = "processing",
			      .page_size = page_size};
}

TEST(one_page_that_is_not_full_ends_the_walk)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=100&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("7", "09:00:00") ", " ORDER("8",
							       "09:00:01") "]",
		 .headers = PAGES("1"),
		 .want_text = "Cache-Control: no-cache"},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(100);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "7,8");
	assert_int_equal(at.server_date, at_time("2026-11-20T12:00:00"));
	assert_false(at.ignores_dates);
	shop_sample_close(&s);
}

TEST(an_order_keeps_its_text_as_it_was_sent)
{
	static const char first[] =
		"{ \"id\":7,\"date_modified_gmt\":\"2026-11-20T09:00:00\","
		"\"note\":\"a \\\"] }, \\\\\",\"list\":[{},[1,2]] }";
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=100&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = " [ { \"id\":7,\"date_modified_gmt\":"
			 "\"2026-11-20T09:00:00\",\"note\":\"a \\\"] }, \\\\\","
			 "\"list\":[{},[1,2]] } ,\n{\"id\":8}\n]\n"},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(100);
	struct raw_page p;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(s.shop->fetch_page(s.shop, &at, &p, &e));
	assert_int_equal(p.count, 2);
	assert_string_equal(p.order[0].body, first);
	assert_string_equal(p.order[1].body, "{\"id\":8}");
	assert_int_equal(p.order[1].modified, 0);
	assert_int_equal(p.bytes, strlen(script[0].body));
	raw_page_end(&p);
	shop_sample_close(&s);
}

/* F4: the second page begins at the last second of the first. */
TEST(pages_begin_at_the_last_modification_that_was_read)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "," ORDER("2",
							      "09:00:05") "]",
		 .headers = PAGES("2")},
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T09%3A00%3A04" UPPER,
		 .status = 200,
		 .body = "[" ORDER("2", "09:00:05") "," ORDER("3",
							      "09:00:06") "]",
		 .headers = PAGES("1")},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(2);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "1,2 2,3");
	assert_int_equal(at.total, 0); /* it does not tell */
	shop_sample_close(&s);
}

/* Behind the first page the shop counts what is left. */
TEST(how_many_orders_there_are_is_told_by_the_first_page)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "," ORDER("2",
							      "09:00:05") "]",
		 .headers = PAGES("2") "x-wp-total: 3\n"},
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T09%3A00%3A04" UPPER,
		 .status = 200,
		 .body = "[" ORDER("2", "09:00:05") "," ORDER("3",
							      "09:00:06") "]",
		 .headers = PAGES("1") "x-wp-total: 2\n"},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(2);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "1,2 2,3");
	assert_int_equal(at.total, 3);
	shop_sample_close(&s);
}

/* F4: many orders in one second. */
TEST(a_page_of_one_second_leads_to_the_next_page_number)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "," ORDER("2",
							      "09:00:00") "]",
		 .headers = PAGES("3")},
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "," ORDER("2",
							      "09:00:00") "]",
		 .headers = PAGES("3")},
		{.want = "GET " HEAD "&per_page=2&page=2&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("3", "09:00:00") "," ORDER("4",
							      "09:00:00") "]",
		 .headers = PAGES("3")},
		{.want = "GET " HEAD "&per_page=2&page=3&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("5", "09:00:01") "]",
		 .headers = PAGES("3")},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(2);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "1,2 1,2 3,4 5");
	shop_sample_close(&s);
}

TEST(a_short_page_is_not_the_last_where_the_shop_says_so)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=100&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "]",
		 .headers = PAGES("2")},
		{.want = "GET " HEAD "&per_page=100&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "]",
		 .headers = PAGES("2")},
		{.want = "GET " HEAD "&per_page=100&page=2&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("2", "09:00:01") "]",
		 .headers = PAGES("2")},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(100);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "1 1 2");
	shop_sample_close(&s);
}

/* A page past the end says that there are no pages at all. */
TEST(an_empty_page_ends_the_walk_whatever_its_headers_say)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=1&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "]",
		 .headers = JSON DATE},
		{.want = "GET " HEAD "&per_page=1&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "]",
		 .headers = JSON DATE},
		{.want = "GET " HEAD "&per_page=1&page=2&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[]",
		 .headers = JSON DATE "x-wp-total: 0\nx-wp-totalpages: 0\n"},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(1);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "1 1 ");
	shop_sample_close(&s);
}

/* D-4: what changes after the start belongs to the next run. */
TEST(orders_changed_after_the_start_are_left_for_the_next_run)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "12:00:00") "," ORDER("2",
							      "12:00:01") "]",
		 .headers = PAGES("9")},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(2);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "1");
	shop_sample_close(&s);
}

TEST(bounds_and_statuses_are_asked_for_and_looked_at)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " ROOT "?status=processing,on-hold&orderby="
			 "modified&order=asc&per_page=100&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_before=2026-11-20T10%3A00%3A01"
			 "&after=2026-11-18T23%3A59%3A59",
		 .status = 200,
		 .body = "[{\"id\": 1, \"date_created_gmt\": "
			 "\"2026-11-18T23:59:59\", \"date_modified_gmt\": "
			 "\"2026-11-20T09:00:00\"}," ORDER("2", "10:00:00") "," ORDER(
				 "2", "10:00:00") "," ORDER("3",
							    "10:00:01") "]",
		 .headers = PAGES("1")},
	};
	struct shop_sample s;
	struct fetch at = {.statuses = "processing, on-hold",
			   .modified_until = at_time("2026-11-20T10:00:00"),
			   .created_from = at_time("2026-11-19T00:00:00")};
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "2");
	shop_sample_close(&s);
}

/* D-21: a shop of before WooCommerce 5.8 */
TEST(a_shop_that_ignores_dates_is_walked_by_id)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "07:00:00") "," ORDER("2",
							      "07:30:00") "]",
		 .headers = PAGES("2")},
		{.want = "GET " BY_ID "&per_page=2&page=1&dp=4",
		 .status = 200,
		 .body = "[" ORDER("1", "07:00:00") "," ORDER("2",
							      "09:30:00") "]",
		 .headers = PAGES("2")},
		{.want = "GET " BY_ID "&per_page=2&page=2&dp=4",
		 .status = 200,
		 .body = "[" ORDER("3", "08:30:00") "," ORDER("4",
							      "12:00:09") "]",
		 .headers = PAGES("2")},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(2);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "2 3");
	assert_true(at.ignores_dates);
	shop_sample_close(&s);
}

TEST(a_shop_that_cannot_sort_by_modification_is_walked_by_id)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 400,
		 .body = "{\"code\":\"rest_invalid_param\",\"message\":"
			 "\"Invalid parameter(s): orderby\",\"data\":{\"status\""
			 ":400,\"params\":{\"orderby\":\"orderby is not one of "
			 "date, id, include, title, and slug.\"}}}"},
		{.want = "GET " BY_ID "&per_page=2&page=1&dp=4",
		 .status = 200,
		 .body = "[" ORDER("3", "08:30:00") "]"},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(2);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "3");
	shop_sample_close(&s);
}

/* F3 */
TEST(the_same_page_again_is_a_loop)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A00%3A00",
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "," ORDER("2",
							      "09:00:00") "]",
		 .headers = PAGES("3")},
		{.want = "GET " HEAD "&per_page=2&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "," ORDER("2",
							      "09:00:00") "]",
		 .headers = PAGES("3")},
		{.want = "GET " HEAD "&per_page=2&page=2&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T08%3A59%3A59" UPPER,
		 .status = 200,
		 .body = "[" ORDER("1", "09:00:00") "," ORDER("2",
							      "09:00:00") "]",
		 .headers = PAGES("3")},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(2);
	struct raw_page p;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	for (int i = 0; i < 2; i++) {
		assert_true(s.shop->fetch_page(s.shop, &at, &p, &e));
		raw_page_end(&p);
	}
	assert_false(s.shop->fetch_page(s.shop, &at, &p, &e));
	assert_int_equal(e.code, OB_PAGING_LOOP);
	assert_int_equal(e.class, ERR_PERMANENT);
	assert_string_equal(e.text, "orders of bgm: page 2 holds the same "
				    "orders as the page before");
	assert_int_equal(p.count, 0);
	shop_sample_close(&s);
}

/* UPSTREAM-APIS 2.8, wrong type; RELIABILITY F1, F2 */
TEST(an_order_that_is_no_json_comes_with_its_text_and_its_id_alone)
{
	struct fake_exchange script = {
		.status = 200,
		.want = "GET " HEAD "&per_page=100&page=1&dp=4"
			"&dates_are_gmt=true"
			"&modified_after=2026-11-20T08%3A00%3A00",
		.body = "[ {\"id\":7,\"a\":\"]}\",\"a\":2} , {\"id\":8} ,\n"
			"{\"number\":\"9\"},[],{\"number\":9,\"number\":1} ]",
		.headers = JSON "x-wp-total: 5\nx-wp-totalpages: 1\n",
	};
	struct shop_sample s;
	struct fetch at = fetch_of(100);
	struct raw_page p;
	struct order o = {0};
	struct err e = {0};

	shop_sample_open(&s, &script, 1);
	if (!s.shop->fetch_page(s.shop, &at, &p, &e))
		fail_msg("%s", e.text);
	assert_int_equal(p.count, 2);
	assert_int_equal(p.nameless, 3);
	assert_string_equal(p.order[0].platform_id, "7");
	assert_string_equal(p.order[0].body, "{\"id\":7,\"a\":\"]}\",\"a\":2}");
	assert_null(p.order[0].json);
	assert_string_equal(p.order[1].platform_id, "8");
	assert_false(s.shop->read_order(s.shop, &p.order[0], &o, &e));
	assert_string_equal(e.text, "its data is no JSON: line 1, column 20: "
				    "duplicate object key");
	raw_page_end(&p);
	shop_sample_close(&s);
}

TEST(answers_that_are_no_page_fail_as_a_whole)
{
	static const struct {
		struct fake_exchange answer;
		enum err_class class;
		enum code code;
		const char *text;
	} cases[] = {
		{{.status = 200,
		  .body = "[" ORDER("1", "09:00:00") ", {\"id\""},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 NULL},
		{{.status = 200,
		  .body = "<br />\n<b>Warning</b>: x in y.php\n[]"},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 NULL},
		{{.status = 200, .body = "\xEF\xBB\xBF[]"},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 NULL},
		{{.status = 200, .body = ""},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 "orders of bgm: the shop's answer is not the JSON that it "
		 "promises: the body is empty"},
		{{.status = 200, .body = "{\"code\": \"x\"}"},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 "orders of bgm: the shop's answer: wanted a list of orders"},
		{{.status = 200,
		  .body = "<html>login</html>",
		  .headers = "content-type: text/html\n"},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 NULL},
		{{.status = 503, .body = "{\"code\": \"wp_die\"}"},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 NULL},
		{{.status = 429,
		  .body = "<html>slow down</html>",
		  .headers = "content-type: text/html\nretry-after: 7\n"},
		 ERR_TEMPORARY,
		 OB_RATE,
		 NULL},
		{{.status = 401,
		  .body = "{\"code\":\"woocommerce_rest_authentication_error\","
			  "\"message\":\"Consumer secret is invalid.\","
			  "\"data\":{\"status\":401}}"},
		 ERR_DENIED,
		 OB_AUTH_FAILED,
		 "orders of bgm: shop.test answered 401 (credentials refused): "
		 "Consumer secret is invalid."},
		{{.status = 401,
		  .body = "{\"code\":\"woocommerce_rest_authentication_error\","
			  "\"message\":\"Invalid nonce - nonce has already "
			  "been used.\"}"},
		 ERR_TEMPORARY,
		 OB_UPSTREAM,
		 NULL},
		{{.status = 403, .body = "{}"},
		 ERR_DENIED,
		 OB_AUTH_FAILED,
		 NULL},
		{{.status = 404,
		  .body = "{\"code\":\"rest_no_route\",\"message\":\"No route "
			  "was found matching the URL and request method.\"}"},
		 ERR_MISSING,
		 OB_WEBSHOP_NOT_FOUND,
		 "orders of bgm: shop.test answered 404 (not found): No route "
		 "was found matching the URL and request method."},
		{{.status = 410,
		  .body = "gone",
		  .headers = "content-type: text/html\n"},
		 ERR_MISSING,
		 OB_WEBSHOP_NOT_FOUND,
		 NULL},
		{{.curl_code = CURLE_COULDNT_RESOLVE_HOST,
		  .unsent = true,
		  .no_such_host = true},
		 ERR_MISSING,
		 OB_WEBSHOP_NOT_FOUND,
		 NULL},
		{{.curl_code = CURLE_COULDNT_RESOLVE_HOST, .unsent = true},
		 ERR_TEMPORARY,
		 OB_NETWORK,
		 "orders of bgm: the name shop.test could not be resolved"},
		{{.status = 400,
		  .body = "{\"code\":\"rest_invalid_param\",\"message\":"
			  "\"Invalid parameter(s): status\",\"data\":{\"params\""
			  ":{\"status\":\"no\"}}}"},
		 ERR_INPUT,
		 CODE_NONE,
		 "orders of bgm: shop.test answered 400 (request refused): "
		 "Invalid parameter(s): status"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct fake_exchange script = cases[i].answer;
		struct shop_sample s;
		struct fetch at = fetch_of(100);
		struct raw_page p;
		struct err e = {0};

		script.want = "GET " HEAD "&per_page=100&page=1&dp=4"
			      "&dates_are_gmt=true"
			      "&modified_after=2026-11-20T08%3A00%3A00";
		shop_sample_open(&s, &script, 1);
		assert_false(s.shop->fetch_page(s.shop, &at, &p, &e));
		if (e.class != cases[i].class || e.code != cases[i].code)
			fail_msg("case %zu: %s, %s: %s", i,
				 err_class_text(e.class), code_name(e.code),
				 e.text);
		if (cases[i].text != NULL)
			assert_string_equal(e.text, cases[i].text);
		assert_null(p.order);
		assert_false(at.done);
		shop_sample_close(&s);
	}
}

/* Of the second, at 09:00:01, no page that holds it can be read. */
#define GOOD(id) "[" ORDER(id, "09:00:0" id) "]"
#define BAD      "[{\"id\":2,\"note\":\""
#define PAGE(rows, number)                            \
	"GET " HEAD "&per_page=" rows "&page=" number \
	"&dp=4&dates_are_gmt=true"                    \
	"&modified_after=2026-11-20T08%3A00%3A00"
#define ANSWER(rows, number, text, total)                                  \
	{                                                                  \
		.want = PAGE(rows, number), .status = 200, .body = (text), \
		.headers = JSON "x-wp-total: " total "\n"                  \
	}

TEST(an_order_that_spoils_each_page_is_found_by_halves)
{
	static const struct fake_exchange script[] = {
		ANSWER("4", "1", BAD, "3"),
		ANSWER("4", "1", BAD, "3"),
		ANSWER("4", "1", BAD, "3"),
		ANSWER("1", "1", GOOD("1"), "3"),
		{.want = "GET " HEAD "&per_page=1&page=1&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T09%3A00%3A00",
		 .status = 200,
		 .body = BAD,
		 .headers = JSON "x-wp-total: 2\n"},
		{.want = "GET " HEAD "&per_page=1&page=2&dp=4"
			 "&dates_are_gmt=true"
			 "&modified_after=2026-11-20T09%3A00%3A00",
		 .status = 200,
		 .body = GOOD("3"),
		 .headers = JSON "x-wp-total: 2\nx-wp-totalpages: 2\n"},
	};
	struct shop_sample s;
	struct fetch at = fetch_of(4);
	char out[512];

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_string_equal(walk(&s, &at, out), "1 2 3");
	shop_sample_close(&s);
}

/* Cut off, not all that is promised, or with something behind it. */
TEST(no_order_is_blamed_where_none_can_be_read)
{
	static const char *const bodies[] = {
		"[{\"id\":1},{\"id\":2,\"a\":",
		"[{\"id\":1},{\"id\":2},{\"id\":3,\"a\":1,\"a\":2}]",
		"[{\"id\":1,\"a\":1,\"a\":2}]<br>",
	};

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		const struct fake_exchange script[] = {
			ANSWER("2", "1", bodies[i], "3"),
			ANSWER("2", "1", bodies[i], "3"),
			ANSWER("2", "1", bodies[i], "3"),
			ANSWER("1", "1", bodies[i], "3"),
			ANSWER("1", "2", bodies[i], "3"),
			ANSWER("1", "3", bodies[i], "3"),
		};
		struct shop_sample s;
		struct fetch at = fetch_of(2);
		struct raw_page p;
		struct err e = {0};

		shop_sample_open(&s, script, COUNT_OF(script));
		assert_false(s.shop->fetch_page(s.shop, &at, &p, &e));
		assert_int_equal(e.class, ERR_TEMPORARY);
		assert_int_equal(e.code, OB_UPSTREAM);
		assert_null(p.order);
		assert_false(at.done);
		shop_sample_close(&s);
	}
}

TEST(a_refused_key_is_told_with_what_to_do)
{
	static const struct {
		const char *body, *hint;
	} cases[] = {
		{"{\"code\":\"woocommerce_rest_cannot_view\",\"message\":"
		 "\"Sorry, you cannot list resources.\"}",
		 "the shop does not know the consumer key, or its web server "
		 "drops the Authorization header, or it is not called by "
		 "https"},
		{"{\"code\":\"woocommerce_rest_authentication_error\","
		 "\"message\":\"Consumer secret is invalid.\"}",
		 "store the consumer key and secret of this shop anew"},
		{"{\"code\":\"woocommerce_rest_authentication_error\","
		 "\"message\":\"Invalid timestamp.\"}",
		 "the clocks of both machines differ by more than 15 minutes: "
		 "set them by NTP"},
		{"{\"code\":\"woocommerce_rest_authentication_error\","
		 "\"message\":\"The API key provided does not have read "
		 "permissions.\"}",
		 "give the key the permission Read/Write in WooCommerce, "
		 "Settings, Advanced, REST API"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct fake_exchange script = {
			.want = "GET " HEAD "&per_page=100&page=1&dp=4"
				"&dates_are_gmt=true"
				"&modified_after=2026-11-20T08%3A00%3A00",
			.status = 401,
			.body = cases[i].body};
		struct shop_sample s;
		struct fetch at = fetch_of(100);
		struct raw_page p;
		struct err e = {0};

		shop_sample_open(&s, &script, 1);
		assert_false(s.shop->fetch_page(s.shop, &at, &p, &e));
		assert_string_equal(e.hint, cases[i].hint);
		shop_sample_close(&s);
	}
}

TEST(what_the_guard_refuses_is_told_as_it_is)
{
	struct err refusal = {.class = ERR_TEMPORARY,
			      .code = OB_WINDOW,
			      .text = "the maintenance window is open"};
	struct shop_sample s;
	struct fetch at = fetch_of(100);
	struct raw_page p;
	struct err e = {0};

	shop_sample_open(&s, NULL, 0);
	s.http.refuse = &refusal;
	assert_false(s.shop->fetch_page(s.shop, &at, &p, &e));
	assert_int_equal(e.code, OB_WINDOW);
	assert_string_equal(e.text,
			    "orders of bgm: the maintenance window is open");
	shop_sample_close(&s);
}

#define LIST ROOT "?status=any&per_page=100&dp=4&include="

TEST(orders_are_read_by_id_in_the_order_asked)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " LIST "9,7,8",
		 .status = 200,
		 .body = "[" ORDER("7", "09:00:00") "," ORDER(
			 "8", "09:00:00") "," ORDER("9", "09:00:00") "]"},
	};
	static const char *const ids[] = {"9", "7", "8"};
	struct shop_sample s;
	struct raw_page p;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(s.shop->fetch_ids(s.shop, ids, 3, &p, &e));
	assert_int_equal(p.count, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(p.order[i].platform_id, ids[i]);
		assert_non_null(p.order[i].body);
		assert_false(p.order[i].gone);
	}
	raw_page_end(&p);
	shop_sample_close(&s);
}

/* A list leaves out the trash, and cannot tell it from what is gone. */
TEST(orders_missing_from_the_list_are_gone_or_in_the_trash)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " LIST "5,276,999999",
		 .status = 200,
		 .body = "[" ORDER("5", "09:00:00") "]"},
		{.want = "GET " ROOT "/276?dp=4",
		 .status = 200,
		 .body = "@woocommerce/status-trash.json"},
		{.want = "GET " ROOT "/999999?dp=4",
		 .status = 404,
		 .body = "{\"code\":\"woocommerce_rest_shop_order_invalid_id\","
			 "\"message\":\"Invalid ID.\"}"},
	};
	static const char *const ids[] = {"5", "276", "x7", "999999"};
	struct shop_sample s;
	struct raw_page p;
	struct order o;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(s.shop->fetch_ids(s.shop, ids, 4, &p, &e));
	assert_false(p.order[0].gone);
	assert_true(s.shop->read_order(s.shop, &p.order[1], &o, &e));
	assert_true(o.cancelled);
	order_end(&o);
	assert_true(p.order[2].gone);
	assert_string_equal(p.order[2].platform_id, "x7");
	assert_true(p.order[3].gone);
	assert_string_equal(p.order[3].platform_id, "999999");
	assert_int_equal(s.http.sends, 2);
	raw_page_end(&p);
	shop_sample_close(&s);
}

TEST(a_shop_without_an_api_is_not_a_shop_without_these_orders)
{
	static const struct fake_exchange script[] = {
		{.want = "GET https://shop.test/wp-json/wc/v3/orders?status=any"
			 "&per_page=100&dp=4&include=5",
		 .status = 404,
		 .body = "{\"code\":\"rest_no_route\"}"},
	};
	const char *const ids[] = {"5"};
	struct shop_sample s;
	struct raw_page p;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_false(s.shop->fetch_ids(s.shop, ids, 1, &p, &e));
	assert_int_equal(e.class, ERR_MISSING);
	assert_int_equal(e.code, OB_WEBSHOP_NOT_FOUND);
	assert_string_equal(e.text, "orders of bgm by id: shop.test answered "
				    "404 (not found)");
	assert_string_equal(e.hint, "check the shop's address; WooCommerce "
				    "must be active and permalinks must not "
				    "be Plain");
	shop_sample_close(&s);
}

TEST(trouble_while_reading_by_id_fails_all_of_it)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " LIST "5,6", .status = 200, .body = "[]"},
		{.want = "GET " ROOT "/5?dp=4",
		 .status = 200,
		 .body = ORDER("5", "09:00:00")},
		{.want = "GET " ROOT "/6?dp=4", .status = 502, .body = "{}"},
	};
	static const char *const ids[] = {"5", "6"};
	struct shop_sample s;
	struct raw_page p;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_false(s.shop->fetch_ids(s.shop, ids, 2, &p, &e));
	assert_int_equal(e.class, ERR_TEMPORARY);
	assert_null(p.order);
	shop_sample_close(&s);
}

TEST(more_than_a_hundred_ids_are_asked_for_in_parts)
{
	struct strbuf want[2] = {STRBUF(4096), STRBUF(4096)};
	struct strbuf body[2] = {STRBUF(1 << 16), STRBUF(1 << 16)};
	struct fake_exchange script[2];
	const char *ids[150];
	char text[150][8];
	struct shop_sample s;
	struct raw_page p;
	struct err e = {0};

	for (size_t i = 0; i < 150; i++) {
		struct strbuf *w = &want[i / 100], *b = &body[i / 100];

		(void)snprintf(text[i], sizeof(text[i]), "%zu", i + 1);
		ids[i] = text[i];
		strbuf_addf(w, "%s%s", i % 100 ? "," : "GET " LIST, text[i]);
		strbuf_addf(b, "%s{\"id\": %s}", i % 100 ? "," : "[", text[i]);
	}
	for (size_t i = 0; i < 2; i++) {
		strbuf_add(&body[i], "]");
		script[i] = (struct fake_exchange){.want = want[i].text,
						   .status = 200,
						   .body = body[i].text};
	}
	shop_sample_open(&s, script, 2);
	assert_true(s.shop->fetch_ids(s.shop, ids, 150, &p, &e));
	assert_string_equal(p.order[149].body, "{\"id\": 150}");
	raw_page_end(&p);
	shop_sample_close(&s);
	for (size_t i = 0; i < 2; i++) {
		strbuf_end(&want[i]);
		strbuf_end(&body[i]);
	}
}

RUN_TESTS(
	cmocka_unit_test(one_page_that_is_not_full_ends_the_walk),
	cmocka_unit_test(an_order_keeps_its_text_as_it_was_sent),
	cmocka_unit_test(pages_begin_at_the_last_modification_that_was_read),
	cmocka_unit_test(how_many_orders_there_are_is_told_by_the_first_page),
	cmocka_unit_test(a_page_of_one_second_leads_to_the_next_page_number),
	cmocka_unit_test(a_short_page_is_not_the_last_where_the_shop_says_so),
	cmocka_unit_test(an_empty_page_ends_the_walk_whatever_its_headers_say),
	cmocka_unit_test(
		orders_changed_after_the_start_are_left_for_the_next_run),
	cmocka_unit_test(bounds_and_statuses_are_asked_for_and_looked_at),
	cmocka_unit_test(a_shop_that_ignores_dates_is_walked_by_id),
	cmocka_unit_test(
		a_shop_that_cannot_sort_by_modification_is_walked_by_id),
	cmocka_unit_test(the_same_page_again_is_a_loop),
	cmocka_unit_test(
		an_order_that_is_no_json_comes_with_its_text_and_its_id_alone),
	cmocka_unit_test(answers_that_are_no_page_fail_as_a_whole),
	cmocka_unit_test(an_order_that_spoils_each_page_is_found_by_halves),
	cmocka_unit_test(no_order_is_blamed_where_none_can_be_read),
	cmocka_unit_test(a_refused_key_is_told_with_what_to_do),
	cmocka_unit_test(what_the_guard_refuses_is_told_as_it_is),
	cmocka_unit_test(orders_are_read_by_id_in_the_order_asked),
	cmocka_unit_test(orders_missing_from_the_list_are_gone_or_in_the_trash),
	cmocka_unit_test(
		a_shop_without_an_api_is_not_a_shop_without_these_orders),
	cmocka_unit_test(trouble_while_reading_by_id_fails_all_of_it),
	cmocka_unit_test(more_than_a_hundred_ids_are_asked_for_in_parts))
