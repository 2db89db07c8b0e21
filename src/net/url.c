#include "net/http.h"

#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "local.h"

#define URL_MAX  8192
#define HOST_MAX 253

/* One part of a parsed address; false when it is absent or too long. */
static bool
url_part(CURLU *url, CURLUPart part, unsigned flags, char *out, size_t room)
{
	char *text = NULL;
	bool fits;

	if (curl_url_get(url, part, &text, flags) != CURLUE_OK)
		return false;
	fits = strlen(text) < room;
	if (fits)
		memcpy(out, text, strlen(text) + 1);
	curl_free(text);
	return fits;
}

struct origin {
	char scheme[8], host[HOST_ROOM], port[8];
};

/* curl's own reader, so that what is checked is what will be called. */
static bool
origin_read(const char *text, struct origin *out)
{
	CURLU *url = curl_url();
	size_t length;
	bool ok;

	*out = (struct origin){{0}, {0}, {0}};
	ok = url &&
	     curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) ==
		     CURLUE_OK &&
	     url_part(url, CURLUPART_SCHEME, 0, out->scheme, 8) &&
	     url_part(url, CURLUPART_HOST, 0, out->host, HOST_ROOM) &&
	     url_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, out->port, 8);
	curl_url_cleanup(url);
	if (!ok)
		return false;
	length = strlen(out->host);
	if (length > 2 && out->host[0] == '[') {
		memmove(out->host, out->host + 1, length - 2);
		out->host[length - 2] = '\0';
	}
	for (char *c = out->host; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c - 'A' + 'a');
	return true;
}

bool
url_host(const char *url, char *out, size_t room)
{
	struct origin o;

	if (!origin_read(url, &o) || strlen(o.host) >= room)
		return false;
	memcpy(out, o.host, strlen(o.host) + 1);
	return true;
}

bool
url_without_query(const char *url, struct strbuf *out)
{
	struct origin o;
	const char *path;
	bool is_default;

	if (!origin_read(url, &o))
		return false;
	path = strstr(url, "//") + 2;
	path += strcspn(path, "/?");
	is_default = strcmp(o.port,
			    strcmp(o.scheme, "http") == 0 ? "80" : "443") == 0;
	strbuf_addf(out, strchr(o.host, ':') ? "%s://[%s]" : "%s://%s",
		    o.scheme, o.host);
	if (!is_default)
		strbuf_addf(out, ":%s", o.port);
	if (*path == '/')
		strbuf_addn(out, path, strcspn(path, "?"));
	else
		strbuf_add(out, "/");
	return true;
}

bool
url_same_origin(const char *a, const char *b)
{
	struct origin first, second;

	return origin_read(a, &first) && origin_read(b, &second) &&
	       strcmp(first.scheme, second.scheme) == 0 &&
	       strcmp(first.host, second.host) == 0 &&
	       strcmp(first.port, second.port) == 0;
}

/* What a parser cannot be asked, because it has already let it pass. */
static bool
check_text(const char *url, struct err *e)
{
	const char *path;

	if (!url || url[0] == '\0')
		return err_set(e, ERR_INPUT, "no address");
	if (strlen(url) > URL_MAX)
		return err_set(e, ERR_INPUT,
			       "address of more than %d characters", URL_MAX);
	for (const char *c = url; *c; c++)
		if (*c <= ' ' || *c > '~')
			return err_set(e, ERR_INPUT,
				       "address with a character that has to "
				       "be percent-encoded");
	if (strncasecmp(url, "https://", 8) != 0 &&
	    strncasecmp(url, "http://", 7) != 0)
		return err_set(e, ERR_INPUT,
			       "address must begin with https://");
	if (strchr(url, '#'))
		return err_set(e, ERR_INPUT, "address with a part after \"#\"");
	path = strstr(url, "//") + 2;
	if (memchr(path, '@', strcspn(path, "/?"))) {
		(void)err_set(e, ERR_INPUT,
			      "address with a user or a password in it");
		return err_hint(e, "store them as the connection's secret");
	}
	if (strcspn(path, ":/?") > HOST_MAX)
		return err_set(e, ERR_INPUT,
			       "host name of more than %d characters",
			       HOST_MAX);
	return true;
}

/* Names that mean this machine whatever a name server says (RFC 6761). */
static bool
is_localhost(const char *host)
{
	size_t length = strlen(host);

	if (length > 0 && host[length - 1] == '.')
		length--;
	return (length == 9 && strncmp(host, "localhost", 9) == 0) ||
	       (length > 10 &&
		strncmp(host + length - 10, ".localhost", 10) == 0);
}

static bool
check_target(const struct origin *o, const char *allow_private, struct err *e)
{
	const char *ip = is_localhost(o->host)         ? "127.0.0.1"
			 : address_is_literal(o->host) ? o->host
						       : NULL;

	if (strspn(o->host, "abcdefghijklmnopqrstuvwxyz0123456789.-_:") !=
	    strlen(o->host))
		return err_set(e, ERR_INPUT,
			       "host name with a character that no name has");
	if (ip && !address_allowed(o->host, ip, allow_private)) {
		(void)err_set(e, ERR_INPUT, "%s is not a public address",
			      o->host);
		return err_hint(e,
				"net.allow_private in the configuration lists "
				"the private addresses that may be called");
	}
	if (strcmp(o->scheme, "http") == 0) {
		if (loopback_is_listed(o->host, allow_private))
			return true;
		(void)err_set(e, ERR_INPUT, "%s must be called by https",
			      o->host);
		return err_hint(e, "http is for hosts that net.allow_private "
				   "lists with a loopback address");
	}
	if (strcmp(o->port, "443") == 0 ||
	    host_is_listed(o->host, allow_private))
		return true;
	(void)err_set(e, ERR_INPUT, "port %s of %s: only port 443 is called",
		      o->port, o->host);
	return err_hint(e, "hosts in net.allow_private may have any port");
}

bool
url_check(const char *url, const char *allow_private, struct err *e)
{
	struct origin o;

	if (!check_text(url, e))
		return false;
	if (!origin_read(url, &o))
		return err_set(e, ERR_INPUT,
			       "not an address like https://shop.example");
	return check_target(&o, allow_private, e);
}
