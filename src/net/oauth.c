#include "net/oauth.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "base/jnode.h"
#include "base/secret.h"
#include "base/text.h"

#define TOKEN_MAX 65536

/* What a person can do, by the number that Entra names (UPSTREAM-APIS 1). */
static const struct remedy {
	int64_t number;
	const char *text;
} remedies[] = {
	{7000215, "the secret is wrong: store the secret's value, not its id"},
	{7000222, "the secret has expired: make a new one for the application "
		  "in Entra and store it here"},
	{7000218, "the secret is missing: store the client secret"},
	{700016,
	 "the application is not known in this tenant: check the client "
	 "id and the tenant"},
	{90002, "the tenant does not exist: check the tenant"},
	{900023, "the tenant does not exist: check the tenant"},
	{500011, "the service is not known in this tenant: check that the "
		 "tenant has it and that consent was given"},
	{9002313, "the request was malformed: check tenant and client id"},
};

/* What `error` says; the rest of the names mean: refused for good. */
static const char *const passing[] = {"temporarily_unavailable",
				      "server_error"};

static void
add_field(struct strbuf *body, const char *name, const char *value)
{
	strbuf_addf(body, "%s%s=", body->len > 0 ? "&" : "", name);
	strbuf_add_url(body, value);
}

/* Text from outside that may stand in a message: a name or a number, no more.
 */
static const char *
harmless(const char *text, char *out, size_t room)
{
	size_t length = 0;

	while (length + 1 < room &&
	       (strchr("_-", text[length]) ||
		(text[length] >= '0' && text[length] <= '9') ||
		((text[length] | 0x20) >= 'a' &&
		 (text[length] | 0x20) <= 'z')) &&
	       text[length] != '\0') {
		out[length] = text[length];
		length++;
	}
	out[length] = '\0';
	return out;
}

/* The first of error_codes, 0 when there is none. */
static int64_t
first_number(const struct jnode *root)
{
	struct jnode list = jnode_get(root, "error_codes");
	struct jnode first = jnode_item(&list, 0);

	return json_integer_value(first.value);
}

/*
 * Decides on `error`, whose words are stable; the AADSTS number and the trace
 * id are for the person who looks it up.
 */
static bool
tell_refusal(const struct http_response *reply, const char *host, struct err *e)
{
	struct err broken = {0};
	json_auto_t *json = NULL;
	struct jnode root;
	const char *error, *trace;
	char word[48], id[48];
	int64_t number;

	if (!reply->body.text ||
	    !json_read(reply->body.text, reply->body.len, &json, &broken))
		return err_set(e, ERR_PERMANENT,
			       "%s refused the request without a reason (%ld)",
			       host, reply->status);
	root = jnode_root(json, "token answer");
	if (!jnode_text(&root, "error", &error, &broken) ||
	    !jnode_text_or_empty(&root, "trace_id", &trace, &broken))
		return err_set(e, ERR_PERMANENT,
			       "%s refused the request without a reason (%ld)",
			       host, reply->status);
	number = first_number(&root);
	for (size_t i = 0; i < COUNT_OF(passing); i++)
		if (strcmp(error, passing[i]) == 0) {
			(void)err_set(e, ERR_TEMPORARY,
				      "%s gives no token now: %s", host, error);
			return err_as(e, OB_UPSTREAM);
		}
	(void)err_set(e, ERR_DENIED,
		      "%s refused the credentials: %s (AADSTS%" PRId64
		      ", trace %s)",
		      host, harmless(error, word, sizeof(word)), number,
		      harmless(trace, id, sizeof(id)));
	(void)err_as(e, OB_AUTH_FAILED);
	(void)err_hint(e, "check tenant, client id and client secret");
	for (size_t i = 0; i < COUNT_OF(remedies); i++)
		if (remedies[i].number == number)
			(void)err_hint(e, "%s", remedies[i].text);
	return false;
}

/* A number, or text that is one (UPSTREAM-APIS 1). */
static bool
read_seconds(const struct jnode *root, int64_t *out, struct err *e)
{
	struct jnode node = jnode_get(root, "expires_in");
	const char *text = json_string_value(node.value);

	if (json_is_integer(node.value))
		*out = json_integer_value(node.value);
	else if (text && text[0] && strspn(text, "0123456789") == strlen(text))
		*out = strtoll(text, NULL, 10);
	else
		return jnode_wrong(&node, "seconds", e);
	return *out > 0 ? true : jnode_wrong(&node, "seconds above 0", e);
}

static bool
read_token(const struct http_response *reply, struct oauth_token *out,
	   struct err *e)
{
	json_auto_t *json = NULL;
	struct jnode root;
	const char *type, *token;

	if (!json_read(reply->body.text ? reply->body.text : "",
		       reply->body.len, &json, e))
		return false;
	root = jnode_root(json, "token answer");
	if (!jnode_text(&root, "token_type", &type, e) ||
	    !jnode_text(&root, "access_token", &token, e) ||
	    !read_seconds(&root, &out->expires_in_s, e))
		return false;
	if (!text_equal_nocase(type, "Bearer"))
		return err_set(e, ERR_INPUT,
			       "token of another type than Bearer");
	if (token[0] == '\0')
		return err_set(e, ERR_INPUT, "empty token");
	/* It becomes a header. */
	for (const char *c = token; *c; c++)
		if (*c <= ' ' || *c > '~')
			return err_set(e, ERR_INPUT,
				       "token that is not plain text");
	out->token = (struct strbuf)STRBUF(TOKEN_MAX);
	strbuf_add(&out->token, token);
	return strbuf_check(&out->token, e);
}

static bool
exchange(struct http_client *http, const struct oauth_ask *ask, const char *url,
	 const char *body, struct oauth_token *out, struct err *e)
{
	/* Asking twice gives two tokens, which harms nobody. */
	const struct http_request request = {
		.method = "POST",
		.url = url,
		.body = body,
		.body_length = strlen(body),
		.content_type = "application/x-www-form-urlencoded",
		.repeatable = true};
	AUTO(http_response) reply = {0};
	char host[256];
	bool ok;

	if (!url_host(ask->authority, host, sizeof(host)))
		return err_set(e, ERR_INPUT, "no address to ask for a token");
	if (!http_one(http, &request, &reply, e))
		return reply.status == 400 || reply.status == 401
			       ? tell_refusal(&reply, host, e)
			       : false;
	ok = read_token(&reply, out, e);
	if (reply.body.text)
		OPENSSL_cleanse(reply.body.text, reply.body.len);
	if (ok)
		return true;
	oauth_token_end(out);
	e->class = ERR_TEMPORARY;
	e->code = OB_UPSTREAM;
	return err_in(e, "answer of %s", host);
}

bool
oauth_fetch(struct http_client *http, const struct oauth_ask *ask,
	    struct oauth_token *out, struct err *e)
{
	AUTO(strbuf) url = STRBUF(2048);
	AUTO(strbuf) body = STRBUF(8192);
	bool ok;

	*out = (struct oauth_token){.token = STRBUF(TOKEN_MAX)};
	strbuf_addf(&url, "%s/", ask->authority);
	strbuf_add_url(&url, ask->tenant);
	strbuf_add(&url, "/oauth2/v2.0/token");
	add_field(&body, "grant_type", "client_credentials");
	add_field(&body, "client_id", ask->client_id);
	add_field(&body, "client_secret", ask->client_secret);
	add_field(&body, "scope", ask->scope);
	ok = strbuf_check(&url, e) && strbuf_check(&body, e) &&
	     exchange(http, ask, url.text, body.text, out, e);
	secret_wipe(&body);
	return ok ? true : err_in(e, "token");
}

void
oauth_token_end(struct oauth_token *token)
{
	secret_wipe(&token->token);
}
