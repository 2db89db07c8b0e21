#include "local.h"

#include <arpa/inet.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/secret.h"
#include "base/text.h"

enum {
	URL_BYTES_MAX = 16384,
	HEADERS_BYTES_MAX = 65536,
	SLOW_S = 30,
	SLOW_BYTES_PER_S = 100
};

/* Bytes of the body as unpacked, so that a gzip bomb meets the ceiling too. */
static size_t
take_body(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *t = context;

	strbuf_addn(&t->reply->body, bytes, size * count);
	return t->reply->body.failed ? 0 : size * count;
}

/* Appends one header as "name: value\n", the name in lower case. */
static void
keep_header(struct strbuf *out, const char *line, size_t length)
{
	const char *colon = memchr(line, ':', length), *value;
	size_t start = out->len;

	if (!colon)
		return;
	value = colon + 1;
	while (length > 0 && (unsigned char)line[length - 1] <= ' ')
		length--;
	while (value < line + length && *value == ' ')
		value++;
	strbuf_addn(out, line, (size_t)(colon - line));
	strbuf_addn(out, ": ", 2);
	if (value < line + length)
		strbuf_addn(out, value, (size_t)(line + length - value));
	strbuf_addn(out, "\n", 1);
	if (out->failed)
		return;
	for (char *c = out->text + start; *c != ':'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	for (char *c = out->text + start; *c != '\n'; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
}

/* A new status line, as after a 100, starts the headers anew. */
static size_t
take_header(char *bytes, size_t size, size_t count, void *context)
{
	struct transfer *t = context;
	struct strbuf *out = &t->reply->headers;
	size_t length = size * count;

	if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0)
		strbuf_end(out);
	else
		keep_header(out, bytes, length);
	return out->failed ? 0 : length;
}

static bool
address_text(const struct curl_sockaddr *to, char *out, size_t room)
{
	const void *bytes;

	if (to->family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)&to->addr)
				 ->sin_addr;
	else if (to->family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)&to->addr)
				 ->sin6_addr;
	else
		return false;
	return inet_ntop(to->family, bytes, out, (socklen_t)room) != NULL;
}

/*
 * The last moment before a connection, with the address that it will really go
 * to: a name server that answers differently the second time gains nothing.
 */
static curl_socket_t
open_socket(void *context, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct transfer *t = context;
	char ip[INET6_ADDRSTRLEN];

	(void)purpose;
	if (!address_text(to, ip, sizeof(ip)))
		return CURL_SOCKET_BAD;
	if (!t->proxied &&
	    ((t->plain && !address_is_loopback(ip)) ||
	     !address_allowed(t->host, ip, t->client->set.allow_private))) {
		(void)text_copy(t->refused, sizeof(t->refused), ip);
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* The one function that lets text into a header. */
static bool
add_header(struct transfer *t, const char *name, const char *value,
	   struct err *e)
{
	AUTO(strbuf) line = STRBUF(HEADERS_BYTES_MAX);
	struct curl_slist *longer;

	strbuf_addf(&line, "%s%s", name, value);
	if (!strbuf_check(&line, e))
		return err_in(e, "header of a request");
	for (const char *c = line.text; *c; c++)
		if (*c < ' ' || *c > '~')
			return err_set(e, ERR_INPUT,
				       "a header with a character that is not "
				       "plain text");
	longer = curl_slist_append(t->headers, line.text);
	OPENSSL_cleanse(line.text, line.len);
	if (!longer)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	t->headers = longer;
	return true;
}

static bool
add_headers(struct transfer *t, struct err *e)
{
	const struct http_request *ask = t->ask;

	if (!add_header(t, "Accept: ",
			ask->accept ? ask->accept : "application/json", e) ||
	    !add_header(t, "Expect:", "", e))
		return false;
	if (ask->body && !add_header(t, "Content-Type: ",
				     ask->content_type ? ask->content_type
						       : "application/json",
				     e))
		return false;
	if (ask->auth == HTTP_AUTH_BEARER &&
	    !add_header(t, "Authorization: Bearer ", ask->secret, e))
		return false;
	for (size_t i = 0;
	     ask->headers && ask->headers[i] && i < HTTP_HEADERS_MAX; i++)
		if (!add_header(t, ask->headers[i], "", e))
			return false;
	return true;
}

static bool
sign(struct transfer *t, struct err *e)
{
	const struct clock *clock = t->client->set.clock;
	unsigned char dice[16];
	char nonce[2 * sizeof(dice) + 1];
	const struct oauth1 who = {.key = t->ask->user,
				   .secret = t->ask->secret,
				   .now = clock->now(clock),
				   .nonce = nonce};

	random_bytes(dice, sizeof(dice));
	for (size_t i = 0; i < sizeof(dice); i++)
		(void)snprintf(nonce + 2 * i, 3, "%02x", dice[i]);
	return oauth1_url(&who, t->ask->method, t->ask->url, &t->url, e);
}

/* Credentials in the query: only what leaves has them. */
static bool
add_query_auth(struct transfer *t, struct err *e)
{
	const char *url = t->ask->url;

	if (t->ask->auth != HTTP_AUTH_QUERY && t->ask->auth != HTTP_AUTH_OAUTH1)
		return true;
	t->url = (struct strbuf)STRBUF(URL_BYTES_MAX);
	if (t->ask->auth == HTTP_AUTH_OAUTH1)
		return sign(t, e);
	if (t->plain)
		return err_set(e, ERR_INPUT,
			       "a secret goes in the query by https only");
	strbuf_addf(&t->url, "%s%cconsumer_key=", url,
		    strchr(url, '?') ? '&' : '?');
	strbuf_add_url(&t->url, t->ask->user);
	strbuf_add(&t->url, "&consumer_secret=");
	strbuf_add_url(&t->url, t->ask->secret);
	return strbuf_check(&t->url, e);
}

static void
set_method(CURL *easy, const struct http_request *ask)
{
	if (strcmp(ask->method, "HEAD") == 0) {
		curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
		return;
	}
	if (ask->body || strcmp(ask->method, "POST") == 0) {
		curl_easy_setopt(
			easy, CURLOPT_POSTFIELDSIZE_LARGE,
			(curl_off_t)(ask->body ? ask->body_length : 0));
		curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
				 ask->body ? ask->body : "");
	}
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, ask->method);
}

/* Who may be called, and over what (RELIABILITY 6.4). */
static void
set_target(CURL *easy, struct transfer *t)
{
	const struct http_settings *set = &t->client->set;

	curl_easy_setopt(easy, CURLOPT_URL,
			 t->url.text ? t->url.text : t->ask->url);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR,
			 t->plain ? "http" : "https");
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
	/* Both set, or libcurl would ask the environment. */
	curl_easy_setopt(easy, CURLOPT_PROXY, t->proxied ? set->proxy : "");
	curl_easy_setopt(easy, CURLOPT_NOPROXY, "");
	curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, t);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 2L);
	curl_easy_setopt(easy, CURLOPT_SSLVERSION,
			 (long)CURL_SSLVERSION_TLSv1_2);
	if (set->ca_file[0])
		curl_easy_setopt(easy, CURLOPT_CAINFO, set->ca_file);
}

/* How connections are shared, and how long anything may take. */
static void
set_manner(CURL *easy, const struct transfer *t, int64_t now)
{
	const struct http_settings *set = &t->client->set;
	int64_t left = transfer_left(t, now);

	curl_easy_setopt(easy, CURLOPT_SHARE, t->client->share);
	/* What was measured under faults, and HTTP/2 was no faster. */
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
			 (long)CURL_HTTP_VERSION_1_1);
	/* libcurl sends again by itself what died on a used connection. */
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT,
			 t->ask->repeatable ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* Or giving up would wait for the name server, without a heartbeat. */
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)(left > 0 ? left : 1));
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT,
			 (long)set->connect_timeout_s);
}

static void
set_answer(CURL *easy, struct transfer *t)
{
	size_t most = t->client->set.max_body;

	t->reply->body = (struct strbuf)STRBUF(most);
	t->reply->headers = (struct strbuf)STRBUF(HEADERS_BYTES_MAX);
	curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip");
	curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)most);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
}

int64_t
transfer_left(const struct transfer *t, int64_t then)
{
	unsigned one = t->ask->timeout_s ? t->ask->timeout_s
					 : t->client->set.timeout_s;
	int64_t ms = (int64_t)one * SECOND, left = ms;

	if (t->ask->total_s)
		left = t->first + (int64_t)t->ask->total_s * SECOND - then;
	if (left < ms)
		ms = left;
	return ms > 0 ? ms : 0;
}

bool
transfer_prepare(struct transfer *t, CURL *easy, int64_t now, struct err *e)
{
	const struct http_settings *set = &t->client->set;

	if (!url_check(t->ask->url, set->allow_private, e) ||
	    !add_headers(t, e))
		return false;
	(void)url_host(t->ask->url, t->host, sizeof(t->host));
	t->plain = text_starts_nocase(t->ask->url, "http:");
	if (!add_query_auth(t, e))
		return false;
	t->proxied =
		set->proxy[0] && !host_is_listed(t->host, set->allow_private);
	t->refused[0] = '\0';
	t->pace_at = 0;
	curl_easy_reset(easy);
	set_method(easy, t->ask);
	set_target(easy, t);
	set_manner(easy, t, now);
	set_answer(easy, t);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, set->user_agent);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	if (t->ask->auth == HTTP_AUTH_BASIC) {
		curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
		curl_easy_setopt(easy, CURLOPT_USERNAME, t->ask->user);
		curl_easy_setopt(easy, CURLOPT_PASSWORD, t->ask->secret);
	}
	return true;
}

/* A body whose end nobody announced may be half of it (RELIABILITY 1.1). */
static bool
is_open_ended(const struct http_response *reply)
{
	char value[64];

	if (http_header(reply, "content-length", value, sizeof(value)))
		return false;
	return !http_header(reply, "transfer-encoding", value, sizeof(value)) ||
	       !text_find_nocase(value, "chunked");
}

static void
tell_refused(struct transfer *t)
{
	struct err *e = &t->reply->err;

	(void)err_set(e, ERR_DENIED,
		      t->plain ? "%s is at %s, and http is for loopback only"
			       : "%s is at %s, which is not a public address",
		      t->host, t->refused);
	(void)err_as(e, OB_NETWORK);
	(void)err_hint(e, "%s=%s in net.allow_private lets it be called",
		       t->host, t->refused);
}

/* D-14: a name that is not there is another thing than a silent name server. */
static void
tell_unknown_host(struct transfer *t)
{
	struct err *e = &t->reply->err;

	t->reply->no_such_host = true;
	(void)err_set(e, ERR_TEMPORARY, "the name %s does not exist", t->host);
	(void)err_as(e, OB_NETWORK);
}

void
transfer_settle(struct transfer *t, CURL *easy, CURLcode code)
{
	struct http_response *reply = t->reply;
	const struct clock *clock = t->client->set.clock;
	long sent = 0;

	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &reply->status);
	curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent);
	reply->sent = reply->sent || sent > 0;
	if (code == CURLE_OK && reply->status / 100 == 2 &&
	    reply->body.len > 0 && is_open_ended(reply))
		code = CURLE_PARTIAL_FILE;
	http_classify(t->ask, (int)code, reply, clock->now(clock));
	reply->no_such_host = false;
	if (code == CURLE_COULDNT_RESOLVE_HOST && name_is_unknown(t->host) &&
	    OB_GUARD("net.no_such_host"))
		tell_unknown_host(t);
	if (code == CURLE_COULDNT_CONNECT && t->refused[0])
		tell_refused(t);
	/* A ceiling that was met is no fault of whoever reads on. */
	if (reply->body.failed)
		strbuf_end(&reply->body);
}

bool
transfer_crawls(struct transfer *t, int64_t now)
{
	unsigned most = t->client->set.slow_s ? t->client->set.slow_s : SLOW_S;
	size_t bytes = t->reply->headers.len + t->reply->body.len;
	bool slow;

	/* A shop may think for a minute: only drops of an answer count. */
	if (bytes == 0 || !OB_GUARD("net.crawls"))
		return false;
	if (t->pace_at != 0 && now - t->pace_at < (int64_t)most * SECOND)
		return false;
	slow = t->pace_at != 0 &&
	       bytes - t->pace_bytes < (size_t)SLOW_BYTES_PER_S * most;
	t->pace_at = now;
	t->pace_bytes = bytes;
	return slow;
}

void
transfer_clear(struct transfer *t)
{
	/* One of them may carry a token. */
	for (struct curl_slist *line = t->headers; line; line = line->next)
		OPENSSL_cleanse(line->data, strlen(line->data));
	curl_slist_free_all(t->headers);
	t->headers = NULL;
	secret_wipe(&t->url);
}
