#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "tests/support/samples.h"
#include "tests/support/shop_sample.h"
#include "tests/support/unit.h"

#define ROOT    "GET https://shop.test/wp-json/"
#define API     "https://shop.test/wp-json/wc/v3"
#define READ    "GET " API "/orders?per_page=1&_fields=id"
#define WRITE   "POST " API "/orders/batch"
#define COUNT   READ "&status=processing"
#define VERSION "GET " API "/system_status?_fields=environment"
#define JSON    "content-type: application/json\n"
/* The shop's clock is 2026-11-20T21:26:40Z, as is ours. */
#define DATE "date: Fri, 20 Nov 2026 21:26:40 GMT\n"

static const struct fake_exchange good[] = {
	{.want = ROOT,
	 .status = 200,
	 .body = "{\"name\": \"Shop\", \"namespaces\": [\"wp/v2\", "
		 "\"wc/v3\"]}",
	 .headers = JSON DATE},
	{.want = READ, .status = 200, .body = "[{\"id\": 1}]"},
	{.want = WRITE,
	 .status = 200,
	 .body = "[]",
	 .want_body = "{\"update\":[]}"},
	{.want = COUNT,
	 .status = 200,
	 .body = "[{\"id\": 1}]",
	 .headers = JSON "x-wp-total: 58\nx-wp-totalpages: 58\n"},
	{.want = VERSION,
	 .status = 200,
	 .body = "{\"environment\": {\"version\": \"10.0.2\"}}"},
};

static const struct probe_step *
last_step(const struct probe *p)
{
	return &p->step[p->steps - 1];
}

TEST(a_good_shop_passes_every_step_without_a_change)
{
	static const char *const names[] = {
		"Name resolves, connection is secure",
		"API root answers",
		"Credentials may read orders",
		"Credentials may mark orders",
		"Orders that the next sync would fetch",
		"Version of WooCommerce",
		"Clocks agree"};
	struct shop_sample s;
	struct probe p;
	struct err e = {0};

	shop_sample_open(&s, good, COUNT_OF(good));
	assert_true(s.shop->probe(s.shop, &p, &e));
	assert_int_equal(p.steps, COUNT_OF(names));
	for (size_t i = 0; i < p.steps; i++) {
		assert_string_equal(p.step[i].name, names[i]);
		assert_int_equal(p.step[i].verdict, PROBE_PASS);
	}
	assert_int_equal(p.fetchable, 58);
	assert_string_equal(p.version, "10.0.2");
	assert_string_equal(p.step[4].why,
			    "58 orders with status processing since the "
			    "beginning would be fetched");
	shop_sample_close(&s);
}

/* One answer takes the place of a good one; what comes after is not asked. */
static void
fails_with(size_t at, struct fake_exchange answer, const char *why,
	   const char *fix)
{
	struct fake_exchange script[COUNT_OF(good)];
	struct shop_sample s;
	struct probe p;
	struct err e = {0};

	memcpy(script, good, sizeof(good));
	answer.want = good[at].want;
	script[at] = answer;
	shop_sample_open(&s, script, at + 1);
	assert_true(s.shop->probe(s.shop, &p, &e));
	assert_int_equal(last_step(&p)->verdict, PROBE_FAIL);
	assert_string_equal(last_step(&p)->why, why);
	assert_string_equal(last_step(&p)->fix, fix);
	shop_sample_close(&s);
}

TEST(a_shop_that_is_not_there_fails_at_the_first_step)
{
	fails_with(0, (struct fake_exchange){.curl_code = 6, .unsent = true},
		   "the name shop.test could not be resolved",
		   "check the address of the shop");
}

TEST(a_site_without_the_api_fails_at_the_root)
{
	static const char fix[] = "check the shop's address; WooCommerce must "
				  "be active and permalinks must not be Plain";

	fails_with(0, (struct fake_exchange){.status = 404, .body = "{}"},
		   "shop.test answered 404 (not found)", fix);
	fails_with(
		0,
		(struct fake_exchange){.status = 200,
				       .body = "{\"namespaces\": [\"wp/v2\"]}"},
		"the site answers, but without WooCommerce's wc/v3",
		"activate WooCommerce in the site's plugins");
	fails_with(0,
		   (struct fake_exchange){.status = 200,
					  .body = "<html>",
					  .headers = "content-type: "
						     "text/html\n"},
		   "shop.test answered 200 with text/html instead of "
		   "application/json",
		   "it may be a login, maintenance or firewall page: open it "
		   "in a browser");
}

#define NO_KEY                                        \
	"{\"code\":\"woocommerce_rest_cannot_view\"," \
	"\"message\":\"Sorry, you cannot list resources.\"}"

/* The shop sees the key only when it is shown in the last of these ways. */
static void
asks_in_ways(const char *url, const enum http_auth *way, size_t ways,
	     struct fake_exchange last, struct probe *out)
{
	struct fake_exchange script[8];
	struct shop_sample s;
	struct err e = {0};
	char want[5][128];
	size_t count = 0;

	for (size_t i = 0; i < COUNT_OF(good); i++)
		(void)snprintf(want[i], sizeof(want[i]), "%.*s%s%s",
			       (int)strcspn(good[i].want, " ") + 1,
			       good[i].want, url,
			       strstr(good[i].want, ".test") + 5);
	script[count] = good[0];
	script[count++].want = want[0];
	for (size_t i = 0; i + 1 < ways; i++)
		script[count++] = (struct fake_exchange){.want = want[1],
							 .want_auth = way[i],
							 .status = 401,
							 .body = NO_KEY};
	script[count] = last;
	script[count].want = want[1];
	script[count++].want_auth = way[ways - 1];
	for (size_t i = 2; last.status == 200 && i < COUNT_OF(good); i++) {
		script[count] = good[i];
		script[count].want = want[i];
		script[count++].want_auth = way[ways - 1];
	}
	shop_sample_open(&s, script, count);
	s.shop->close(s.shop);
	(void)text_copy(s.site.site_url, sizeof(s.site.site_url), url);
	s.shop = woocommerce_open(&s.settings, &e);
	assert_non_null(s.shop);
	assert_true(s.shop->probe(s.shop, out, &e));
	shop_sample_close(&s);
}

static const enum http_auth by_https[] = {HTTP_AUTH_BASIC, HTTP_AUTH_QUERY,
					  HTTP_AUTH_OAUTH1};
static const enum http_auth by_http[] = {HTTP_AUTH_BASIC, HTTP_AUTH_OAUTH1};

TEST(the_way_that_a_shop_sees_its_key_is_found)
{
	static const struct {
		const char *url;
		const enum http_auth *way;
		size_t ways;
		const char *mode, *why;
		int verdict;
	} cases[] = {
		{"https://shop.test", by_https, 1, "header", "", PROBE_PASS},
		{"https://shop.test", by_https, 2, "query",
		 "its web server drops the Authorization header, so key and "
		 "secret go in the address",
		 PROBE_WARN},
		{"https://shop.test", by_https, 3, "oauth",
		 "the shop takes itself for one without https, so each "
		 "request is signed (OAuth 1.0a)",
		 PROBE_PASS},
		{"http://shop.test", by_http, 1, "header", "", PROBE_PASS},
		{"http://shop.test", by_http, 2, "oauth",
		 "the shop takes itself for one without https, so each "
		 "request is signed (OAuth 1.0a)",
		 PROBE_PASS},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct probe p;

		asks_in_ways(cases[i].url, cases[i].way, cases[i].ways,
			     (struct fake_exchange){.status = 200,
						    .body = "[{\"id\": 1}]"},
			     &p);
		assert_string_equal(p.auth_mode, cases[i].mode);
		assert_string_equal(p.step[2].why, cases[i].why);
		assert_int_equal(p.step[2].verdict, cases[i].verdict);
	}
}

TEST(an_unknown_key_fails_where_orders_are_read)
{
	struct probe p;

	asks_in_ways("https://shop.test", by_https, 3,
		     (struct fake_exchange){.status = 401, .body = NO_KEY}, &p);
	assert_int_equal(last_step(&p)->verdict, PROBE_FAIL);
	assert_string_equal(last_step(&p)->why,
			    "shop.test answered 401 (credentials refused): "
			    "Sorry, you cannot list resources.");
	assert_string_equal(last_step(&p)->fix,
			    "the shop does not know the consumer key, or its "
			    "web server drops the Authorization header, or it "
			    "is not called by https");
	assert_string_equal(p.auth_mode, "");
}

TEST(a_key_that_is_seen_and_refused_is_not_shown_otherwise)
{
	struct probe p;

	asks_in_ways("https://shop.test", by_https, 2,
		     (struct fake_exchange){
			     .status = 401,
			     .body = "{\"code\":\"woocommerce_rest_"
				     "authentication_error\",\"message\":"
				     "\"Consumer secret is invalid.\"}"},
		     &p);
	assert_string_equal(last_step(&p)->why,
			    "shop.test answered 401 (credentials refused): "
			    "Consumer secret is invalid.");
	assert_string_equal(last_step(&p)->fix,
			    "store the consumer key and secret of this shop "
			    "anew");
}

TEST(a_read_only_key_is_found_without_changing_an_order)
{
	fails_with(
		2,
		(struct fake_exchange){
			.status = 401,
			.body = "{\"code\":"
				"\"woocommerce_rest_authentication_error\","
				"\"message\":\"The API key provided does not "
				"have write permissions.\"}"},
		"shop.test answered 401 (credentials refused): The API key "
		"provided does not have write permissions.",
		"give the key the permission Read/Write in WooCommerce, "
		"Settings, Advanced, REST API");
}

TEST(an_unknown_status_fails_where_orders_are_counted)
{
	fails_with(3,
		   (struct fake_exchange){
			   .status = 400,
			   .body = "{\"code\":\"rest_invalid_param\","
				   "\"message\":\"Invalid parameter(s): "
				   "status\"}"},
		   "shop.test answered 400 (request refused): Invalid "
		   "parameter(s): status",
		   "check the statuses to fetch");
}

TEST(a_version_that_may_not_be_read_is_no_failure)
{
	struct fake_exchange script[COUNT_OF(good)];
	struct shop_sample s;
	struct probe p;
	struct err e = {0};

	memcpy(script, good, sizeof(good));
	script[4].status = 403;
	script[4].body = "{}";
	shop_sample_open(&s, script, COUNT_OF(good));
	assert_true(s.shop->probe(s.shop, &p, &e));
	assert_int_equal(p.step[5].verdict, PROBE_SKIP);
	assert_string_equal(p.step[5].why,
			    "only an administrator's key may read it");
	assert_string_equal(p.version, "");
	assert_int_equal(p.step[6].verdict, PROBE_PASS);
	shop_sample_close(&s);
}

TEST(caches_missing_counts_and_clocks_are_warnings)
{
	struct fake_exchange script[COUNT_OF(good)];
	struct shop_sample s;
	struct probe p;
	struct err e = {0};

	memcpy(script, good, sizeof(good));
	script[0].headers = JSON "date: Fri, 20 Nov 2026 21:38:40 GMT\n";
	script[3].headers = JSON "x-wp-total: 3\nx-cache: HIT from proxy\n";
	shop_sample_open(&s, script, COUNT_OF(good));
	assert_true(time_parse("2026-11-01", &s.site.min_date_modified, &e));
	script[3].want = COUNT "&dates_are_gmt=true"
			       "&modified_after=2026-10-31T23%3A59%3A59";
	assert_true(s.shop->probe(s.shop, &p, &e));
	assert_int_equal(p.step[4].verdict, PROBE_WARN);
	assert_string_equal(p.step[4].why,
			    "3 orders with status processing since 2026-11-01 "
			    "00:00 UTC would be fetched");
	assert_string_equal(p.step[4].fix,
			    "a cache answers for the shop: exclude /wp-json/ "
			    "from it");
	assert_int_equal(p.step[6].verdict, PROBE_WARN);
	assert_string_equal(p.step[6].why, "the shop's clock is 12 min ahead");
	shop_sample_close(&s);
}

TEST(nothing_is_judged_where_nothing_could_be_tried)
{
	struct err refusal = {.class = ERR_TEMPORARY,
			      .code = OB_WINDOW,
			      .text = "the maintenance window is open"};
	struct shop_sample s;
	struct probe p;
	struct err e = {0};

	shop_sample_open(&s, NULL, 0);
	s.http.refuse = &refusal;
	assert_false(s.shop->probe(s.shop, &p, &e));
	assert_string_equal(e.text, "test bgm: the maintenance window is open");
	shop_sample_close(&s);
}

TEST(statuses_are_read_with_their_labels)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " API "/orders/statuses",
		 .status = 200,
		 .body = "[{\"slug\": \"processing\", \"name\": "
			 "\"Processing\"}, {\"slug\": \"lost\", \"name\": "
			 "\"Lost &amp; found\"}, {\"slug\": \"bare\"}, 7]"},
	};
	struct shop_sample s;
	struct status_list list;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(s.shop->statuses(s.shop, &list, &e));
	assert_int_equal(list.count, 3);
	assert_string_equal(list.status[0].id, "processing");
	assert_string_equal(list.status[1].label, "Lost & found");
	assert_string_equal(list.status[2].label, "bare");
	shop_sample_close(&s);
}

TEST(older_shops_tell_their_statuses_in_a_report)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " API "/orders/statuses",
		 .status = 404,
		 .body = "{\"code\":\"rest_no_route\"}"},
		{.want = "GET " API "/reports/orders/totals",
		 .status = 200,
		 .body = "[{\"slug\": \"pending\", \"name\": \"Pending "
			 "payment\", \"total\": 7}]"},
	};
	struct shop_sample s;
	struct status_list list;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(s.shop->statuses(s.shop, &list, &e));
	assert_string_equal(list.status[0].label, "Pending payment");
	shop_sample_close(&s);
}

TEST(statuses_that_cannot_be_read_say_why)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " API "/orders/statuses",
		 .status = 403,
		 .body = "{}"},
	};
	struct shop_sample s;
	struct status_list list;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_false(s.shop->statuses(s.shop, &list, &e));
	assert_string_equal(e.text, "statuses of bgm: shop.test answered 403 "
				    "(access refused)");
	shop_sample_close(&s);
}

TEST(orders_are_counted_by_what_is_asked_for)
{
	static const struct fake_exchange script[] = {
		{.want = READ "&status=pending,on-hold&dates_are_gmt=true"
			      "&modified_after=2026-10-31T23%3A59%3A59"
			      "&after=2026-10-01T03%3A59%3A59",
		 .status = 200,
		 .body = "[]",
		 .headers = JSON "x-wp-total: 12\n"},
		{.want = COUNT, .status = 200, .body = "[]", .headers = JSON},
		{.want = COUNT, .status = 403, .body = "{}"},
	};
	struct fetch of = {.statuses = "pending,on-hold"};
	const struct fetch plain = {.statuses = "processing"};
	struct shop_sample s;
	int64_t count;
	struct err e = {0};

	shop_sample_open(&s, script, COUNT_OF(script));
	assert_true(time_parse("2026-11-01", &of.modified_after, &e));
	assert_true(time_parse("2026-10-01T04:00:00Z", &of.created_from, &e));
	assert_true(s.shop->count(s.shop, &of, &count, &e));
	assert_int_equal(count, 12);
	assert_true(s.shop->count(s.shop, &plain, &count, &e));
	assert_int_equal(count, -1);
	assert_false(s.shop->count(s.shop, &plain, &count, &e));
	assert_int_equal(e.code, OB_AUTH_FAILED);
	shop_sample_close(&s);
}

RUN_TESTS(
	cmocka_unit_test(a_good_shop_passes_every_step_without_a_change),
	cmocka_unit_test(a_shop_that_is_not_there_fails_at_the_first_step),
	cmocka_unit_test(a_site_without_the_api_fails_at_the_root),
	cmocka_unit_test(the_way_that_a_shop_sees_its_key_is_found),
	cmocka_unit_test(an_unknown_key_fails_where_orders_are_read),
	cmocka_unit_test(a_key_that_is_seen_and_refused_is_not_shown_otherwise),
	cmocka_unit_test(a_read_only_key_is_found_without_changing_an_order),
	cmocka_unit_test(an_unknown_status_fails_where_orders_are_counted),
	cmocka_unit_test(a_version_that_may_not_be_read_is_no_failure),
	cmocka_unit_test(caches_missing_counts_and_clocks_are_warnings),
	cmocka_unit_test(nothing_is_judged_where_nothing_could_be_tried),
	cmocka_unit_test(statuses_are_read_with_their_labels),
	cmocka_unit_test(older_shops_tell_their_statuses_in_a_report),
	cmocka_unit_test(statuses_that_cannot_be_read_say_why),
	cmocka_unit_test(orders_are_counted_by_what_is_asked_for))
