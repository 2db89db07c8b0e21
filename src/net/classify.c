#include "net/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#include "local.h"

/* What an exchange was that brought no complete reply. */
struct transport {
	CURLcode code;
	/*
	 * FLIGHT: how far it came decides. NOTHING_SENT: it failed before the
	 * request. NO_REPEAT: the same would happen again.
	 */
	enum { FLIGHT, NOTHING_SENT, NO_REPEAT } when;
	enum err_class class; /* of NO_REPEAT */
	enum code name;
	const char *before, *after; /* the host's name stands between */
	const char *hint;
};

/* clang-format off */
static const struct transport transports[] = {
	{CURLE_COULDNT_RESOLVE_HOST, NOTHING_SENT, ERR_NONE, OB_NETWORK,
	 "the name ", " could not be resolved", NULL},
	{CURLE_COULDNT_RESOLVE_PROXY, NOTHING_SENT, ERR_NONE, OB_NETWORK,
	 "the proxy on the way to ", " could not be resolved",
	 "check net.proxy"},
	{CURLE_COULDNT_CONNECT, NOTHING_SENT, ERR_NONE, OB_NETWORK,
	 "no connection to ", "", NULL},
	{CURLE_PROXY, NOTHING_SENT, ERR_NONE, OB_NETWORK,
	 "the proxy did not lead to ", "", "check net.proxy"},
	{CURLE_SSL_CONNECT_ERROR, NOTHING_SENT, ERR_NONE, OB_NETWORK,
	 "no secure connection to ", "", NULL},
	{CURLE_PEER_FAILED_VERIFICATION, NO_REPEAT, ERR_DENIED, OB_NETWORK,
	 "the certificate of ", " is not trusted",
	 "it has expired, is for another name, or a private authority signed "
	 "it: renew it, or name the authority's file in net.ca_file"},
	{CURLE_SSL_ISSUER_ERROR, NO_REPEAT, ERR_DENIED, OB_NETWORK,
	 "the certificate of ", " is not trusted",
	 "a private authority's file is named in net.ca_file"},
	{CURLE_SSL_CACERT_BADFILE, NO_REPEAT, ERR_PERMANENT, OB_CONFIG,
	 "certificates to trust could not be read, to call ", "",
	 "check net.ca_file and the package ca-certificates"},
	{CURLE_URL_MALFORMAT, NO_REPEAT, ERR_INPUT, CODE_NONE,
	 "the address of ", " cannot be called", NULL},
	{CURLE_OPERATION_TIMEDOUT, FLIGHT, ERR_NONE, OB_TIMEOUT,
	 "", " did not answer in time", NULL},
	{CURLE_GOT_NOTHING, FLIGHT, ERR_NONE, OB_NETWORK,
	 "", " closed the connection without an answer", NULL},
	{CURLE_PARTIAL_FILE, FLIGHT, ERR_NONE, OB_UPSTREAM,
	 "the answer of ", " ended too early", NULL},
	{CURLE_BAD_CONTENT_ENCODING, FLIGHT, ERR_NONE, OB_UPSTREAM,
	 "the answer of ", " could not be unpacked", NULL},
	{CURLE_WEIRD_SERVER_REPLY, FLIGHT, ERR_NONE, OB_UPSTREAM,
	 "the answer of ", " is not HTTP", NULL},
	{CURLE_UNSUPPORTED_PROTOCOL, FLIGHT, ERR_NONE, OB_UPSTREAM,
	 "the answer of ", " is not HTTP", NULL},
	{CURLE_WRITE_ERROR, FLIGHT, ERR_NONE, OB_UPSTREAM,
	 "the answer of ", " is too large", NULL},
	{CURLE_FILESIZE_EXCEEDED, FLIGHT, ERR_NONE, OB_UPSTREAM,
	 "the answer of ", " is too large", NULL},
	{CURLE_ABORTED_BY_CALLBACK, FLIGHT, ERR_NONE, CODE_NONE,
	 "the call to ", " was given up, this process has to stop", NULL},
	{CURLE_OUT_OF_MEMORY, FLIGHT, ERR_NONE, CODE_NONE,
	 "out of memory, calling ", "", NULL},
	{CURLE_OK, FLIGHT, ERR_NONE, OB_NETWORK,
	 "the connection to ", " broke", NULL}, /* every other one */
};

/* What a status says that is no success. */
static const struct status {
	long from, to;
	enum err_class class; /* ERR_NONE: how far a repeat harms decides */
	enum code name;
	const char *why;
	const char *hint;
} statuses[] = {
	{300, 399, ERR_PERMANENT, CODE_NONE, "a redirect",
	 "store the address that it points to"},
	{400, 400, ERR_INPUT, CODE_NONE, "request refused", NULL},
	{401, 401, ERR_DENIED, OB_AUTH_FAILED, "credentials refused",
	 "check the key and the secret of this connection"},
	{403, 403, ERR_DENIED, OB_AUTH_FAILED, "access refused",
	 "check what the key of this connection may do"},
	{404, 404, ERR_MISSING, CODE_NONE, "not found", NULL},
	{407, 407, ERR_DENIED, OB_CONFIG, "the proxy wants a login",
	 "check net.proxy"},
	{408, 408, ERR_NONE, OB_TIMEOUT, "it took too long", NULL},
	{409, 409, ERR_CONFLICT, CODE_NONE, "conflict", NULL},
	{410, 410, ERR_MISSING, CODE_NONE, "gone", NULL},
	{412, 412, ERR_CONFLICT, CODE_NONE, "changed meanwhile", NULL},
	{413, 413, ERR_INPUT, CODE_NONE, "too large", NULL},
	{415, 415, ERR_INPUT, CODE_NONE, "type refused", NULL},
	{422, 422, ERR_INPUT, CODE_NONE, "request refused", NULL},
	{425, 425, ERR_NONE, OB_UPSTREAM, "too early", NULL},
	{429, 429, ERR_TEMPORARY, OB_RATE, "too many requests", NULL},
	{400, 499, ERR_PERMANENT, CODE_NONE, "request refused", NULL},
	{500, 599, ERR_NONE, OB_UPSTREAM, "trouble on its side", NULL},
	{0, 999999, ERR_NONE, OB_UPSTREAM, "no status of HTTP", NULL},
};
/* clang-format on */

static const char unclear[] = "; whether the request had an effect is unknown";

/* How long the reply asks to wait; a date counts from the server's own clock.
 */
static bool
asked_wait(const struct http_response *reply, utc_ms now, int64_t *ms)
{
	struct err ignored = {0};
	char value[64];
	utc_ms date;

	if (http_header(reply, "retry-after", value, sizeof(value))) {
		if (value[0] >= '0' && value[0] <= '9') {
			*ms = strtoll(value, NULL, 10);
			*ms = *ms > HOUR / SECOND ? HOUR : *ms * SECOND;
			return true;
		}
		if (time_parse_http(value, &date, &ignored)) {
			*ms = date -
			      (reply->server_date ? reply->server_date : now);
			return true;
		}
	}
	/* BigCommerce's own way (UPSTREAM-APIS 0) */
	if (!http_header(reply, "x-rate-limit-time-reset-ms", value,
			 sizeof(value)) ||
	    value[0] < '0' || value[0] > '9')
		return false;
	*ms = strtoll(value, NULL, 10);
	return true;
}

static utc_ms
retry_moment(const struct http_response *reply, utc_ms now)
{
	int64_t ms;

	if (!asked_wait(reply, now, &ms))
		return 0;
	if (ms < SECOND)
		ms = SECOND;
	return now + (ms > HOUR ? HOUR : ms);
}

/* Whether a failure on the way can have had an effect. */
static bool
is_unclear(const struct http_request *ask, const struct http_response *reply)
{
	return !ask->repeatable && reply->sent;
}

static void
classify_transport(const struct http_request *ask, int curl_code,
		   struct http_response *reply, const char *host)
{
	const struct transport *t = transports;
	bool may;

	while ((int)t->code != curl_code && t->code != CURLE_OK)
		t++;
	may = t->when == FLIGHT && is_unclear(ask, reply);
	err_set(&reply->err,
		t->when == NO_REPEAT ? t->class
		: may                ? ERR_UNKNOWN
				     : ERR_TEMPORARY,
		"%s%s%s%s", t->before, host, t->after, may ? unclear : "");
	err_as(&reply->err, t->name);
	if (t->hint)
		err_hint(&reply->err, "%s", t->hint);
}

/* "text/html" of "text/html; charset=utf-8"; false when there is no type. */
static bool
media_type(const struct http_response *reply, char *out, size_t room)
{
	size_t length;

	if (!http_header(reply, "content-type", out, room))
		return false;
	length = strcspn(out, " \t;,");
	out[length] = '\0';
	return length > 0;
}

static bool
is_wanted(const char *type, const char *accept)
{
	for (const char *at = accept; *at;) {
		size_t length;

		at += strspn(at, " \t,");
		length = strcspn(at, " \t;,");
		if (length > 0 && strncmp(at, "*/*", 3) == 0)
			return true;
		if (length > 0 && strlen(type) == length &&
		    text_starts_nocase(at, type))
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

/* A login or maintenance page with status 200 is trouble of the upstream. */
static void
classify_success(const struct http_request *ask, struct http_response *reply,
		 const char *host)
{
	const char *accept = ask->accept ? ask->accept : "application/json";
	char type[80] = "no type";
	bool may = is_unclear(ask, reply);

	if (reply->body.len == 0 ||
	    (media_type(reply, type, sizeof(type)) && is_wanted(type, accept)))
		return;
	err_set(&reply->err, may ? ERR_UNKNOWN : ERR_TEMPORARY,
		"%s answered %ld with %s instead of %.*s%s", host,
		reply->status, type, (int)strcspn(accept, ";,"), accept,
		may ? unclear : "");
	err_as(&reply->err, OB_UPSTREAM);
	if (strcmp(type, "text/html") == 0)
		err_hint(&reply->err, "it may be a login, maintenance or "
				      "firewall page: open it in a browser");
}

/* Where a redirect points to, without what may be secret in it. */
static const char *
redirect_target(const struct http_response *reply, char *out, size_t room)
{
	if (!http_header(reply, "location", out, room))
		return NULL;
	out[strcspn(out, "?#")] = '\0';
	for (const char *c = out; *c; c++)
		if (*c <= ' ' || *c > '~' || *c == '@')
			return NULL;
	return out;
}

static void
classify_status(const struct http_request *ask, struct http_response *reply,
		const char *host)
{
	const struct status *s = statuses;
	enum err_class class;
	char buffer[300];
	const char *target = NULL;

	while (reply->status < s->from || reply->status > s->to)
		s++;
	class = s->class == ERR_NONE ? ERR_TEMPORARY : s->class;
	/* A bare 409 may be the echo of our own request. */
	if (is_unclear(ask, reply) &&
	    (s->class == ERR_NONE ||
	     (reply->status == 409 && !reply->body.len)))
		class = ERR_UNKNOWN;
	if (s->from == 300)
		target = redirect_target(reply, buffer, sizeof(buffer));
	err_set(&reply->err, class, "%s answered %ld (%s%s%s)%s", host,
		reply->status, s->why, target ? " to " : "",
		target ? target : "", class == ERR_UNKNOWN ? unclear : "");
	err_as(&reply->err, s->name);
	if (s->hint)
		err_hint(&reply->err, "%s", s->hint);
}

static void
read_server_date(struct http_response *reply)
{
	struct err ignored = {0};
	char value[64];

	reply->server_date = 0;
	if (http_header(reply, "date", value, sizeof(value)) &&
	    !time_parse_http(value, &reply->server_date, &ignored))
		reply->server_date = 0;
}

void
http_classify(const struct http_request *ask, int curl_code,
	      struct http_response *reply, utc_ms now)
{
	char host[HOST_ROOM];

	reply->err = (struct err){0};
	read_server_date(reply);
	if (!url_host(ask->url, host, sizeof(host)))
		(void)text_copy(host, sizeof(host), "the upstream");
	if (curl_code != CURLE_OK)
		classify_transport(ask, curl_code, reply, host);
	else if (reply->status < 200 || reply->status > 299)
		classify_status(ask, reply, host);
	else
		classify_success(ask, reply, host);
	if (reply->err.class == ERR_TEMPORARY ||
	    reply->err.class == ERR_UNKNOWN)
		reply->err.retry_at = retry_moment(reply, now);
}
