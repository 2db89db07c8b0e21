#include "net/oauth.h"

#include <curl/curl.h>
#include <string.h>

#include "tests/support/fake_http.h"
#include "tests/support/unit.h"

#define URL "POST https://login.test/contoso.example/oauth2/v2.0/token"
#define BODY                                                          \
	"grant_type=client_credentials&client_id=app-1"               \
	"&client_secret=s%26cret%2B~1%3D&scope=https%3A%2F%2Fbc.test" \
	"%2F.default"
#define SECRET "s&cret+~1="

static const struct oauth_ask ask = {
	.authority = "https://login.test",
	.tenant = "contoso.example",
	.client_id = "app-1",
	.client_secret = SECRET,
	.scope = "https://bc.test/.default",
};

/* Asks once against one exchange. */
static bool
fetch(const struct fake_exchange *x, struct oauth_token *out, struct err *e)
{
	struct fake_http http = fake_http(x, 1);
	bool ok = oauth_fetch(&http.client, &ask, out, e);

	fake_http_done(&http);
	assert_null(strstr(e->text, "s&cret"));
	assert_null(strstr(e->text, "s%26cret"));
	return ok;
}

TEST(a_token_comes_with_its_life)
{
	const struct fake_exchange x = {.want = URL,
					.status = 200,
					.body = "@entra/token.json",
					.want_body = BODY};
	AUTO(oauth_token) token = {.token = STRBUF(1)};
	struct err e = {0};

	assert_true(fetch(&x, &token, &e));
	assert_string_equal(token.token.text, "sample.opaque.token");
	assert_int_equal(token.expires_in_s, 3599);
}

TEST(seconds_may_be_text)
{
	const struct fake_exchange x = {
		.want = URL,
		.status = 200,
		.body = "{\"token_type\":\"bearer\",\"expires_in\":\"86399\","
			"\"access_token\":\"t\"}"};
	AUTO(oauth_token) token = {.token = STRBUF(1)};
	struct err e = {0};

	assert_true(fetch(&x, &token, &e));
	assert_int_equal(token.expires_in_s, 86399);
}

TEST(a_refusal_names_number_trace_and_remedy)
{
	static const struct {
		long status;
		const char *body, *text, *hint;
	} cases[] = {
		{401, "@entra/error-wrong-secret.json",
		 "token: login.test refused the credentials: invalid_client "
		 "(AADSTS7000215, trace 11111111-2222-4333-8444-555555550000)",
		 "the secret is wrong: store the secret's value, not its id"},
		{400, "@entra/error-expired-secret.json",
		 "token: login.test refused the credentials: invalid_client "
		 "(AADSTS7000222, trace 11111111-2222-4333-8444-555555550000)",
		 "the secret has expired: make a new one for the application "
		 "in Entra and store it here"},
		{400, "@entra/error-unknown-app.json",
		 "token: login.test refused the credentials: "
		 "unauthorized_client (AADSTS700016, trace "
		 "11111111-2222-4333-8444-555555550000)",
		 "the application is not known in this tenant: check the "
		 "client id and the tenant"},
		{400, "@entra/error-unknown-scope.json",
		 "token: login.test refused the credentials: invalid_resource "
		 "(AADSTS500011, trace 11111111-2222-4333-8444-555555550000)",
		 "the service is not known in this tenant: check that the "
		 "tenant has it and that consent was given"},
		{400,
		 "{\"error\":\"invalid_grant\",\"error_codes\":[1],"
		 "\"trace_id\":\"a b\"}",
		 "token: login.test refused the credentials: invalid_grant "
		 "(AADSTS1, trace a)",
		 "check tenant, client id and client secret"},
		/* no number, and text that could be anything */
		{401, "{\"error\":\"invalid\\u001b[31m" SECRET "\"}",
		 "token: login.test refused the credentials: invalid "
		 "(AADSTS0, trace )",
		 "check tenant, client id and client secret"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct fake_exchange x = {.want = URL,
						.status = cases[i].status,
						.body = cases[i].body};
		struct oauth_token token;
		struct err e = {0};

		assert_false(fetch(&x, &token, &e));
		assert_string_equal(e.text, cases[i].text);
		assert_string_equal(e.hint, cases[i].hint);
		assert_int_equal(e.class, ERR_DENIED);
		assert_int_equal(e.code, OB_AUTH_FAILED);
		assert_null(token.token.text);
	}
}

TEST(a_service_that_is_away_is_asked_again_later)
{
	static const struct {
		struct fake_exchange x;
		enum code code;
		const char *text;
	} cases[] = {
		{{.want = URL, .status = 503, .headers = "retry-after: 9\n"},
		 OB_UPSTREAM,
		 "token: login.test answered 503 (trouble on its side)"},
		{{.want = URL, .status = 429},
		 OB_RATE,
		 "token: login.test answered 429 (too many requests)"},
		{{.want = URL, .curl_code = CURLE_OPERATION_TIMEDOUT},
		 OB_TIMEOUT,
		 "token: login.test did not answer in time"},
		{{.want = URL,
		  .status = 200,
		  .body = "<html>",
		  .headers = "content-type: text/html\n"},
		 OB_UPSTREAM,
		 "token: login.test answered 200 with text/html instead of "
		 "application/json"},
		{{.want = URL,
		  .status = 400,
		  .body = "{\"error\":\"temporarily_unavailable\"}"},
		 OB_UPSTREAM,
		 "token: login.test gives no token now: "
		 "temporarily_unavailable"},
		{{.want = URL, .status = 200, .body = "{\"token_type\":"},
		 OB_UPSTREAM,
		 NULL},
		{{.want = URL, .status = 200, .body = "{}"},
		 OB_UPSTREAM,
		 "token: answer of login.test: token answer.token_type: wanted "
		 "text, found nothing"},
		{{.want = URL,
		  .status = 200,
		  .body = "{\"token_type\":\"Bearer\",\"access_token\":\"a "
			  "b\",\"expires_in\":3599}"},
		 OB_UPSTREAM,
		 "token: answer of login.test: token that is not plain text"},
		{{.want = URL,
		  .status = 200,
		  .body = "{\"token_type\":\"Bearer\",\"access_token\":\"\","
			  "\"expires_in\":3599}"},
		 OB_UPSTREAM,
		 "token: answer of login.test: empty token"},
		{{.want = URL,
		  .status = 200,
		  .body = "{\"token_type\":\"MAC\",\"access_token\":\"a\","
			  "\"expires_in\":3599}"},
		 OB_UPSTREAM,
		 "token: answer of login.test: token of another type than "
		 "Bearer"},
		{{.want = URL,
		  .status = 200,
		  .body = "{\"token_type\":\"Bearer\",\"access_token\":\"a\","
			  "\"expires_in\":\"soon\"}"},
		 OB_UPSTREAM,
		 "token: answer of login.test: token answer.expires_in: wanted "
		 "seconds, found text"},
		{{.want = URL,
		  .status = 200,
		  .body = "{\"token_type\":\"Bearer\",\"access_token\":\"a\","
			  "\"expires_in\":0}"},
		 OB_UPSTREAM,
		 "token: answer of login.test: token answer.expires_in: wanted "
		 "seconds above 0, found a whole number"},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct oauth_token token;
		struct err e = {0};

		assert_false(fetch(&cases[i].x, &token, &e));
		assert_int_equal(e.class, ERR_TEMPORARY);
		assert_int_equal(e.code, cases[i].code);
		if (cases[i].text)
			assert_string_equal(e.text, cases[i].text);
	}
}

TEST(a_refusal_without_a_reason_is_looked_at_by_a_person)
{
	static const char *const bodies[] = {"", "<html>", "{}", "[]",
					     "{\"error\":7}"};

	for (size_t i = 0; i < COUNT_OF(bodies); i++) {
		const struct fake_exchange x = {
			.want = URL, .status = 400, .body = bodies[i]};
		struct oauth_token token;
		struct err e = {0};

		assert_false(fetch(&x, &token, &e));
		assert_int_equal(e.class, ERR_PERMANENT);
		assert_string_equal(e.text,
				    "token: login.test refused the request "
				    "without a reason (400)");
	}
}

TEST(what_stops_every_request_stops_this_one)
{
	const struct err window = {
		.class = ERR_TEMPORARY, .code = OB_WINDOW, .text = "paused"};
	struct fake_http http = fake_http(NULL, 0);
	struct oauth_token token;
	struct err e = {0};

	http.refuse = &window;
	assert_false(oauth_fetch(&http.client, &ask, &token, &e));
	assert_string_equal(e.text, "token: paused");
	assert_int_equal(e.code, OB_WINDOW);
}

RUN_TESTS(cmocka_unit_test(a_token_comes_with_its_life),
	  cmocka_unit_test(seconds_may_be_text),
	  cmocka_unit_test(a_refusal_names_number_trace_and_remedy),
	  cmocka_unit_test(a_service_that_is_away_is_asked_again_later),
	  cmocka_unit_test(a_refusal_without_a_reason_is_looked_at_by_a_person),
	  cmocka_unit_test(what_stops_every_request_stops_this_one))
