#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/secret.h"
#include "base/text.h"
#include "local.h"

/*
 * The walk over changed orders (RELIABILITY F4). Pages begin at a modification
 * time, the anchor, and not at a page number, which moves when an order leaves
 * the filter. The shop's times have whole seconds: an anchor is asked for with
 * one second less, exclusively, so that its own second comes again, and the
 * caller knows those orders. Where a whole page has the anchor's second, the
 * next page number with the same anchor goes on.
 *
 * A list that came whole but cannot be read a third time is asked for in
 * halves, down to the single order that spoils it (F2).
 *
 * A shop that ignores dates (before WooCommerce 5.8, D-21) is walked by id and
 * page number, and the dates are looked at here.
 */

/* BAD_TIMES: so often an answer may be bad before smaller ones are asked for.
 * PASSED_MAX: of so many single orders one has to be readable. */
enum { BAD_TIMES = 3, PASSED_MAX = 10 };

static unsigned
page_size(const struct fetch *at)
{
	if (at->rows != 0)
		return at->rows;
	return at->page_size >= 1 && at->page_size <= 100 ? at->page_size : 100;
}

/* Orders changed later belong to the next run: they would never end (D-4). */
static utc_ms
upper_bound(const struct fetch *at)
{
	return at->modified_until != 0 ? at->modified_until : at->server_date;
}

static void
add_bounds(struct strbuf *url, const struct fetch *at)
{
	/* The flag with zone-less UTC, never with a Z: 2.2, date traps. */
	woo_add_text(url, "dates_are_gmt", "true");
	if (at->anchor != 0)
		woo_add_time(url, "modified_after", at->anchor - SECOND);
	else if (at->modified_after != 0)
		woo_add_time(url, "modified_after", at->modified_after);
	if (upper_bound(at) != 0)
		woo_add_time(url, "modified_before", upper_bound(at) + SECOND);
}

static void
add_query(const struct woocommerce *w, struct strbuf *url,
	  const struct fetch *at)
{
	char number[16];

	strbuf_addf(url, "%s/wc/v3/orders", w->root);
	woo_add_statuses(url, at->statuses);
	woo_add_text(url, "orderby", at->ignores_dates ? "id" : "modified");
	woo_add_text(url, "order", "asc");
	(void)snprintf(number, sizeof(number), "%u", page_size(at));
	woo_add_text(url, "per_page", number);
	(void)snprintf(number, sizeof(number), "%u", at->page);
	woo_add_text(url, "page", number);
	/* Exact line totals where tax is per line (2.2). */
	woo_add_text(url, "dp", "4");
	if (!at->ignores_dates)
		add_bounds(url, at);
	if (!at->ignores_dates && at->created_from != 0)
		woo_add_time(url, "after", at->created_from - SECOND);
}

/* An old shop refuses what it does not know to sort by. */
static bool
refuses_sorting(const struct http_response *reply)
{
	char code[64];

	woo_error_code(reply, code, sizeof(code));
	return reply->status == 400 &&
	       strcmp(code, "rest_invalid_param") == 0 &&
	       strstr(reply->body.text, "\"orderby\"") != NULL;
}

static utc_ms
created_at(const struct raw_order *raw)
{
	const char *text = json_string_value(
		json_object_get(raw->json, "date_created_gmt"));
	struct err ignored = {0};
	utc_ms t;

	return text != NULL && time_parse(text, &t, &ignored) ? t : 0;
}

/* Whether the answer is not in the order, or of the time, that was asked for.
 */
static bool
is_disordered(const struct raw_page *page, const struct fetch *at)
{
	utc_ms low = at->anchor != 0 ? at->anchor : at->modified_after + 1;

	for (size_t i = 0; i < page->count; i++) {
		utc_ms modified = page->order[i].modified;

		if (modified == 0)
			continue;
		if (modified < low / SECOND * SECOND)
			return true;
		low = modified;
	}
	return false;
}

static bool
is_outside(const struct raw_order *raw, const struct fetch *at)
{
	utc_ms upper = upper_bound(at), created = created_at(raw);

	/* Without a time nothing can be said against it. */
	if (raw->modified != 0 && (raw->modified <= at->modified_after ||
				   (upper != 0 && raw->modified > upper)))
		return true;
	return at->created_from != 0 && created != 0 &&
	       created < at->created_from;
}

static bool
is_repeated(const struct raw_page *page, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (strcmp(page->order[i].platform_id,
			   page->order[index].platform_id) == 0)
			return true;
	return false;
}

/* Leaves out what was not asked for. */
static void
keep_wanted(struct raw_page *page, const struct fetch *at)
{
	size_t kept = 0;

	for (size_t i = 0; i < page->count; i++) {
		struct raw_order held = page->order[i];

		if (is_outside(&held, at) || is_repeated(page, i)) {
			free(held.body);
			page->order[i].body = NULL;
			continue;
		}
		page->order[i] = (struct raw_order){0};
		page->order[kept++] = held;
	}
	page->count = kept;
}

/* F3: the same orders again although the page went on. */
static bool
check_loop(struct woocommerce *w, const struct raw_page *page,
	   const struct fetch *at, struct err *e)
{
	AUTO(strbuf) ids = STRBUF(16384);
	unsigned char hash[32];
	bool same;

	if (page->count == 0)
		return true;
	for (size_t i = 0; i < page->count; i++)
		strbuf_addf(&ids, "%s,", page->order[i].platform_id);
	hash_sha256(ids.text, ids.len, hash);
	same = w->has_last && at->page > 1 &&
	       memcmp(hash, w->last_ids, sizeof(hash)) == 0;
	memcpy(w->last_ids, hash, sizeof(hash));
	w->has_last = true;
	if (!same || !OB_GUARD("fetch.loop"))
		return true;
	err_set(e, ERR_PERMANENT,
		"page %u holds the same orders as the page before", at->page);
	err_as(e, OB_PAGING_LOOP);
	return err_hint(e, "a cache or plugin of the shop ignores the page "
			   "number: exclude /wp-json/ from it");
}

static utc_ms
newest(const struct raw_page *page)
{
	utc_ms t = 0;

	for (size_t i = 0; i < page->count; i++)
		if (page->order[i].modified > t)
			t = page->order[i].modified;
	return t;
}

/*
 * Whether this was the last page. A full page may be; a short one need not be
 * where the host allows fewer a page than asked for, so the number of pages
 * counts, which only a page past the end tells wrongly (2.2).
 */
static bool
is_last(const struct http_response *reply, const struct raw_page *page,
	const struct fetch *at)
{
	int64_t pages = woo_header_number(reply, "x-wp-totalpages");

	if (page->count + page->nameless == 0)
		return true;
	if (!at->ignores_dates && upper_bound(at) != 0 &&
	    newest(page) > upper_bound(at))
		return true;
	return pages >= 0 ? (int64_t)at->page >= pages
			  : page->count + page->nameless < page_size(at);
}

static void
move_on(struct fetch *at, utc_ms last)
{
	if (at->ignores_dates || last <= at->anchor ||
	    !OB_GUARD("fetch.keyset")) {
		at->page++;
		return;
	}
	at->anchor = last;
	at->page = 1;
	if (at->bad == 0)
		at->rows = 0;
}

/* Back to the first page of the anchor: what is known comes again. */
static void
go_back(struct woocommerce *w, struct fetch *at, unsigned rows)
{
	at->page = 1;
	at->rows = rows;
	at->passed = 0;
	w->has_last = false;
}

static void
start(struct woocommerce *w, struct fetch *at, bool ignores_dates)
{
	at->anchor = 0;
	at->ignores_dates = ignores_dates;
	at->bad = 0;
	go_back(w, at, 0);
}

/* What is to be done about an answer. */
enum next { TAKE_IT, ASK_AGAIN, WALK_BY_ID, FAIL };

/*
 * A list that came whole and cannot be read: the third time it is cut in half.
 * A single order is blamed only when others can be read: else it is passed for
 * now, to see whether they can. A page that something in front of the shop made
 * tells no total.
 */
static enum next
search(struct woocommerce *w, struct fetch *at,
       const struct http_response *reply, struct raw_page *out, struct err *e)
{
	int64_t total = woo_header_number(reply, "x-wp-total");
	unsigned most = total < page_size(at) ? (unsigned)total : page_size(at);

	raw_page_end(out);
	if (total <= 0 || !OB_GUARD("fetch.halve"))
		return FAIL;
	if (++at->bad < BAD_TIMES)
		return ASK_AGAIN;
	if (at->rows == 0)
		at->fair = false;
	if (most > 1) {
		go_back(w, at, most / 2);
		return ASK_AGAIN;
	}
	if (!at->fair && at->page < total && ++at->passed < PASSED_MAX) {
		at->page++;
		return ASK_AGAIN;
	}
	if (!at->fair || !woo_take_spoilt(reply, out, e))
		return FAIL;
	at->bad = 0;
	return TAKE_IT;
}

/* A list that could be read. */
static enum next
judge(struct woocommerce *w, struct fetch *at, const struct raw_page *out,
      struct err *e)
{
	if (!at->ignores_dates && is_disordered(out, at))
		return WALK_BY_ID;
	if (at->rows == 0)
		at->bad = 0;
	if (out->count > 0)
		at->fair = true;
	if (at->passed > 0) {
		go_back(w, at, 1);
		return at->fair ? ASK_AGAIN : FAIL;
	}
	return check_loop(w, out, at, e) ? TAKE_IT : FAIL;
}

/* Of the first page alone: behind it the anchor has moved. */
static void
note_total(struct fetch *at, const struct http_response *reply)
{
	const int64_t total = woo_header_number(reply, "x-wp-total");

	if (at->anchor == 0 && at->page == 1 && !at->ignores_dates)
		at->total =
			total > 0 && total <= UINT_MAX ? (unsigned)total : 0;
}

static enum next
ask_page(struct woocommerce *w, struct fetch *at, struct raw_page *out,
	 struct err *e)
{
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	enum next next;

	add_query(w, &ask.url, at);
	if (!woo_send(w, &ask, &reply, e))
		return !at->ignores_dates && refuses_sorting(&reply)
			       ? WALK_BY_ID
			       : FAIL;
	if (at->server_date == 0)
		at->server_date = reply.server_date;
	if (woo_take_list(&reply, (struct page_place){at->page, page_size(at)},
			  out, e))
		next = judge(w, at, out, e);
	else
		next = search(w, at, &reply, out, e);
	if (next != TAKE_IT)
		return next;
	out->bytes = reply.body.len;
	note_total(at, &reply);
	at->done = is_last(&reply, out, at);
	if (!at->done)
		move_on(at, newest(out));
	keep_wanted(out, at);
	return TAKE_IT;
}

bool
woo_fetch_page(struct shop *self, struct fetch *at, struct raw_page *out,
	       struct err *e)
{
	struct woocommerce *w = (struct woocommerce *)self;
	enum next next;

	*out = (struct raw_page){0};
	if (at->page == 0)
		start(w, at, at->ignores_dates);
	while ((next = ask_page(w, at, out, e)) != TAKE_IT) {
		raw_page_end(out);
		if (next == FAIL)
			return err_in(e, "orders of %s", w->set.site->code);
		if (next == WALK_BY_ID)
			start(w, at, true);
	}
	return true;
}
