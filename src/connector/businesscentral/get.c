#include "local.h"

#include <stdlib.h>
#include <string.h>

/* en-US: error texts that stay the same; a replica is enough for items. */
static const char *const reading[] = {"Accept-Language: en-US",
				      "Data-Access-Intent: ReadOnly",
				      "Prefer: odata.maxpagesize=1000", NULL};

void
bc_api_url(const struct bc *bc, const char *path, struct strbuf *out)
{
	strbuf_addf(out, "%s/api/v2.0/%s", bc->api_url, path);
}

void
bc_company_url(const struct bc *bc, const char *path, struct strbuf *out)
{
	bc_api_url(bc, "companies(", out);
	strbuf_add_url(out, bc->company_id);
	strbuf_addf(out, ")%s", path);
}

void
bc_service_url(const struct bc *bc, const char *service, struct strbuf *out)
{
	strbuf_addf(out, "%s/ODataV4/Company(", bc->api_url);
	bc_literal(out, bc->company_name);
	strbuf_add(out, ")/");
	strbuf_add_url(out, service);
}

void
bc_literal(struct strbuf *out, const char *text)
{
	AUTO(strbuf) quoted = STRBUF(1024);

	strbuf_add(&quoted, "'");
	for (; *text; text++)
		strbuf_addn(&quoted, *text == '\'' ? "''" : text,
			    *text == '\'' ? 2 : 1);
	strbuf_add(&quoted, "'");
	if (quoted.failed)
		out->failed = true;
	else
		strbuf_add_url(out, quoted.text);
}

/* Sends those of the requests whose turn it is; their places are in at. */
static bool
send_some(struct bc *bc, const char *const *url, struct http_response *reply,
	  const size_t *at, size_t count, bool renew, struct err *e)
{
	const char *token = bc->token(bc->token_context, renew, e);
	struct http_request *ask = calloc(count, sizeof(*ask));
	struct http_response *got = calloc(count, sizeof(*got));
	bool ok = token && ask && got;

	if (token && !ok)
		(void)err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; ok && i < count; i++)
		ask[i] = (struct http_request){
			.method = "GET",
			.url = url[at[i]],
			.auth = HTTP_AUTH_BEARER,
			.secret = token,
			.headers = reading,
			/* decimals as text, so that no cent is lost */
			.accept = "application/json;odata.metadata=minimal;"
				  "IEEE754Compatible=true",
			.repeatable = true};
	ok = ok && bc->http->send(bc->http, ask, got, count, e);
	for (size_t i = 0; ok && i < count; i++) {
		http_response_end(&reply[at[i]]);
		reply[at[i]] = got[i];
	}
	for (size_t i = 0; !ok && got && i < count; i++)
		http_response_end(&got[i]);
	free(ask);
	free(got);
	return ok ? true : err_in(e, "%s", bc->connection);
}

/* Which requests a token that has gone stale was refused for. */
static size_t
find_refused(const struct http_response *reply, size_t count, size_t *at)
{
	size_t refused = 0;

	for (size_t i = 0; i < count; i++)
		if (reply[i].status == 401)
			at[refused++] = i;
	return refused;
}

static bool
tell_denied(const struct bc *bc, const struct http_response *reply,
	    struct err *e)
{
	*e = reply->err;
	(void)err_in(e, "%s", bc->connection);
	if (reply->status == 401)
		return err_hint(e,
				"Business Central must know the application: "
				"page Microsoft Entra Applications, state "
				"Enabled");
	if (reply->status == 403)
		return err_hint(e,
				"give the application a permission set: page "
				"Microsoft Entra Applications in Business "
				"Central");
	return false;
}

bool
bc_get(struct bc *bc, const char *const *url, struct http_response *reply,
       size_t count, struct err *e)
{
	size_t *at = calloc(count ? count : 1, sizeof(*at)), refused;
	bool ok;

	if (!at)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; i < count; i++)
		at[i] = i;
	ok = send_some(bc, url, reply, at, count, false, e);
	refused = ok ? find_refused(reply, count, at) : 0;
	if (refused > 0)
		ok = send_some(bc, url, reply, at, refused, true, e);
	free(at);
	if (!ok)
		return false;
	for (size_t i = 0; i < count; i++)
		bc_explain(&reply[i], true);
	for (size_t i = 0; i < count; i++)
		if (reply[i].err.class == ERR_DENIED)
			return tell_denied(bc, &reply[i], e);
	return true;
}

bool
bc_get_one(struct bc *bc, const char *url, struct http_response *reply,
	   struct err *e)
{
	if (!bc_get(bc, &url, reply, 1, e))
		return false;
	if (reply->err.class == ERR_NONE)
		return true;
	*e = reply->err;
	return err_in(e, "%s", bc->connection);
}
