#include "tests/support/fake_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/fixture.h"
#include "tests/support/unit.h"

static void
add_file(struct strbuf *out, const char *path)
{
	size_t length;
	char *text = fixture_text(path, &length);

	strbuf_addn(out, text, length);
	free(text);
}

static bool
has_text(const struct http_request *ask, const char *text)
{
	if (ask->secret && strstr(ask->secret, text))
		return true;
	for (size_t i = 0; ask->headers && ask->headers[i]; i++)
		if (strstr(ask->headers[i], text))
			return true;
	return ask->accept && strstr(ask->accept, text);
}

static bool
is_expected(const struct fake_http *f, const struct http_request *ask,
	    const char *request)
{
	const struct fake_exchange *x = &f->exchange[f->next];

	return f->next < f->count && strcmp(x->want, request) == 0 &&
	       (!x->want_body ||
		(ask->body && strcmp(x->want_body, ask->body) == 0)) &&
	       (x->want_auth == HTTP_AUTH_NONE || x->want_auth == ask->auth) &&
	       (!x->want_text || has_text(ask, x->want_text));
}

static void
play(struct fake_http *f, const struct http_request *ask,
     struct http_response *reply)
{
	const struct fake_exchange *x = &f->exchange[f->next];
	char request[2048];

	(void)snprintf(request, sizeof(request), "%s %s", ask->method,
		       ask->url);
	if (!is_expected(f, ask, request)) {
		(void)err_set(&reply->err, ERR_PERMANENT, "unexpected %s",
			      request);
		if (f->trouble[0] == '\0')
			(void)snprintf(f->trouble, sizeof(f->trouble),
				       "%s (%.999s), wanted %.999s", request,
				       ask->body ? ask->body : "",
				       f->next < f->count ? x->want
							  : "nothing");
		return;
	}
	f->next++;
	if (ask->body)
		(void)snprintf(f->last_body, sizeof(f->last_body), "%s",
			       ask->body);
	*reply = (struct http_response){.status = x->status,
					.body = STRBUF(1 << 24),
					.headers = STRBUF(1 << 16),
					.sent = !x->unsent,
					.no_such_host = x->no_such_host,
					.tries = 1};
	if (x->body && x->body[0] == '@')
		add_file(&reply->body, x->body + 1);
	else if (x->body)
		strbuf_add(&reply->body, x->body);
	strbuf_add(&reply->headers,
		   x->headers ? x->headers
			      : "content-type: application/json\n");
	http_classify(ask, x->curl_code, reply, f->now);
}

static bool
fake_send(struct http_client *self, const struct http_request *ask,
	  struct http_response *reply, size_t count, struct err *e)
{
	struct fake_http *f = (struct fake_http *)self;

	if (f->refuse) {
		*e = *f->refuse;
		return false;
	}
	f->sends++;
	for (size_t i = 0; i < count; i++)
		play(f, &ask[i], &reply[i]);
	return true;
}

struct fake_http
fake_http(const struct fake_exchange *exchange, size_t count)
{
	return (struct fake_http){
		.client = {fake_send}, .exchange = exchange, .count = count};
}

void
fake_http_done(const struct fake_http *f)
{
	if (f->trouble[0])
		fail_msg("unexpected request: %s", f->trouble);
	if (f->next < f->count)
		fail_msg("never asked: %s", f->exchange[f->next].want);
}
