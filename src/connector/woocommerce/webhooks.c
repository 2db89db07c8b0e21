#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/row_out.h"
#include "base/secret.h"
#include "base/text.h"
#include "local.h"

enum { PAGE = 100, PAGES_MAX = 5 };

static void
take_text(const json_t *row, const char *key, char *out, size_t room)
{
	const char *text = json_string_value(json_object_get(row, key));

	if (!text_copy(out, room, text == NULL ? "" : text))
		out[0] = '\0';
}

static void
take_row(const json_t *row, struct subscription *out)
{
	(void)snprintf(
		out->id, sizeof(out->id), "%lld",
		(long long)json_integer_value(json_object_get(row, "id")));
	take_text(row, "topic", out->topic, sizeof(out->topic));
	take_text(row, "delivery_url", out->url, sizeof(out->url));
	take_text(row, "status", out->status, sizeof(out->status));
}

static bool
take_page(struct woocommerce *w, unsigned page, struct subscription_list *out,
	  bool *more, struct err *e)
{
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	json_auto_t *list = NULL;
	struct subscription *grown;
	size_t count;

	strbuf_addf(&ask.url, "%s/wc/v3/webhooks?per_page=%d&page=%u", w->root,
		    PAGE, page);
	if (!woo_send(w, &ask, &reply, e) || !woo_document(&reply, &list, e))
		return false;
	count = json_array_size(list);
	*more = count == PAGE;
	grown = realloc(out->at, (out->count + count + 1) * sizeof(*grown));
	if (grown == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	out->at = grown;
	for (size_t i = 0; i < count; i++)
		take_row(json_array_get(list, i), &out->at[out->count++]);
	return true;
}

bool
woo_subscriptions(struct shop *self, struct subscription_list *out,
		  struct err *e)
{
	struct woocommerce *w = (struct woocommerce *)self;
	bool more = true;

	*out = (struct subscription_list){0};
	for (unsigned page = 1; more && page <= PAGES_MAX; page++)
		if (!take_page(w, page, out, &more, e))
			return err_in(e, "webhooks of %s", w->set.site->code);
	return true;
}

static void
write_member(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, "%s\"%s\":", out->len == 0 ? "{" : ",", name);
	json_out_text(out, value);
}

bool
woo_subscribe(struct shop *self, const struct subscription *want,
	      const char *secret, struct err *e)
{
	struct woocommerce *w = (struct woocommerce *)self;
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	const bool is_new = want->id[0] == '\0';
	bool fine;

	strbuf_addf(&ask.url, "%s/wc/v3/webhooks%s%s", w->root,
		    is_new ? "" : "/", want->id);
	write_member(&ask.body, "name", "orderbridge");
	write_member(&ask.body, "topic", want->topic);
	write_member(&ask.body, "delivery_url", want->url);
	write_member(&ask.body, "status", "active");
	write_member(&ask.body, "secret", secret);
	strbuf_add(&ask.body, "}");
	/* Made twice it would tell everything twice. */
	ask.once = is_new;
	fine = woo_send(w, &ask, &reply, e);
	secret_wipe(&ask.body);
	return fine ||
	       err_in(e, "webhook %s of %s", want->topic, w->set.site->code);
}
