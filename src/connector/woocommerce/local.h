#ifndef OB_WOOCOMMERCE_LOCAL_H
#define OB_WOOCOMMERCE_LOCAL_H

/* What the files of this connector share. */

#include "connector/woocommerce/woocommerce.h"
#include "order/check.h"

struct woocommerce {
	struct shop shop; /* first, so that the two pointers are one */
	struct shop_settings set;
	struct order_rules rules;
	char root[512];      /* "https://shop.example/wp-json" */
	enum http_auth auth; /* how key and secret are shown */
	/* SHA-256 of the ids of the page before, for F3 */
	unsigned char last_ids[32];
	bool has_last;
};

bool woo_probe(struct shop *self, struct probe *out, struct err *e);
bool woo_statuses(struct shop *self, struct status_list *out, struct err *e);
bool woo_count(struct shop *self, const struct fetch *of, int64_t *out,
	       struct err *e);
bool woo_fetch_page(struct shop *self, struct fetch *at, struct raw_page *out,
		    struct err *e);
bool woo_fetch_ids(struct shop *self, const char *const *ids, size_t count,
		   struct raw_page *out, struct err *e);
bool woo_read_order(const struct shop *self, const struct raw_order *raw,
		    struct order *out, struct err *e);
bool woo_mark(struct shop *self, const struct mark *marks, size_t count,
	      struct outcome *each, struct err *e);

bool woo_subscriptions(struct shop *self, struct subscription_list *out,
		       struct err *e);
bool woo_subscribe(struct shop *self, const struct subscription *want,
		   const char *secret, struct err *e);

/* By the name that a site keeps; an unknown one means the header. */
void woo_auth_set(struct woocommerce *w, const char *name);
/*
 * Lets requests go the nth way that there is for this address; its name, and
 * why a shop may need it. NULL: there are no more ways.
 */
const char *woo_auth_nth(struct woocommerce *w, size_t nth, const char **why);

/* A request of wc/v3 with our credentials; path begins behind "/wc/v3". */
struct woo_ask {
	struct strbuf url;
	struct strbuf body; /* empty: none */
	bool once;          /* a repeat would do harm */
};
#define WOO_ASK                                       \
	{                                             \
		STRBUF(16384), STRBUF(1 << 18), false \
	}
void woo_ask_end(struct woo_ask *ask);
/* What is to be sent: a GET, or a POST that sets values when it has a body. */
struct http_request woo_request(const struct woocommerce *w,
				const struct woo_ask *ask);
/*
 * Sends one to an address that every shop has; a failure is told in the shop's
 * own words, ERR_MISSING with OB_WEBSHOP_NOT_FOUND says that the shop
 * is gone (D-14).
 */
MUST_CHECK bool woo_send(struct woocommerce *w, const struct woo_ask *ask,
			 struct http_response *reply, struct err *e);
/* The error of a reply, with what the shop says in its body. False. */
bool woo_refused(const struct http_response *reply, struct err *e);
/* The document of a good reply; anything else is ERR_TEMPORARY, OB_UPSTREAM. */
MUST_CHECK bool woo_document(const struct http_response *reply, json_t **out,
			     struct err *e);
/* The code of an error body: "rest_no_route"; "" when it is no such body. */
void woo_error_code(const struct http_response *reply, char *out, size_t room);
/* "&name=value", "?" in place of & for the first one of an address. */
void woo_add_text(struct strbuf *url, const char *name, const char *value);
/* A moment as the shop takes it: UTC, without zone, whole seconds. */
void woo_add_time(struct strbuf *url, const char *name, utc_ms t);
/* The site's statuses as the shop takes them. */
void woo_add_statuses(struct strbuf *url, const char *statuses);

/* Which page was asked for, and how many orders a page may have. */
struct page_place {
	unsigned page, size;
};
/*
 * Makes orders of a list as it was sent: each gets its text, id and
 * modification time. One that is no JSON has its text alone, one without id is
 * counted in out->nameless. False (ERR_TEMPORARY, OB_UPSTREAM) when the answer
 * is no list, or not all of it came. out->document keeps what was read.
 */
MUST_CHECK bool woo_take_list(const struct http_response *reply,
			      struct page_place place, struct raw_page *out,
			      struct err *e);
/* A page of one order whose answer cannot be read: its id is all there is. */
MUST_CHECK bool woo_take_spoilt(const struct http_response *reply,
				struct raw_page *out, struct err *e);
/* One order whose text is no JSON; false when it is no whole order either. */
MUST_CHECK bool woo_take_unreadable(const char *text, size_t length,
				    struct raw_order *out, struct err *e);
/* One order of its own document and text; appended to out->order. */
MUST_CHECK bool woo_take_order(json_t *order, const char *text, size_t length,
			       struct raw_order *out, struct err *e);
/* A header that holds a number, -1 when there is none. */
int64_t woo_header_number(const struct http_response *reply, const char *name);
/* True for ids that a shop could have given: digits. */
bool woo_is_id(const char *id);
/* Whether the order, as JSON, carries our mark (mark.c). */
bool woo_is_marked(const struct woocommerce *w, const json_t *order);

#endif
