#include "connector/businesscentral/bc.h"

#include <string.h>

#include "base/text.h"

#include "tests/support/fake_bc.h"
#include "tests/support/fake_http.h"
#include "tests/support/unit.h"

#define FIELDS                                                           \
	"$select=number,displayName,baseUnitOfMeasureCode,gtin,blocked," \
	"unitPrice,lastModifiedDateTime"
#define COMPANIES "GET " BC_API "companies?$select=id,name,displayName"
#define COMPANY   "GET " BC_COMPANY "?$select=id,name,systemVersion"
#define ONE_ITEM  "GET " BC_COMPANY "/items?$top=1&$select=id,number,blocked"
#define ONE_CARD                              \
	"GET " BC_SERVICE "Item_Card?$top=1&" \
	"$select=No,Blocked,Sales_Blocked"

struct scene {
	struct fake_http http;
	struct fake_token token;
	struct bc bc;
	struct err e;
};

static void
scene_open(struct scene *s, const struct fake_exchange *script, size_t count)
{
	*s = (struct scene){.http = fake_http(script, count)};
	s->bc = fake_bc(&s->http.client, &s->token);
}

/* Notes what it was handed. */
struct notes {
	struct bc_item item[8];
	size_t items, calls;
	bool refuse;
};

static bool
take(void *context, const struct bc_item *item, size_t count, struct err *e)
{
	struct notes *n = context;

	n->calls++;
	if (n->refuse)
		return err_set(e, ERR_TEMPORARY, "no room");
	for (size_t i = 0; i < count; i++)
		n->item[n->items++] = item[i];
	return true;
}

TEST(items_are_read_page_by_page_by_the_links_of_the_server)
{
	static const struct fake_exchange script[] = {
		{.want = "GET https://api.businesscentral.dynamics.com/v2.0/"
			 "sandbox/api/v2.0/companies(c0c0c0c0-0000-4000-8000-"
			 "000000000001)/items?" FIELDS,
		 .status = 200,
		 .body = "@businesscentral/items-page1.json"},
		{.want = "GET https://api.businesscentral.dynamics.com/v2.0/"
			 "sandbox/api/v2.0/companies(c0c0c0c0-0000-4000-8000-"
			 "000000000001)/items?aid=FIN&$skiptoken=3",
		 .status = 200,
		 .body = "@businesscentral/items-page2.json"}};
	struct notes n = {.items = 0};
	struct scene s;

	scene_open(&s, script, 2);
	(void)text_copy(
		s.bc.api_url, sizeof(s.bc.api_url),
		"https://api.businesscentral.dynamics.com/v2.0/sandbox");
	assert_true(bc_read_items(&s.bc, 0, take, &n, &s.e));
	fake_http_done(&s.http);
	assert_int_equal(n.calls, 2);
	assert_int_equal(n.items, 5);
	assert_string_equal(n.item[0].number, "COMP-A");
	assert_string_equal(n.item[0].description, "Component A");
	assert_string_equal(n.item[0].unit, "PCS");
	assert_string_equal(n.item[0].barcode, "");
	assert_int_equal(n.item[0].price.e4, 100000);
	assert_int_equal(n.item[0].modified, 1768032000123);
	assert_false(n.item[0].blocked);
	assert_true(n.item[3].blocked);
}

TEST(only_what_changed_is_asked_for_and_prices_come_as_text)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " BC_COMPANY "/items?$filter=lastModifiedDateTime"
			 "%20gt%202026-01-10T08:00:00.123Z&" FIELDS,
		 .status = 200,
		 .body = "{\"value\":[{\"number\":\"A\",\"blocked\":false,"
			 "\"unitPrice\":\"19.99\",\"gtin\":\"4006381333931\","
			 "\"lastModifiedDateTime\":\"0001-01-01T00:00:00Z\"}]}",
		 .want_text = "IEEE754Compatible=true"}};
	struct notes n = {.items = 0};
	struct scene s;

	scene_open(&s, script, 1);
	assert_true(bc_read_items(&s.bc, 1768032000123, take, &n, &s.e));
	fake_http_done(&s.http);
	assert_int_equal(n.item[0].price.e4, 199900);
	assert_string_equal(n.item[0].barcode, "4006381333931");
	assert_string_equal(n.item[0].description, "");
	assert_int_equal(n.item[0].modified, 0);
}

TEST(reading_is_gentle_and_in_one_language)
{
	static const char *const lines[] = {"Accept-Language: en-US",
					    "Data-Access-Intent: ReadOnly",
					    "Prefer: odata.maxpagesize=1000"};

	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		const struct fake_exchange x = {.want = "GET " BC_COMPANY
							"/items?" FIELDS,
						.status = 200,
						.body = "{\"value\":[]}",
						.want_text = lines[i]};
		struct notes n = {.items = 0};
		struct scene s;

		scene_open(&s, &x, 1);
		assert_true(bc_read_items(&s.bc, 0, take, &n, &s.e));
		fake_http_done(&s.http);
		assert_int_equal(n.calls, 0);
	}
}

TEST(a_page_is_taken_whole_or_not_at_all)
{
	static const struct {
		const char *rows, *text;
	} cases[] = {
		{"{\"number\":\"A\",\"blocked\":false},{\"blocked\":false}",
		 "read items: bc: answer.value[1].number: wanted text, found "
		 "nothing"},
		{"{\"number\":\"A\",\"blocked\":\"no\"}",
		 "read items: bc: answer.value[0].blocked: wanted true or "
		 "false, found text"},
		{"{\"number\":\"A\",\"blocked\":false,\"unitPrice\":\"x\"}",
		 NULL},
		{"{\"number\":\"A\",\"blocked\":false,"
		 "\"lastModifiedDateTime\":\"today\"}",
		 NULL},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		char body[400];
		const struct fake_exchange x = {.want = "GET " BC_COMPANY
							"/items?" FIELDS,
						.status = 200,
						.body = body};
		struct notes n = {.items = 0};
		struct scene s;

		(void)snprintf(body, sizeof(body), "{\"value\":[%s]}",
			       cases[i].rows);
		scene_open(&s, &x, 1);
		assert_false(bc_read_items(&s.bc, 0, take, &n, &s.e));
		if (cases[i].text)
			assert_string_equal(s.e.text, cases[i].text);
		assert_int_equal(s.e.class, ERR_TEMPORARY);
		assert_int_equal(s.e.code, OB_UPSTREAM);
		assert_int_equal(n.calls, 0);
	}
}

TEST(who_takes_the_items_may_end_it)
{
	static const struct fake_exchange script[] = {
		{.want = "GET " BC_COMPANY "/items?" FIELDS,
		 .status = 200,
		 .body = "{\"value\":[{\"number\":\"A\",\"blocked\":false}],"
			 "\"@odata.nextLink\":\"https://bc.test/2\"}"}};
	struct notes n = {.refuse = true};
	struct scene s;

	scene_open(&s, script, 1);
	assert_false(bc_read_items(&s.bc, 0, take, &n, &s.e));
	fake_http_done(&s.http);
	assert_string_equal(s.e.text, "read items: no room");
}

TEST(a_company_is_found_by_either_of_its_names)
{
	static const char *const names[] = {"SAMPLE CO", "sample co",
					    " Sample  Company"};

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const struct fake_exchange x = {
			.want = COMPANIES,
			.status = 200,
			.body = "@businesscentral/companies.json"};
		struct scene s;
		char id[40];

		scene_open(&s, &x, 1);
		assert_true(bc_find_company(&s.bc, names[i], id, &s.e));
		assert_string_equal(id, "c0c0c0c0-0000-4000-8000-000000000001");
	}
}

TEST(a_company_that_is_not_there_is_answered_with_those_that_are)
{
	static const struct fake_exchange script[] = {
		{.want = COMPANIES,
		 .status = 200,
		 .body = "{\"value\":[{\"id\":\"1\",\"name\":\"CRONUS\"}],"
			 "\"@odata.nextLink\":\"https://bc.test/2\"}"},
		{.want = "GET https://bc.test/2",
		 .status = 200,
		 .body = "@businesscentral/companies.json"}};
	struct scene s;
	char id[40];

	scene_open(&s, script, 2);
	assert_false(bc_find_company(&s.bc, "Sample", id, &s.e));
	fake_http_done(&s.http);
	assert_int_equal(s.e.class, ERR_MISSING);
	assert_string_equal(s.e.text, "bc: no company Sample");
	assert_string_equal(s.e.hint, "there are: CRONUS, SAMPLE CO");
}

TEST(no_company_at_all_is_a_matter_of_permissions)
{
	static const struct fake_exchange x = {
		.want = COMPANIES, .status = 200, .body = "{\"value\":[]}"};
	struct scene s;
	char id[40];

	scene_open(&s, &x, 1);
	assert_false(bc_find_company(&s.bc, "", id, &s.e));
	assert_string_equal(s.e.hint,
			    "the application sees no company: give it a "
			    "permission set in Business Central");
}

/* What a step must be: name, verdict and why. */
static void
assert_step(const struct probe *p, size_t i, const char *name, int verdict,
	    const char *why)
{
	assert_string_equal(p->step[i].name, name);
	assert_int_equal(p->step[i].verdict, verdict);
	assert_string_equal(p->step[i].why, why);
}

TEST(a_test_of_the_connection_walks_all_its_steps)
{
	static const struct fake_exchange script[] = {
		{.want = COMPANY,
		 .status = 200,
		 .body = "{\"id\":\"1\",\"systemVersion\":\"29.0.0.0\"}"},
		{.want = ONE_ITEM, .status = 200, .body = "{\"value\":[]}"},
		{.want = ONE_CARD, .status = 200, .body = "{\"value\":[]}"}};
	struct probe p;
	struct scene s;

	scene_open(&s, script, 3);
	(void)text_copy(s.bc.item_service, 101, "Item_Card");
	assert_true(bc_probe(&s.bc, &p, &s.e));
	fake_http_done(&s.http);
	assert_int_equal(p.steps, 4);
	assert_step(&p, 0, "Sign-in", PROBE_PASS, "");
	assert_step(&p, 1, "Company", PROBE_PASS, "");
	assert_step(&p, 2, "Items", PROBE_PASS, "");
	assert_step(&p, 3, "Item service", PROBE_PASS, "");
	assert_string_equal(p.version, "29.0.0.0");
	assert_int_equal(p.fetchable, -1);
}

TEST(a_test_says_which_step_failed_and_goes_on_where_it_can)
{
	static const struct fake_exchange script[] = {
		{.want = COMPANY, .status = 200, .body = "{}"},
		{.want = ONE_ITEM, .status = 503},
		{.want = ONE_CARD,
		 .status = 404,
		 .body = "@businesscentral/error-404-resource.json"}};
	struct probe p;
	struct scene s;

	scene_open(&s, script, 3);
	(void)text_copy(s.bc.item_service, 101, "Item_Card");
	assert_true(bc_probe(&s.bc, &p, &s.e));
	fake_http_done(&s.http);
	assert_step(&p, 2, "Items", PROBE_FAIL,
		    "bc: bc.test answered 503 (trouble on its side)");
	assert_step(&p, 3, "Item service", PROBE_FAIL,
		    "bc: bc.test answered 404 (not found): "
		    "BadRequest_ResourceNotFound: Resource not found for the "
		    "segment 'salesOrderArchives'");
	assert_string_equal(p.step[3].fix,
			    "publish page 30 as a web service under this name, "
			    "or leave the name empty");
}

TEST(a_test_without_item_service_warns)
{
	static const struct fake_exchange script[] = {
		{.want = COMPANY, .status = 200, .body = "{}"},
		{.want = ONE_ITEM, .status = 200, .body = "{\"value\":[]}"}};
	struct probe p;
	struct scene s;

	scene_open(&s, script, 2);
	assert_true(bc_probe(&s.bc, &p, &s.e));
	assert_step(&p, 3, "Item service", PROBE_WARN,
		    "items that are blocked for sales only are not noticed "
		    "before their orders are exported");
}

TEST(a_test_without_sign_in_or_company_skips_the_rest)
{
	struct probe p;
	struct scene s;

	scene_open(&s, NULL, 0);
	s.token.refused = true;
	assert_true(bc_probe(&s.bc, &p, &s.e));
	assert_step(&p, 0, "Sign-in", PROBE_FAIL, "token: login.test refused");
	assert_step(&p, 1, "Company", PROBE_SKIP, "");
	assert_step(&p, 2, "Items", PROBE_SKIP, "");
	assert_step(&p, 3, "Item service", PROBE_SKIP, "");
	scene_open(&s, NULL, 0);
	s.bc.company_id[0] = '\0';
	assert_true(bc_probe(&s.bc, &p, &s.e));
	assert_step(&p, 1, "Company", PROBE_FAIL, "no company is chosen");
	assert_step(&p, 2, "Items", PROBE_SKIP, "");
}

TEST(inside_the_window_a_test_fails_nothing)
{
	const struct err window = {
		.class = ERR_TEMPORARY, .code = OB_WINDOW, .text = "paused"};
	struct probe p;
	struct scene s;

	scene_open(&s, NULL, 0);
	s.http.refuse = &window;
	assert_true(bc_probe(&s.bc, &p, &s.e));
	assert_step(&p, 1, "Company", PROBE_SKIP, "bc: paused");
	assert_step(&p, 2, "Items", PROBE_SKIP, "");
}

RUN_TESTS(cmocka_unit_test(
		  items_are_read_page_by_page_by_the_links_of_the_server),
	  cmocka_unit_test(
		  only_what_changed_is_asked_for_and_prices_come_as_text),
	  cmocka_unit_test(reading_is_gentle_and_in_one_language),
	  cmocka_unit_test(a_page_is_taken_whole_or_not_at_all),
	  cmocka_unit_test(who_takes_the_items_may_end_it),
	  cmocka_unit_test(a_company_is_found_by_either_of_its_names),
	  cmocka_unit_test(
		  a_company_that_is_not_there_is_answered_with_those_that_are),
	  cmocka_unit_test(no_company_at_all_is_a_matter_of_permissions),
	  cmocka_unit_test(a_test_of_the_connection_walks_all_its_steps),
	  cmocka_unit_test(
		  a_test_says_which_step_failed_and_goes_on_where_it_can),
	  cmocka_unit_test(a_test_without_item_service_warns),
	  cmocka_unit_test(a_test_without_sign_in_or_company_skips_the_rest),
	  cmocka_unit_test(inside_the_window_a_test_fails_nothing))
