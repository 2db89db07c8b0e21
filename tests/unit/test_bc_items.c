#include "connector/businesscentral/bc.h"

#include <curl/curl.h>
#include <string.h>

#include "base/text.h"

#include "tests/support/fake_bc.h"
#include "tests/support/fake_http.h"
#include "tests/support/unit.h"

#define ITEMS  "GET " BC_COMPANY "/items?$filter="
#define SELECT "&$select=id,number,blocked"
#define EQ(n)  "number%20eq%20%27" n "%27"
#define NO(n)  "No%20eq%20%27" n "%27"
#define OR     "%20or%20"
#define CARDS  "GET " BC_SERVICE "Item_Card?$filter="

#define ROW(n, b) \
	"{\"id\":\"id-" n "\",\"number\":\"" n "\",\"blocked\":" b ",\"x\":1}"
#define PAGE(rows) "{\"value\":[" rows "]}"

/* A scripted connection and the SKUs that are asked for. */
struct scene {
	struct fake_http http;
	struct fake_token token;
	struct bc bc;
	struct sku_check sku[45];
	struct sku_set set;
	struct err down, e;
};

static void
scene_open(struct scene *s, const struct fake_exchange *script, size_t count)
{
	*s = (struct scene){.http = fake_http(script, count)};
	s->bc = fake_bc(&s->http.client, &s->token);
	s->set.sku = s->sku;
}

static struct sku_check *
want(struct scene *s, const char *key)
{
	struct sku_check *sku = &s->sku[s->set.count++];

	(void)text_copy(sku->key, sizeof(sku->key), key);
	return sku;
}

static bool
check(struct scene *s)
{
	return bc_check_items(&s->bc, &s->set, &s->down, &s->e);
}

TEST(skus_are_sold_blocked_or_missing)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("MUG-BLU") OR EQ("OLD-1") OR EQ("GONE")
			 SELECT,
		 .status = 200,
		 .body = PAGE(ROW("MUG-BLU", "false") "," ROW("OLD-1", "true")),
		 .want_text = "token-1"}};
	struct scene s;

	scene_open(&s, script, 1);
	want(&s, "MUG-BLU");
	want(&s, "OLD-1");
	want(&s, "GONE");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_string_equal(s.sku[0].item_id, "id-MUG-BLU");
	assert_string_equal(s.sku[0].detail, "");
	assert_int_equal(s.sku[1].there, BC_BLOCKED);
	assert_string_equal(s.sku[1].detail, "the item is blocked");
	assert_int_equal(s.sku[2].there, BC_MISSING);
	assert_int_equal(s.down.class, ERR_NONE);
}

TEST(only_skus_that_need_an_answer_are_asked_for)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("ITEM-9") SELECT,
		 .status = 200,
		 .body = PAGE(ROW("ITEM-9", "false"))}};
	struct scene s;

	scene_open(&s, script, 1);
	want(&s, "KNOWN")->there = BC_OK;
	(void)text_copy(want(&s, "FREIGHT")->gl_account, 81, "8400");
	want(&s, "A-SKU-OF-21-CHARACTER");
	(void)text_copy(want(&s, "OURS")->bc_number, 81, "item-9");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_int_equal(s.sku[1].there, BC_UNKNOWN);
	assert_int_equal(s.sku[2].there, BC_MISSING);
	assert_string_equal(s.sku[2].detail,
			    "no item number is longer than 20 characters");
	assert_int_equal(s.sku[3].there, BC_OK);
}

TEST(nothing_to_ask_is_no_request)
{
	struct scene s;

	scene_open(&s, NULL, 0);
	want(&s, "KNOWN")->there = BC_MISSING;
	assert_true(check(&s));
	assert_int_equal(s.http.sends, 0);
	assert_int_equal(s.token.asked, 0);
}

TEST(quotes_and_other_letters_are_written_as_odata_wants_them)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("A%27%27B%2FC") OR EQ("%C3%84-1%20%26")
			 SELECT,
		 .status = 200,
		 .body = PAGE(ROW("A'B/C", "false") "," ROW("\xc3\xa4-1 &",
							    "false"))}};
	struct scene s;

	scene_open(&s, script, 1);
	want(&s, "A'B/C");
	want(&s, "\xc3\x84-1 &");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_int_equal(s.sku[1].there, BC_OK);
}

TEST(two_skus_may_stand_for_one_item)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("X") OR EQ("X") SELECT,
		 .status = 200,
		 .body = PAGE(ROW("X", "false"))}};
	struct scene s;

	scene_open(&s, script, 1);
	want(&s, "X");
	(void)text_copy(want(&s, "Y")->bc_number, 81, "X");
	assert_true(check(&s));
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_int_equal(s.sku[1].there, BC_OK);
}

/* "SKU-00" and so on, count of them, with the filter that asks for them. */
static void
want_many(struct scene *s, size_t first, size_t count, char *url, size_t room)
{
	size_t used = (size_t)snprintf(url, room, "%s", ITEMS);

	for (size_t i = first; i < first + count; i++) {
		char key[16];

		(void)snprintf(key, sizeof(key), "SKU-%02u", (unsigned)i);
		want(s, key);
		used += (size_t)snprintf(url + used, room - used,
					 "%snumber%%20eq%%20%%27%s%%27",
					 i > first ? OR : "", key);
	}
	(void)snprintf(url + used, room - used, SELECT);
}

TEST(twenty_skus_a_request_and_all_requests_at_once)
{
	static char url[3][2000];
	const struct fake_exchange script[] = {
		{.want = url[0], .status = 200, .body = PAGE("")},
		{.want = url[1],
		 .status = 200,
		 .body = PAGE(ROW("SKU-39", "false"))},
		{.want = url[2], .status = 200, .body = PAGE("")}};
	struct scene s;

	scene_open(&s, script, 3);
	want_many(&s, 0, 20, url[0], sizeof(url[0]));
	want_many(&s, 20, 20, url[1], sizeof(url[1]));
	want_many(&s, 40, 1, url[2], sizeof(url[2]));
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.http.sends, 1);
	assert_int_equal(s.sku[39].there, BC_OK);
	assert_int_equal(s.sku[38].there, BC_MISSING);
	assert_int_equal(s.sku[40].there, BC_MISSING);
}

TEST(the_next_page_is_read_before_a_sku_is_missing)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("A") OR EQ("B") OR EQ("C") SELECT,
		 .status = 200,
		 .body = "{\"value\":[" ROW(
			 "A",
			 "false") "],\"@odata.nextLink\":"
				  "\"https://bc.test/any?$skiptoken=%27A%27&aid=FIN\"}"},
		{.want = "GET https://bc.test/any?$skiptoken=%27A%27&aid=FIN",
		 .status = 200,
		 .body = PAGE(ROW("B", "true"))}};
	struct scene s;

	scene_open(&s, script, 2);
	want(&s, "A");
	want(&s, "B");
	want(&s, "C");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_int_equal(s.sku[1].there, BC_BLOCKED);
	assert_int_equal(s.sku[2].there, BC_MISSING);
}

/* What makes an answer incomplete, and how it is told. */
static const struct broken {
	struct fake_exchange x;
	const char *text;
	enum code code;
} broken[] = {
	{{.status = 503},
	 "bc: bc.test answered 503 (trouble on its side)",
	 OB_UPSTREAM},
	{{.status = 429, .body = "@businesscentral/error-429.json"},
	 "bc: bc.test answered 429 (too many requests): "
	 "Application_TooManyRequests: Sample: too many requests. The code of "
	 "this body is not verified; decide on the status 429",
	 OB_RATE},
	{{.curl_code = CURLE_OPERATION_TIMEDOUT},
	 "bc: bc.test did not answer in time",
	 OB_TIMEOUT},
	{{.status = 200,
	  .body = "<html>",
	  .headers = "content-type: "
		     "text/html\n"},
	 "bc: bc.test answered 200 with text/html instead of application/json",
	 OB_UPSTREAM},
	{{.status = 200, .body = "{\"value\":[" ROW("X", "false")},
	 NULL,
	 OB_UPSTREAM},
	{{.status = 200, .body = "{\"values\":[]}"},
	 "bc: answer.value: wanted an array, found nothing",
	 OB_UPSTREAM},
	{{.status = 200, .body = ""}, NULL, OB_UPSTREAM},
	{{.status = 200, .body = PAGE("{\"id\":\"1\",\"number\":\"X\"}")},
	 "bc: answer.value[0].blocked: wanted true or false, found nothing",
	 OB_UPSTREAM},
	{{.status = 200,
	  .body = "{\"value\":[],\"@odata.nextLink\":"
		  "\"https://evil.test/v2.0/?next=1\"}"},
	 "bc: the next page would be at another server: evil.test",
	 OB_UPSTREAM},
	{{.status = 200,
	  .body = "{\"value\":[],\"@odata.nextLink\":\"http://bc.test/x\"}"},
	 "bc: the next page would be at another server: bc.test",
	 OB_UPSTREAM},
	{{.status = 200,
	  .body = "{\"value\":[],\"@odata.nextLink\":\"/relative\"}"},
	 "bc: the next page would be at another server: no address at all",
	 OB_UPSTREAM},
	{{.status = 200, .body = "{\"value\":[],\"@odata.nextLink\":7}"},
	 "bc: answer.@odata.nextLink: wanted an address, found a whole number",
	 OB_UPSTREAM},
	{{.status = 404, .body = "@businesscentral/error-404-resource.json"},
	 "bc: bc.test answered 404 (not found): BadRequest_ResourceNotFound: "
	 "Resource not found for the segment 'salesOrderArchives'",
	 CODE_NONE},
	{{.status = 500, .body = "@businesscentral/error-500-system-id.json"},
	 "bc: bc.test answered 500 (trouble on its side): "
	 "Internal_ServerError: You cannot change the value of the SystemId "
	 "field.    Table: Sales Line",
	 OB_UPSTREAM},
};

TEST(an_incomplete_answer_proves_nothing)
{
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		struct fake_exchange x = broken[i].x;
		struct scene s;

		x.want = ITEMS EQ("X") SELECT;
		scene_open(&s, &x, 1);
		want(&s, "X");
		assert_true(check(&s));
		fake_http_done(&s.http);
		assert_int_equal(s.sku[0].there, BC_UNREACHABLE);
		if (broken[i].text)
			assert_string_equal(s.down.text, broken[i].text);
		assert_int_equal(s.down.code, broken[i].code);
	}
}

TEST(an_outage_of_one_request_leaves_the_others_their_answers)
{
	static char url[2][2000];
	const struct fake_exchange script[] = {
		{.want = url[0], .status = 200, .body = PAGE("")},
		{.want = url[1], .status = 503}};
	struct scene s;

	scene_open(&s, script, 2);
	want_many(&s, 0, 20, url[0], sizeof(url[0]));
	want_many(&s, 20, 2, url[1], sizeof(url[1]));
	assert_true(check(&s));
	assert_int_equal(s.sku[19].there, BC_MISSING);
	assert_int_equal(s.sku[20].there, BC_UNREACHABLE);
	assert_int_equal(s.sku[21].there, BC_UNREACHABLE);
	assert_string_equal(s.down.text,
			    "bc: bc.test answered 503 (trouble on its side)");
}

TEST(a_broken_second_page_keeps_what_the_first_one_told)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("A") OR EQ("B") SELECT,
		 .status = 200,
		 .body = "{\"value\":[" ROW("A",
					    "false") "],\"@odata.nextLink\":"
						     "\"https://bc.test/2\"}"},
		{.want = "GET https://bc.test/2", .status = 500}};
	struct scene s;

	scene_open(&s, script, 2);
	want(&s, "A");
	want(&s, "B");
	assert_true(check(&s));
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_int_equal(s.sku[1].there, BC_UNREACHABLE);
}

TEST(pages_that_lead_to_themselves_end)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("A") SELECT,
		 .status = 200,
		 .body = "{\"value\":[],\"@odata.nextLink\":\"https://bc.test/2\"}"},
		{.want = "GET https://bc.test/2",
		 .status = 200,
		 .body = "{\"value\":[],\"@odata.nextLink\":\"https://bc.test/2\"}"}};
	struct scene s;

	scene_open(&s, script, 2);
	want(&s, "A");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.sku[0].there, BC_UNREACHABLE);
	assert_int_equal(s.down.code, OB_PAGING_LOOP);
	assert_string_equal(s.down.text,
			    "bc: the next page is the one just read");
}

TEST(pages_in_a_wider_circle_end_too)
{
	static struct fake_exchange script[20];
	struct scene s;

	for (size_t i = 0; i < COUNT_OF(script); i++)
		script[i] = (struct fake_exchange){
			.want = i == 0  ? ITEMS EQ("A") SELECT
				: i % 2 ? "GET https://bc.test/1"
					: "GET https://bc.test/2",
			.status = 200,
			.body = i % 2 ? "{\"value\":[],\"@odata.nextLink\":"
					"\"https://bc.test/2\"}"
				      : "{\"value\":[],\"@odata.nextLink\":"
					"\"https://bc.test/1\"}"};
	scene_open(&s, script, COUNT_OF(script));
	want(&s, "A");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.down.code, OB_PAGING_LOOP);
	assert_string_equal(s.down.text, "bc: pages without an end");
}

TEST(one_number_that_no_filter_takes_does_not_cost_the_others_theirs)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("A") OR EQ("BAD") OR EQ("C") SELECT,
		 .status = 400,
		 .body = "@businesscentral/error-400-filter-too-long.json"},
		{.want = ITEMS EQ("A") SELECT,
		 .status = 200,
		 .body = PAGE(ROW("A", "false"))},
		{.want = ITEMS EQ("BAD") OR EQ("C") SELECT,
		 .status = 400,
		 .body = "@businesscentral/error-400-filter-too-long.json"},
		{.want = ITEMS EQ("BAD") SELECT,
		 .status = 400,
		 .body = "@businesscentral/error-400-filter-too-long.json"},
		{.want = ITEMS EQ("C") SELECT,
		 .status = 200,
		 .body = PAGE(ROW("C", "false"))}};
	struct scene s;

	scene_open(&s, script, COUNT_OF(script));
	want(&s, "A");
	want(&s, "BAD");
	want(&s, "C");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_int_equal(s.sku[1].there, BC_MISSING);
	assert_int_equal(s.sku[2].there, BC_OK);
	assert_int_equal(s.down.class, ERR_NONE);
}

TEST(the_item_card_tells_what_is_blocked_for_sales)
{
	static const struct fake_exchange script[] = {
		{.want = CARDS NO("MUG-BLU") OR NO("OLD-1") OR NO("NOSALE-1")
			 OR NO("GONE") "&$select=No,Blocked,Sales_Blocked",
		 .status = 200,
		 .body = "@businesscentral/odata-item-card.json"}};
	struct scene s;

	scene_open(&s, script, 1);
	(void)text_copy(s.bc.item_service, 101, "Item_Card");
	want(&s, "MUG-BLU");
	want(&s, "OLD-1");
	want(&s, "NOSALE-1");
	want(&s, "GONE");
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.sku[0].there, BC_OK);
	assert_int_equal(s.sku[1].there, BC_BLOCKED);
	assert_int_equal(s.sku[2].there, BC_BLOCKED);
	assert_string_equal(s.sku[2].detail, "the item is blocked for sales");
	assert_int_equal(s.sku[3].there, BC_MISSING);
}

TEST(a_stale_token_is_renewed_once_and_only_its_requests_are_repeated)
{
	static char url[2][2000];
	const struct fake_exchange script[] = {
		{.want = url[0],
		 .status = 200,
		 .body = PAGE(""),
		 .want_text = "token-1"},
		{.want = url[1],
		 .status = 401,
		 .body = "@businesscentral/error-401.json",
		 .want_text = "token-1"},
		{.want = url[1],
		 .status = 200,
		 .body = PAGE(ROW("SKU-20", "false")),
		 .want_text = "token-2"}};
	struct scene s;

	scene_open(&s, script, 3);
	want_many(&s, 0, 20, url[0], sizeof(url[0]));
	want_many(&s, 20, 1, url[1], sizeof(url[1]));
	assert_true(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.token.renewed, 1);
	assert_int_equal(s.sku[0].there, BC_MISSING);
	assert_int_equal(s.sku[20].there, BC_OK);
}

TEST(a_new_token_that_is_refused_too_ends_it)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("A") SELECT,
		 .status = 401,
		 .body = "@businesscentral/error-401.json"},
		{.want = ITEMS EQ("A") SELECT,
		 .status = 401,
		 .body = "@businesscentral/error-401.json"}};
	struct scene s;

	scene_open(&s, script, 2);
	want(&s, "A");
	assert_false(check(&s));
	fake_http_done(&s.http);
	assert_int_equal(s.e.class, ERR_DENIED);
	assert_int_equal(s.e.code, OB_AUTH_FAILED);
	assert_string_equal(
		s.e.text,
		"check items: bc: bc.test answered 401 (credentials refused): "
		"Authentication_InvalidCredentials: The server has rejected "
		"the client credentials");
	assert_string_equal(s.e.hint,
			    "Business Central must know the application: page "
			    "Microsoft Entra Applications, state Enabled");
	assert_int_equal(s.sku[0].there, BC_UNKNOWN);
}

TEST(a_missing_permission_is_no_reason_for_another_token)
{
	static const struct fake_exchange script[] = {
		{.want = ITEMS EQ("A") SELECT, .status = 403}};
	struct scene s;

	scene_open(&s, script, 1);
	want(&s, "A");
	assert_false(check(&s));
	assert_int_equal(s.token.renewed, 0);
	assert_int_equal(s.e.class, ERR_DENIED);
	assert_string_equal(s.e.text, "check items: bc: bc.test answered 403 "
				      "(access refused)");
	assert_string_equal(s.e.hint,
			    "give the application a permission set: page "
			    "Microsoft Entra Applications in Business Central");
}

TEST(without_a_token_nothing_is_asked)
{
	struct scene s;

	scene_open(&s, NULL, 0);
	s.token.refused = true;
	want(&s, "A");
	assert_false(check(&s));
	assert_int_equal(s.http.sends, 0);
	assert_string_equal(s.e.text,
			    "check items: bc: token: login.test refused");
	assert_int_equal(s.e.class, ERR_DENIED);
}

TEST(a_closed_door_is_told_and_nothing_is_decided)
{
	const struct err window = {
		.class = ERR_TEMPORARY, .code = OB_WINDOW, .text = "paused"};
	struct scene s;

	scene_open(&s, NULL, 0);
	s.http.refuse = &window;
	want(&s, "A");
	assert_false(check(&s));
	assert_string_equal(s.e.text, "check items: bc: paused");
	assert_int_equal(s.e.code, OB_WINDOW);
	assert_int_equal(s.sku[0].there, BC_UNKNOWN);
}

RUN_TESTS(
	cmocka_unit_test(skus_are_sold_blocked_or_missing),
	cmocka_unit_test(only_skus_that_need_an_answer_are_asked_for),
	cmocka_unit_test(nothing_to_ask_is_no_request),
	cmocka_unit_test(
		quotes_and_other_letters_are_written_as_odata_wants_them),
	cmocka_unit_test(two_skus_may_stand_for_one_item),
	cmocka_unit_test(twenty_skus_a_request_and_all_requests_at_once),
	cmocka_unit_test(the_next_page_is_read_before_a_sku_is_missing),
	cmocka_unit_test(an_incomplete_answer_proves_nothing),
	cmocka_unit_test(
		an_outage_of_one_request_leaves_the_others_their_answers),
	cmocka_unit_test(a_broken_second_page_keeps_what_the_first_one_told),
	cmocka_unit_test(pages_that_lead_to_themselves_end),
	cmocka_unit_test(pages_in_a_wider_circle_end_too),
	cmocka_unit_test(
		one_number_that_no_filter_takes_does_not_cost_the_others_theirs),
	cmocka_unit_test(the_item_card_tells_what_is_blocked_for_sales),
	cmocka_unit_test(
		a_stale_token_is_renewed_once_and_only_its_requests_are_repeated),
	cmocka_unit_test(a_new_token_that_is_refused_too_ends_it),
	cmocka_unit_test(a_missing_permission_is_no_reason_for_another_token),
	cmocka_unit_test(without_a_token_nothing_is_asked),
	cmocka_unit_test(a_closed_door_is_told_and_nothing_is_decided))
