#ifndef OB_TESTS_FAKE_HTTP_H
#define OB_TESTS_FAKE_HTTP_H

/*
 * The door to the network as a script: plays its exchanges in order, classifies
 * each answer as the real client does, and refuses what it did not expect.
 */

#include "net/http.h"

struct fake_exchange {
	const char *want; /* "GET https://shop.test/orders?page=1" */
	long status;
	const char *body;         /* "@path" reads tests/fixtures/path */
	const char *headers;      /* "retry-after: 2\n"; NULL: a JSON type */
	int curl_code;            /* CURLcode of an exchange that broke; 0 */
	bool unsent;              /* it broke before the first byte */
	bool no_such_host;        /* and a name server knows no such host */
	const char *want_body;    /* NULL: any */
	enum http_auth want_auth; /* HTTP_AUTH_NONE: any */
	const char *want_text;    /* to stand in a header line or the secret */
};

struct fake_http {
	struct http_client client; /* first, so that the two pointers are one */
	const struct fake_exchange *exchange;
	size_t count, next;
	size_t sends;             /* calls of send(): stages of waiting */
	const struct err *refuse; /* send() says this and plays nothing */
	utc_ms now;
	char last_body[4096]; /* of the last request that had one */
	char trouble[8192]; /* the first request that was not expected, or "" */
};

struct fake_http fake_http(const struct fake_exchange *exchange, size_t count);
/* Fails the test when a request was unexpected or an exchange is left over. */
void fake_http_done(const struct fake_http *f);

#endif
