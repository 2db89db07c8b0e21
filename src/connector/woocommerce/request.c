#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

void
woo_ask_end(struct woo_ask *ask)
{
	strbuf_end(&ask->url);
	strbuf_end(&ask->body);
}

struct http_request
woo_request(const struct woocommerce *w, const struct woo_ask *ask)
{
	/* Some hosts cache what a REST API answers (UPSTREAM-APIS 2.2). */
	static const char *const headers[] = {"Cache-Control: no-cache", NULL};

	return (struct http_request){
		.method = ask->body.len > 0 ? "POST" : "GET",
		.url = ask->url.text,
		.auth = w->auth,
		.user = w->set.key,
		.secret = w->set.secret,
		.headers = headers,
		.body = ask->body.len > 0 ? ask->body.text : NULL,
		.body_length = ask->body.len,
		/* A POST that sets marks: twice is harmless (F22). */
		.repeatable = !ask->once,
	};
}

/* A member of an error body, with its entities as characters. */
static void
error_member(const struct http_response *reply, const char *name, char *out,
	     size_t room)
{
	json_auto_t *body = NULL;
	struct err ignored = {0};
	const char *value = NULL;
	AUTO(strbuf) plain = STRBUF(65536);

	out[0] = '\0';
	if (reply->body.len > 0 &&
	    json_read(reply->body.text, reply->body.len, &body, &ignored))
		value = json_string_value(json_object_get(body, name));
	if (value == NULL)
		return;
	text_decode_entities(value, &plain);
	(void)text_copy(out, room, plain.text ? plain.text : "");
}

void
woo_error_code(const struct http_response *reply, char *out, size_t room)
{
	error_member(reply, "code", out, room);
}

static bool
auth_hint(const char *code, const char *message, struct err *e)
{
	/*
	 * An unknown key is answered as if none had been sent, and so is a key
	 * that the web server in front has stripped (OBSERVATIONS).
	 */
	if (strcmp(code, "woocommerce_rest_cannot_view") == 0)
		return err_hint(e,
				"the shop does not know the consumer key, or "
				"its web server drops the Authorization "
				"header, or it is not called by https");
	if (text_find_nocase(message, "invalid timestamp") != NULL)
		return err_hint(e, "the clocks of both machines differ by more "
				   "than 15 minutes: set them by NTP");
	if (text_find_nocase(message, "write permission") != NULL ||
	    text_find_nocase(message, "read permission") != NULL)
		return err_hint(e, "give the key the permission Read/Write in "
				   "WooCommerce, Settings, Advanced, REST API");
	return err_hint(e, "store the consumer key and secret of this shop "
			   "anew");
}

bool
woo_refused(const struct http_response *reply, struct err *e)
{
	char code[128], message[256];

	*e = reply->err;
	woo_error_code(reply, code, sizeof(code));
	error_member(reply, "message", message, sizeof(message));
	if (message[0] != '\0' && reply->status >= 400 && reply->status < 500) {
		struct err told = *e;

		err_set(e, told.class, "%s: %s", told.text, message);
		e->code = told.code;
		e->retry_at = told.retry_at;
		(void)text_copy(e->hint, sizeof(e->hint), told.hint);
	}
	/* libcurl sent it again on a fresh connection: the key is good. */
	if (text_find_nocase(message, "nonce has already been used") != NULL) {
		e->class = ERR_TEMPORARY;
		e->hint[0] = '\0';
		return err_as(e, OB_UPSTREAM);
	}
	if (reply->status == 401 || reply->status == 403) {
		err_as(e, OB_AUTH_FAILED);
		return auth_hint(code, message, e);
	}
	return false;
}

bool
woo_document(const struct http_response *reply, json_t **out, struct err *e)
{
	/* A PHP notice in front of the JSON ends here too (2.8, wrong type). */
	if (reply->body.len > 0 &&
	    json_read(reply->body.text, reply->body.len, out, e))
		return true;
	if (reply->body.len == 0)
		err_set(e, ERR_TEMPORARY, "the body is empty");
	e->class = ERR_TEMPORARY;
	err_as(e, OB_UPSTREAM);
	return err_in(e, "the shop's answer is not the JSON that it promises");
}

/* D-14: no such API here, no shop, or no host of this name. */
static bool
no_shop(const struct http_response *reply, struct err *e)
{
	if (reply->status != 404 && reply->status != 410 &&
	    !reply->no_such_host)
		return false;
	e->class = ERR_MISSING;
	e->retry_at = 0;
	err_as(e, OB_WEBSHOP_NOT_FOUND);
	return err_hint(e, reply->no_such_host
				   ? "check the shop's address, and whether "
				     "its domain is still registered"
				   : "check the shop's address; WooCommerce "
				     "must be active and permalinks must not "
				     "be Plain");
}

bool
woo_send(struct woocommerce *w, const struct woo_ask *ask,
	 struct http_response *reply, struct err *e)
{
	struct http_request request = woo_request(w, ask);

	if (!strbuf_check(&ask->url, e) || !strbuf_check(&ask->body, e))
		return err_in(e, "request to the shop");
	if (!w->set.http->send(w->set.http, &request, reply, 1, e))
		return false;
	if (reply->err.class == ERR_NONE)
		return true;
	(void)woo_refused(reply, e);
	return no_shop(reply, e);
}

void
woo_add_text(struct strbuf *url, const char *name, const char *value)
{
	bool first = url->text == NULL || strchr(url->text, '?') == NULL;

	strbuf_addf(url, "%c%s=", first ? '?' : '&', name);
	strbuf_add_url(url, value);
}

void
woo_add_time(struct strbuf *url, const char *name, utc_ms t)
{
	char text[TIME_TEXT_MAX];

	woo_add_text(url, name, time_text_plain(t, text));
}

void
woo_add_statuses(struct strbuf *url, const char *statuses)
{
	const char *at = statuses != NULL && statuses[0] ? statuses : "any";
	bool first = true;

	strbuf_add(url,
		   strchr(url->text, '?') != NULL ? "&status=" : "?status=");
	while (*at != '\0') {
		size_t length = strcspn(at, ",");
		char slug[61];

		while (length > 0 && *at == ' ') {
			at++;
			length--;
		}
		if (length > 0 && length < sizeof(slug)) {
			memcpy(slug, at, length);
			slug[length] = '\0';
			strbuf_add(url, first ? "" : ",");
			strbuf_add_url(url, slug);
			first = false;
		}
		at += length + (at[length] == ',');
	}
}

int64_t
woo_header_number(const struct http_response *reply, const char *name)
{
	char value[24], *end;
	long long number;

	if (http_header(reply, name, value, sizeof(value)) == NULL)
		return -1;
	number = strtoll(value, &end, 10);
	return end != value && *end == '\0' && number >= 0 ? number : -1;
}

bool
woo_is_id(const char *id)
{
	return id[0] != '\0' && strlen(id) <= 18 &&
	       id[strspn(id, "0123456789")] == '\0';
}
