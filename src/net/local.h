/* What the files of the net layer share and nobody else needs. */
#ifndef OB_NET_LOCAL_H
#define OB_NET_LOCAL_H

#include <curl/curl.h>

#include "net/http.h"

#define HOST_ROOM 256

/* True for 127.0.0.0/8 and ::1. */
bool address_is_loopback(const char *ip);
/* True for an IPv4 or IPv6 address, false for a name. */
bool address_is_literal(const char *host);
/* True when net.allow_private has any range for this host. */
bool host_is_listed(const char *host, const char *allow_private);
/* The same, with a range that lies wholly in loopback: it may speak http. */
bool loopback_is_listed(const char *host, const char *allow_private);

/*
 * True when a name server answers that the name does not exist (NXDOMAIN).
 * libcurl has one error for that and for a name server that is away, and
 * getaddrinfo() mixes in names without an address: so the server is asked
 * itself, after libcurl failed. Everything else, silence too, is false.
 */
bool name_is_unknown(const char *host);

/* https://host:port/path in lower case where it is one, no default port. */
bool url_without_query(const char *url, struct strbuf *out);

/* One-legged OAuth 1.0a (RFC 5849), as WooCommerce wants it in the query. */
struct oauth1 {
	const char *key, *secret;
	utc_ms now;
	const char *nonce; /* never the same again: a repeat is refused */
};
/* Appends url with the parameters of OAuth, signed by HMAC-SHA256. */
MUST_CHECK bool oauth1_url(const struct oauth1 *who, const char *method,
			   const char *url, struct strbuf *out, struct err *e);
/* The text that is signed (3.4.1) for an address with all its parameters. */
MUST_CHECK bool oauth1_base(const char *method, const char *url,
			    struct strbuf *out, struct err *e);
/* Its signature (3.4.2) as base64. digest by OpenSSL's name: "SHA256". */
MUST_CHECK bool oauth1_mac(const char *digest, const char *key,
			   const char *base, struct strbuf *out, struct err *e);

/* What was already waited and repeated for one request. */
struct backoff {
	unsigned repeats; /* tries after the first, at most two */
	unsigned waits;   /* obeyed Retry-After headers, at most three */
};

/*
 * How many ms to wait before the next try inside the process, -1 for none
 * (RELIABILITY 1.1). dice is any random number: it gives the jitter.
 */
int64_t backoff_next(struct backoff *b, const struct http_response *reply,
		     int curl_code, utc_ms now, uint32_t dice);

/* The client as one transfer sees it. */
struct http_curl {
	struct http_client client; /* first: the two pointers are one */
	CURLM *multi;
	CURLSH *share; /* TLS sessions, so that one full handshake is enough */
	CURL **easy;   /* parallel of them; busy[i] says which are in use */
	bool *busy;
	struct http_settings set;
	char *text[4]; /* owned: the strings of set */
};

/* One request of a send() on its way. */
struct transfer {
	const struct http_curl *client;
	const struct http_request *ask;
	struct http_response *reply;
	char host[HOST_ROOM];
	bool plain;   /* http, which only loopback may speak */
	bool proxied; /* the address that a socket goes to is the proxy's */
	enum { TRANSFER_WAITS, TRANSFER_RUNS, TRANSFER_DONE } state;
	size_t slot; /* of client->easy while it runs */
	struct curl_slist *headers;
	struct strbuf url; /* with credentials, where they go in the query */
	struct backoff backoff;
	int64_t due;      /* clock_boot_ms from which it may start */
	int64_t first;    /* clock_boot_ms of the first try */
	char refused[64]; /* address that may not be called, "" when none was */
	int64_t pace_at;  /* since when the pace is measured, 0 before bytes */
	size_t pace_bytes;
};

/*
 * Prepares an easy handle for the next try: every option of RELIABILITY 6.4.
 * ERR_INPUT when the request itself cannot be sent.
 */
MUST_CHECK bool transfer_prepare(struct transfer *t, CURL *easy, int64_t now,
				 struct err *e);
/* The ms that a try which begins then may take, 0: none may begin any more. */
int64_t transfer_left(const struct transfer *t, int64_t then);
/* Reads out what a finished try was, and classifies it. */
void transfer_settle(struct transfer *t, CURL *easy, CURLcode code);
/* True when bytes come, but for too long by drops (RELIABILITY F43). */
bool transfer_crawls(struct transfer *t, int64_t now);
/* Frees what one try needed. */
void transfer_clear(struct transfer *t);

/* The send of the real client: the loop over all transfers. */
bool http_run(struct http_client *self, const struct http_request *ask,
	      struct http_response *reply, size_t count, struct err *e);

#endif
