#ifndef OB_NET_HTTP_H
#define OB_NET_HTTP_H

/*
 * The one door to the network. send() runs many requests, a few at a time, and
 * each reply carries its own outcome; tests put a scripted client in its place,
 * app/guard.c puts window, breaker and rate in front of it.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/strbuf.h"

#define HTTP_HEADERS_MAX 48

/*
 * QUERY and OAUTH1 are WooCommerce's: key and secret as consumer_key and
 * consumer_secret in the query, by https only, or a signature with a nonce of
 * its own for each try. What is asked for stays in url without them, so that
 * no log and no error has a secret.
 */
enum http_auth {
	HTTP_AUTH_NONE,
	HTTP_AUTH_BASIC,
	HTTP_AUTH_BEARER,
	HTTP_AUTH_QUERY,
	HTTP_AUTH_OAUTH1,
};

struct http_request {
	const char *method; /* "GET" */
	const char *url;
	enum http_auth auth;
	const char *user, *secret; /* Bearer uses secret alone */
	/* more "Name: value" lines, NULL-ended, at most HTTP_HEADERS_MAX */
	const char *const *headers;
	const char *body; /* or NULL */
	size_t body_length;
	const char *content_type; /* of the body; NULL: application/json */
	/*
	 * Wanted type, or a comma list of them; NULL: application/json. A 2xx
	 * of another type is no success; with a wildcard any type is one.
	 */
	const char *accept;
	unsigned timeout_s; /* of one try; 0: the client's default */
	unsigned total_s;   /* of all tries and waits together; 0: no limit */
	/*
	 * A repeat does no harm: GET, PUT, DELETE, and POSTs that set a value.
	 * Others get a fresh connection, so that libcurl never sends them twice
	 * by itself (RELIABILITY 0), and an unclear outcome is ERR_UNKNOWN.
	 */
	bool repeatable;
	/*
	 * Asked before what failed is tried again without being told when;
	 * false: it is not, the failure is the outcome. NULL: it always is.
	 */
	bool (*may_retry)(void *context);
	void *retry_context;
};

struct http_response {
	struct err err; /* class ERR_NONE: the exchange was a success */
	long status;    /* 0: no complete status line came */
	struct strbuf body;
	struct strbuf headers; /* "name: value\n", names in lower case */
	utc_ms server_date;    /* of the Date header; 0 when absent */
	int64_t ms;            /* from first try to last byte */
	unsigned tries;
	bool sent; /* at least one byte of the request went out */
	/*
	 * A name server says that there is no such host, at each try. The error
	 * is ERR_TEMPORARY like that of any other connection: only a connector
	 * knows whether its upstream can be gone for good (D-14).
	 */
	bool no_such_host;
};

struct http_client {
	/*
	 * Runs count requests and fills one reply each (the caller zeroes them
	 * and ends them). Returns false only when nothing was tried at all
	 * (window, breaker, shutdown): e says why and no reply is filled.
	 */
	bool (*send)(struct http_client *self, const struct http_request *ask,
		     struct http_response *reply, size_t count, struct err *e);
};

void http_response_end(struct http_response *reply);
/* The value of a header (lower-case name), NULL when absent; copies into out.
 */
const char *http_header(const struct http_response *reply, const char *name,
			char *out, size_t room);

struct http_settings {
	unsigned connect_timeout_s, timeout_s; /* 0: 10 and 120 */
	size_t max_body;     /* bytes, after decompression; 0: 32 MiB */
	unsigned parallel;   /* requests at once */
	const char *ca_file; /* trusted beside the system store; "" = none */
	/* "" = none. Hosts that allow_private lists are called without it. */
	const char *proxy;
	const char *allow_private; /* list of host=range, CONFIG.md */
	const char *user_agent;
	/* Called at least every 250 ms while waiting; true = give up now. */
	bool (*tick)(void *context);
	void *tick_context;
	const struct clock *clock;
	unsigned slow_s; /* how long under 100 bytes/s is too long; 0: 30 */
	/* For tests: the ms to wait instead between tries; NULL: as asked. */
	int64_t (*shorten)(void *context, int64_t ms);
};

/*
 * strings in settings are copied. NULL on failure.
 *
 * Connections live as long as the client. What failed without an effect is
 * tried twice more (after 0.5 s and 2 s, +-50 %), and a Retry-After of at most
 * a minute is waited for, thrice at most; total_s ends that earlier. When tick
 * says give up, each request ends at once: ERR_TEMPORARY where no harm can be
 * done, else ERR_UNKNOWN.
 */
struct http_client *http_curl_open(const struct http_settings *settings,
				   struct err *e);
void http_curl_close(struct http_client *client);

/*
 * Which class and code an exchange has (RELIABILITY 1.1 and UPSTREAM 0): by
 * libcurl's result, the status, what was sent, and whether a repeat is
 * harmless. Fills reply->err and server_date; retry_at from Retry-After
 * (seconds or date) or X-Rate-Limit-Time-Reset-Ms, clamped to 1 s..1 h from
 * now, 0 when the reply named none. curl_code is a CURLcode.
 */
void http_classify(const struct http_request *ask, int curl_code,
		   struct http_response *reply, utc_ms now);
/* Sends one request; false with the reply's error when it was no success. */
MUST_CHECK bool http_one(struct http_client *client,
			 const struct http_request *ask,
			 struct http_response *reply, struct err *e);

/*
 * Checks an address before it is stored or called (RELIABILITY 6.4): https, or
 * http for an allow-listed loopback host; port 443 but for listed hosts; no
 * user info, no fragment, at most 253 characters of host, no private address
 * that is not listed. ERR_INPUT says what is wrong, without repeating the
 * address.
 */
MUST_CHECK bool url_check(const char *url, const char *allow_private,
			  struct err *e);
/* Checks the list itself, when settings are read: ERR_INPUT names the entry. */
MUST_CHECK bool allow_private_check(const char *list, struct err *e);
/* Whether an address lies in one of "10.0.0.0/8, ::1"; false for a name. */
bool address_is_in(const char *address, const char *ranges);
/*
 * The host of an address in lower case, without port or brackets; false when it
 * has none or carries a user.
 */
bool url_host(const char *url, char *out, size_t room);
/* Whether scheme, host and port are the same: what credentials are bound to. */
bool url_same_origin(const char *a, const char *b);
/* Whether an address the name resolved to may be called; ip as text. */
bool address_allowed(const char *host, const char *ip,
		     const char *allow_private);

#endif
