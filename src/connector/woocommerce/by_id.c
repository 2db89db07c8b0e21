#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

/* Single requests that run at once, a few at a time as the client allows. */
#define SINGLES_MAX 25
/* Ids in one list request: what a page can hold. */
#define IDS_MAX 100

static void
add_ids(struct strbuf *url, const char *const *ids, size_t count)
{
	bool any = false;

	strbuf_add(url, "&include=");
	for (size_t i = 0; i < count; i++) {
		if (!woo_is_id(ids[i]))
			continue;
		strbuf_addf(url, "%s%s", any ? "," : "", ids[i]);
		any = true;
	}
}

static bool
any_id(const char *const *ids, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (woo_is_id(ids[i]))
			return true;
	return false;
}

/* Puts the orders of a list where their ids were asked for. */
static void
sort_in(struct raw_page *list, const char *const *ids, size_t count,
	struct raw_order *out)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < list->count; k++) {
			struct raw_order *found = &list->order[k];

			if (found->body == NULL ||
			    strcmp(found->platform_id, ids[i]) != 0)
				continue;
			out[i] = *found;
			*found = (struct raw_order){0};
		}
}

/* One request for up to a hundred orders; those that it leaves out stay empty.
 */
static bool
ask_list(struct woocommerce *w, const char *const *ids, size_t count,
	 struct raw_page *out, struct raw_order *slots, struct err *e)
{
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	AUTO(raw_page) page = {0};

	if (!any_id(ids, count))
		return true;
	/* "any" leaves out the trash; the single requests find it. */
	strbuf_addf(&ask.url, "%s/wc/v3/orders?status=any&per_page=%d&dp=4",
		    w->root, IDS_MAX);
	add_ids(&ask.url, ids, count);
	if (!woo_send(w, &ask, &reply, e) ||
	    !woo_take_list(&reply, (struct page_place){1, IDS_MAX}, &page, e))
		return false;
	out->bytes += reply.body.len;
	if (json_array_append(out->document, page.document) != 0)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	sort_in(&page, ids, count, slots);
	return true;
}

/* What one order's own address says: there, in the trash, or gone. */
static bool
take_single(struct raw_page *out, const struct http_response *reply,
	    struct raw_order *slot, struct err *e)
{
	json_auto_t *order = NULL;
	struct err ignored = {0};

	if (reply->status == 404 || reply->status == 410) {
		slot->gone = true;
		return true;
	}
	if (reply->err.class != ERR_NONE)
		return woo_refused(reply, e);
	out->bytes += reply->body.len;
	if (!woo_document(reply, &order, e))
		return reply->body.len > 0 &&
		       woo_take_unreadable(reply->body.text, reply->body.len,
					   slot, &ignored);
	if (!woo_take_order(order, reply->body.text, reply->body.len, slot, e))
		return false;
	if (json_array_append(out->document, order) != 0)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	return true;
}

struct singles {
	struct woo_ask ask[SINGLES_MAX];
	struct http_request request[SINGLES_MAX];
	struct http_response reply[SINGLES_MAX];
	size_t slot[SINGLES_MAX];
	size_t count;
};

static void
singles_end(struct singles *s)
{
	for (size_t i = 0; i < s->count; i++) {
		woo_ask_end(&s->ask[i]);
		http_response_end(&s->reply[i]);
	}
}

static void
singles_add(struct singles *s, struct woocommerce *w, const char *id,
	    size_t slot)
{
	struct woo_ask *ask = &s->ask[s->count];

	*ask = (struct woo_ask)WOO_ASK;
	strbuf_addf(&ask->url, "%s/wc/v3/orders/%s?dp=4", w->root, id);
	s->request[s->count] = woo_request(w, ask);
	s->slot[s->count++] = slot;
}

static bool
singles_send(struct singles *s, struct woocommerce *w, struct raw_page *out,
	     struct err *e)
{
	bool ok = s->count == 0 || w->set.http->send(w->set.http, s->request,
						     s->reply, s->count, e);

	for (size_t i = 0; ok && i < s->count; i++)
		ok = take_single(out, &s->reply[i], &out->order[s->slot[i]], e);
	return ok;
}

/* Asks one by one for the orders that no list had, from *at on. */
static bool
ask_singles(struct woocommerce *w, const char *const *ids, size_t *at,
	    struct raw_page *out, struct err *e)
{
	AUTO(singles) s = {0};

	for (; *at < out->count && s.count < SINGLES_MAX; ++*at) {
		struct raw_order *slot = &out->order[*at];

		if (slot->body != NULL)
			continue;
		(void)text_copy(slot->platform_id, sizeof(slot->platform_id),
				ids[*at]);
		slot->gone = !woo_is_id(ids[*at]);
		if (!slot->gone)
			singles_add(&s, w, ids[*at], *at);
	}
	return singles_send(&s, w, out, e);
}

static bool
ask_all(struct woocommerce *w, const char *const *ids, size_t count,
	struct raw_page *out, struct err *e)
{
	for (size_t i = 0; i < count; i += IDS_MAX) {
		size_t some = count - i < IDS_MAX ? count - i : IDS_MAX;

		if (!ask_list(w, ids + i, some, out, out->order + i, e))
			return false;
	}
	for (size_t i = 0; i < count;)
		if (!ask_singles(w, ids, &i, out, e))
			return false;
	return true;
}

bool
woo_fetch_ids(struct shop *self, const char *const *ids, size_t count,
	      struct raw_page *out, struct err *e)
{
	struct woocommerce *w = (struct woocommerce *)self;

	*out = (struct raw_page){
		.document = json_array(),
		.order = calloc(count + 1, sizeof(struct raw_order)),
		.count = count,
	};
	if (out->document == NULL || out->order == NULL) {
		out->count = 0;
		err_set(e, ERR_TEMPORARY, "out of memory");
	} else if (ask_all(w, ids, count, out, e)) {
		return true;
	}
	raw_page_end(out);
	return err_in(e, "orders of %s by id", w->set.site->code);
}
