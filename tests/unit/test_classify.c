#include "net/http.h"

#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

#include "tests/support/unit.h"

#define NOW ((utc_ms)1795179609000) /* 2026-11-20T13:00:09Z */

#define UNCLEAR "; whether the request had an effect is unknown"
#define JSON    "content-type: application/json; charset=utf-8\n"

enum { GET, POST, POST_UNSENT };

/* One exchange, whole: what was asked, what came, and what it means. */
static const struct exchange {
	int ask;
	int curl;
	long status;
	const char *headers, *body, *accept;
	enum err_class class;
	enum code code;
	const char *text;
} exchanges[] = {
	/* clang-format off */
	/* successes */
	{GET, 0, 200, JSON, "{}", NULL, ERR_NONE, CODE_NONE, ""},
	{GET, 0, 201, "content-type: APPLICATION/JSON\n", "{}", NULL, ERR_NONE, CODE_NONE, ""},
	{POST, 0, 201, JSON, "{}", NULL, ERR_NONE, CODE_NONE, ""},
	{POST, 0, 204, "", "", NULL, ERR_NONE, CODE_NONE, ""},
	{POST, 0, 202, "content-type: text/plain\n", "", NULL, ERR_NONE, CODE_NONE, ""},
	{GET, 0, 200, JSON, "{}", "application/json;IEEE754Compatible=true", ERR_NONE, CODE_NONE, ""},
	{GET, 0, 200, "content-type: text/csv\n", "a;b", "text/csv", ERR_NONE, CODE_NONE, ""},
	{GET, 0, 200, "content-type: text/csv\n", "a;b", "application/json, text/csv", ERR_NONE, CODE_NONE, ""},
	{GET, 0, 200, "content-type: text/html\n", "ok", "*/*", ERR_NONE, CODE_NONE, ""},
	{GET, 0, 200, "", "ok", "*/*", ERR_TEMPORARY, OB_UPSTREAM,
	 "shop.test answered 200 with no type instead of */*"},
	/* a 2xx that is none */
	{GET, 0, 200, "content-type: text/html; charset=utf-8\n", "<html>", NULL, ERR_TEMPORARY, OB_UPSTREAM,
	 "shop.test answered 200 with text/html instead of application/json"},
	{POST, 0, 200, "content-type: text/html\n", "<html>", NULL, ERR_UNKNOWN, OB_UPSTREAM,
	 "shop.test answered 200 with text/html instead of application/json" UNCLEAR},
	{GET, 0, 200, "content-type: text/plain\n", "x", "application/json;IEEE754Compatible=true", ERR_TEMPORARY, OB_UPSTREAM,
	 "shop.test answered 200 with text/plain instead of application/json"},
	{GET, 0, 200, "", "{}", NULL, ERR_TEMPORARY, OB_UPSTREAM,
	 "shop.test answered 200 with no type instead of application/json"},
	{GET, 0, 200, "content-type: application/jso\n", "{}", NULL, ERR_TEMPORARY, OB_UPSTREAM,
	 "shop.test answered 200 with application/jso instead of application/json"},
	/* redirects are not followed */
	{GET, 0, 301, "location: https://www.shop.test/orders?consumer_secret=cs_1\n", "", NULL, ERR_PERMANENT, CODE_NONE,
	 "shop.test answered 301 (a redirect to https://www.shop.test/orders)"},
	{POST, 0, 302, "location: /login#top\n", "", NULL, ERR_PERMANENT, CODE_NONE,
	 "shop.test answered 302 (a redirect to /login)"},
	{GET, 0, 308, "location: https://u:pw@evil.test/\n", "", NULL, ERR_PERMANENT, CODE_NONE,
	 "shop.test answered 308 (a redirect)"},
	{GET, 0, 304, "", "", NULL, ERR_PERMANENT, CODE_NONE, "shop.test answered 304 (a redirect)"},
	/* the client's fault */
	{GET, 0, 400, JSON, "{}", NULL, ERR_INPUT, CODE_NONE, "shop.test answered 400 (request refused)"},
	{POST, 0, 400, "", "", NULL, ERR_INPUT, CODE_NONE, "shop.test answered 400 (request refused)"},
	{GET, 0, 401, JSON, "{}", NULL, ERR_DENIED, OB_AUTH_FAILED, "shop.test answered 401 (credentials refused)"},
	{POST, 0, 403, "content-type: text/html\n", "<html>", NULL, ERR_DENIED, OB_AUTH_FAILED, "shop.test answered 403 (access refused)"},
	{GET, 0, 404, JSON, "{}", NULL, ERR_MISSING, CODE_NONE, "shop.test answered 404 (not found)"},
	{GET, 0, 405, JSON, "{}", NULL, ERR_PERMANENT, CODE_NONE, "shop.test answered 405 (request refused)"},
	{GET, 0, 407, "", "", NULL, ERR_DENIED, OB_CONFIG, "shop.test answered 407 (the proxy wants a login)"},
	{GET, 0, 408, "", "", NULL, ERR_TEMPORARY, OB_TIMEOUT, "shop.test answered 408 (it took too long)"},
	{POST, 0, 408, "", "", NULL, ERR_UNKNOWN, OB_TIMEOUT, "shop.test answered 408 (it took too long)" UNCLEAR},
	{POST, 0, 409, JSON, "{}", NULL, ERR_CONFLICT, CODE_NONE, "shop.test answered 409 (conflict)"},
	{POST, 0, 409, "", "", NULL, ERR_UNKNOWN, CODE_NONE, "shop.test answered 409 (conflict)" UNCLEAR},
	{GET, 0, 409, "", "", NULL, ERR_CONFLICT, CODE_NONE, "shop.test answered 409 (conflict)"},
	{GET, 0, 410, "", "", NULL, ERR_MISSING, CODE_NONE, "shop.test answered 410 (gone)"},
	{POST, 0, 412, "", "", NULL, ERR_CONFLICT, CODE_NONE, "shop.test answered 412 (changed meanwhile)"},
	{POST, 0, 413, "", "", NULL, ERR_INPUT, CODE_NONE, "shop.test answered 413 (too large)"},
	{POST, 0, 415, "", "", NULL, ERR_INPUT, CODE_NONE, "shop.test answered 415 (type refused)"},
	{POST, 0, 422, JSON, "{}", NULL, ERR_INPUT, CODE_NONE, "shop.test answered 422 (request refused)"},
	{GET, 0, 425, "", "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "shop.test answered 425 (too early)"},
	{POST, 0, 425, "", "", NULL, ERR_UNKNOWN, OB_UPSTREAM, "shop.test answered 425 (too early)" UNCLEAR},
	{GET, 0, 429, "", "", NULL, ERR_TEMPORARY, OB_RATE, "shop.test answered 429 (too many requests)"},
	{POST, 0, 429, "", "", NULL, ERR_TEMPORARY, OB_RATE, "shop.test answered 429 (too many requests)"},
	{POST, 0, 451, "", "", NULL, ERR_PERMANENT, CODE_NONE, "shop.test answered 451 (request refused)"},
	/* the upstream's fault */
	{GET, 0, 500, JSON, "{}", NULL, ERR_TEMPORARY, OB_UPSTREAM, "shop.test answered 500 (trouble on its side)"},
	{POST, 0, 500, JSON, "{}", NULL, ERR_UNKNOWN, OB_UPSTREAM, "shop.test answered 500 (trouble on its side)" UNCLEAR},
	{GET, 0, 503, "", "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "shop.test answered 503 (trouble on its side)"},
	{POST, 0, 504, "", "", NULL, ERR_UNKNOWN, OB_UPSTREAM, "shop.test answered 504 (trouble on its side)" UNCLEAR},
	{GET, 0, 599, "", "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "shop.test answered 599 (trouble on its side)"},
	{GET, 0, 0, "", "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "shop.test answered 0 (no status of HTTP)"},
	{POST, 0, 999, "", "", NULL, ERR_UNKNOWN, OB_UPSTREAM, "shop.test answered 999 (no status of HTTP)" UNCLEAR},
	/* nothing of the request was sent: a repeat harms nobody */
	{POST, CURLE_COULDNT_RESOLVE_HOST, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "the name shop.test could not be resolved"},
	{POST, CURLE_COULDNT_RESOLVE_PROXY, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "the proxy on the way to shop.test could not be resolved"},
	{POST, CURLE_COULDNT_CONNECT, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "no connection to shop.test"},
	{POST, CURLE_SSL_CONNECT_ERROR, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "no secure connection to shop.test"},
	{GET, CURLE_PROXY, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "the proxy did not lead to shop.test"},
	{POST_UNSENT, CURLE_OPERATION_TIMEDOUT, 0, "", "", NULL, ERR_TEMPORARY, OB_TIMEOUT, "shop.test did not answer in time"},
	{POST_UNSENT, CURLE_SEND_ERROR, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "the connection to shop.test broke"},
	/* trust: no storm of retries */
	{GET, CURLE_PEER_FAILED_VERIFICATION, 0, "", "", NULL, ERR_DENIED, OB_NETWORK, "the certificate of shop.test is not trusted"},
	{POST, CURLE_SSL_ISSUER_ERROR, 0, "", "", NULL, ERR_DENIED, OB_NETWORK, "the certificate of shop.test is not trusted"},
	{GET, CURLE_SSL_CACERT_BADFILE, 0, "", "", NULL, ERR_PERMANENT, OB_CONFIG, "certificates to trust could not be read, to call shop.test"},
	{GET, CURLE_URL_MALFORMAT, 0, "", "", NULL, ERR_INPUT, CODE_NONE, "the address of shop.test cannot be called"},
	/* in flight: harmless to repeat, or unknown */
	{GET, CURLE_OPERATION_TIMEDOUT, 0, "", "", NULL, ERR_TEMPORARY, OB_TIMEOUT, "shop.test did not answer in time"},
	{POST, CURLE_OPERATION_TIMEDOUT, 0, "", "", NULL, ERR_UNKNOWN, OB_TIMEOUT, "shop.test did not answer in time" UNCLEAR},
	{GET, CURLE_GOT_NOTHING, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "shop.test closed the connection without an answer"},
	{POST, CURLE_GOT_NOTHING, 0, "", "", NULL, ERR_UNKNOWN, OB_NETWORK, "shop.test closed the connection without an answer" UNCLEAR},
	{GET, CURLE_PARTIAL_FILE, 200, JSON, "{", NULL, ERR_TEMPORARY, OB_UPSTREAM, "the answer of shop.test ended too early"},
	{POST, CURLE_PARTIAL_FILE, 201, JSON, "{", NULL, ERR_UNKNOWN, OB_UPSTREAM, "the answer of shop.test ended too early" UNCLEAR},
	{GET, CURLE_BAD_CONTENT_ENCODING, 200, JSON, "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "the answer of shop.test could not be unpacked"},
	{GET, CURLE_WEIRD_SERVER_REPLY, 0, "", "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "the answer of shop.test is not HTTP"},
	{GET, CURLE_UNSUPPORTED_PROTOCOL, 0, "", "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "the answer of shop.test is not HTTP"},
	{GET, CURLE_WRITE_ERROR, 200, JSON, "", NULL, ERR_TEMPORARY, OB_UPSTREAM, "the answer of shop.test is too large"},
	{POST, CURLE_FILESIZE_EXCEEDED, 200, JSON, "", NULL, ERR_UNKNOWN, OB_UPSTREAM, "the answer of shop.test is too large" UNCLEAR},
	{GET, CURLE_SEND_ERROR, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "the connection to shop.test broke"},
	{POST, CURLE_RECV_ERROR, 0, "", "", NULL, ERR_UNKNOWN, OB_NETWORK, "the connection to shop.test broke" UNCLEAR},
	{GET, CURLE_ABORTED_BY_CALLBACK, 0, "", "", NULL, ERR_TEMPORARY, CODE_NONE, "the call to shop.test was given up, this process has to stop"},
	{POST, CURLE_ABORTED_BY_CALLBACK, 0, "", "", NULL, ERR_UNKNOWN, CODE_NONE,
	 "the call to shop.test was given up, this process has to stop" UNCLEAR},
	{GET, CURLE_OUT_OF_MEMORY, 0, "", "", NULL, ERR_TEMPORARY, CODE_NONE, "out of memory, calling shop.test"},
	{GET, CURLE_HTTP2_STREAM, 0, "", "", NULL, ERR_TEMPORARY, OB_NETWORK, "the connection to shop.test broke"},
	/* clang-format on */
};

/* A reply that has come; its owner ends it. */
static struct http_response
answer(long status, const char *headers, const char *body)
{
	struct http_response reply = {.status = status,
				      .body = STRBUF(1000),
				      .headers = STRBUF(1000),
				      .sent = true};

	strbuf_add(&reply.body, body);
	strbuf_add(&reply.headers, headers);
	return reply;
}

static const struct http_request get = {
	.method = "GET",
	.url = "https://shop.test/orders?consumer_secret=cs_1",
	.repeatable = true};

TEST(each_exchange_has_its_class_its_code_and_its_text)
{
	for (size_t i = 0; i < COUNT_OF(exchanges); i++) {
		const struct exchange *x = &exchanges[i];
		struct http_request ask = get;
		struct http_response reply =
			answer(x->status, x->headers, x->body);

		ask.accept = x->accept;
		ask.repeatable = x->ask == GET;
		reply.sent = x->ask != POST_UNSENT;
		http_classify(&ask, x->curl, &reply, NOW);
		if (reply.err.class != x->class || reply.err.code != x->code ||
		    strcmp(reply.err.text, x->text) != 0)
			fail_msg("row %zu: %s %s: %s", i,
				 err_class_text(reply.err.class),
				 code_name(reply.err.code), reply.err.text);
		assert_null(strstr(reply.err.text, "cs_1"));
		assert_null(strstr(reply.err.text, "pw"));
		http_response_end(&reply);
	}
}

TEST(what_a_person_can_do_is_said)
{
	static const struct {
		int curl;
		long status;
		const char *headers, *hint;
	} cases[] = {
		{CURLE_PEER_FAILED_VERIFICATION, 0, "",
		 "it has expired, is for another name, or a private authority "
		 "signed it: renew it, or name the authority's file in "
		 "net.ca_file"},
		{0, 301, "", "store the address that it points to"},
		{0, 401, "", "check the key and the secret of this connection"},
		{0, 403, "", "check what the key of this connection may do"},
		{0, 200, "content-type: text/html\n",
		 "it may be a login, maintenance or firewall page: open it in "
		 "a browser"},
		{0, 500, "", ""},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct http_response reply =
			answer(cases[i].status, cases[i].headers, "x");

		http_classify(&get, cases[i].curl, &reply, NOW);
		assert_string_equal(reply.err.hint, cases[i].hint);
		http_response_end(&reply);
	}
}

TEST(a_moment_to_try_again_is_read_and_kept_in_bounds)
{
	static const struct {
		long status;
		const char *headers;
		int64_t wait; /* -1: none named */
	} cases[] = {
		{429, "", -1},
		{429, "retry-after: 2\n", 2000},
		{429, "retry-after: 0\n", 1000},
		{429, "retry-after: 3600\n", 3600000},
		{429, "retry-after: 3601\n", 3600000},
		{429, "retry-after: 99999999999999999999\n", 3600000},
		{429, "retry-after: soon\n", -1},
		{429, "retry-after: -5\n", -1},
		{429, "retry-after:\n", -1},
		{429, "retry-after: Fri, 20 Nov 2026 13:00:39 GMT\n", 30000},
		{429, "retry-after: Fri, 20 Nov 2026 12:00:00 GMT\n", 1000},
		{429, "retry-after: Sun, 20 Dec 2026 12:00:00 GMT\n", 3600000},
		/* by the clock of who said it, which is five minutes ahead */
		{503,
		 "date: Fri, 20 Nov 2026 13:05:09 GMT\n"
		 "retry-after: Fri, 20 Nov 2026 13:05:19 GMT\n",
		 10000},
		{503, "retry-after: 7\n", 7000},
		{502, "retry-after: 7\n", 7000},
		{408, "retry-after: 7\n", 7000},
		{429, "x-rate-limit-time-reset-ms: 15000\n", 15000},
		{429, "x-rate-limit-time-reset-ms: none\n", -1},
		{429, "x-rate-limit-time-reset-ms: 9\nretry-after: 2\n", 2000},
		{200, "retry-after: 7\ncontent-type: application/json\n", -1},
		{404, "retry-after: 7\n", -1},
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct http_response reply =
			answer(cases[i].status, cases[i].headers, "{}");
		utc_ms want = cases[i].wait < 0 ? 0 : NOW + cases[i].wait;

		http_classify(&get, 0, &reply, NOW);
		if (reply.err.retry_at != want)
			fail_msg("row %zu: %lld", i,
				 (long long)(reply.err.retry_at - NOW));
		http_response_end(&reply);
	}
}

TEST(the_clock_of_the_server_is_read)
{
	struct http_response reply =
		answer(200, "date: Fri, 20 Nov 2026 13:00:09 GMT\n" JSON, "{}");

	http_classify(&get, 0, &reply, 0);
	assert_int_equal(reply.server_date, NOW);
	http_response_end(&reply);
	reply = answer(200, "date: yesterday\n" JSON, "{}");
	http_classify(&get, 0, &reply, NOW);
	assert_int_equal(reply.server_date, 0);
	http_response_end(&reply);
}

TEST(a_header_is_found_by_its_whole_name)
{
	struct http_response reply = answer(
		200, "x-wp-total: 7\nx-wp: 1\nempty:\nlink:   <a>\n", "");
	char out[8];

	assert_string_equal(http_header(&reply, "x-wp", out, 8), "1");
	assert_string_equal(http_header(&reply, "x-wp-total", out, 8), "7");
	assert_string_equal(http_header(&reply, "empty", out, 8), "");
	assert_string_equal(http_header(&reply, "link", out, 8), "<a>");
	assert_string_equal(http_header(&reply, "link", out, 3), "<a");
	assert_null(http_header(&reply, "total", out, 8));
	http_response_end(&reply);
	assert_null(http_header(&reply, "x-wp", out, 8));
}

RUN_TESTS(cmocka_unit_test(each_exchange_has_its_class_its_code_and_its_text),
	  cmocka_unit_test(what_a_person_can_do_is_said),
	  cmocka_unit_test(a_moment_to_try_again_is_read_and_kept_in_bounds),
	  cmocka_unit_test(the_clock_of_the_server_is_read),
	  cmocka_unit_test(a_header_is_found_by_its_whole_name))
