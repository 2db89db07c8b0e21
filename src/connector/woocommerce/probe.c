#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "local.h"

/* A connection test that a person waits for. */
#define PROBE_TIMEOUT_S 10
/* RELIABILITY F5: a difference of clocks that is worth a word. */
#define SKEW_MAX (60 * SECOND)

static const char no_api[] = "check the shop's address; WooCommerce must be "
			     "active and permalinks must not be Plain";

/* One test: its steps, and whether one of them failed. */
struct test {
	struct woocommerce *w;
	struct probe *out;
	bool failed;
	utc_ms server_date;
};

static struct probe_step *
step(struct test *t, const char *name)
{
	struct probe_step *s = &t->out->step[t->out->steps++];

	*s = (struct probe_step){.name = name,
				 .verdict = PROBE_PASS,
				 .ended_boot_ms = clock_boot_ms()};
	return s;
}

static void
fail(struct test *t, struct probe_step *s, const struct err *e, const char *fix)
{
	s->verdict = PROBE_FAIL;
	t->failed = true;
	(void)text_copy(s->why, sizeof(s->why), e->text);
	(void)text_copy(s->fix, sizeof(s->fix), e->hint[0] ? e->hint : fix);
}

/* Asks; false only when nothing could be tried, else reply->err says it. */
static bool
ask_once(struct test *t, const struct woo_ask *ask, bool with_key,
	 struct http_response *reply, struct err *e)
{
	struct http_request request = woo_request(t->w, ask);

	request.timeout_s = PROBE_TIMEOUT_S;
	if (!with_key)
		request.auth = HTTP_AUTH_NONE;
	if (!t->w->set.http->send(t->w->set.http, &request, reply, 1, e))
		return false;
	if (t->server_date == 0)
		t->server_date = reply->server_date;
	return true;
}

static bool
has_namespace(const json_t *root, const char *name)
{
	const json_t *list = json_object_get(root, "namespaces");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *text = json_string_value(json_array_get(list, i));

		if (text != NULL && strcmp(text, name) == 0)
			return true;
	}
	return false;
}

/* The API root: a shop at all, WordPress, WooCommerce (D-14). */
static void
judge_root(struct test *t, const struct http_response *reply)
{
	struct probe_step *s = step(t, "API root answers");
	json_auto_t *root = NULL;
	struct err why = {0};

	if (reply->err.class != ERR_NONE) {
		(void)woo_refused(reply, &why);
		fail(t, s, &why, no_api);
	} else if (!woo_document(reply, &root, &why)) {
		fail(t, s, &why, no_api);
	} else if (!has_namespace(root, "wc/v3")) {
		err_set(&why, ERR_MISSING,
			"the site answers, but without WooCommerce's wc/v3");
		fail(t, s, &why, "activate WooCommerce in the site's plugins");
	}
}

/* Name, connection and TLS are good as soon as any status came. */
static bool
probe_root(struct test *t, struct err *e)
{
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	struct probe_step *s;

	strbuf_addf(&ask.url, "%s/", t->w->root);
	if (!ask_once(t, &ask, false, &reply, e))
		return false;
	s = step(t, "Name resolves, connection is secure");
	if (reply.status == 0) {
		fail(t, s, &reply.err, "check the address of the shop");
		return true;
	}
	judge_root(t, &reply);
	return true;
}

/* The shop answered as if no key had been sent. */
static bool
saw_no_key(const struct http_response *reply)
{
	char code[64];

	woo_error_code(reply, code, sizeof(code));
	return reply->status == 401 &&
	       strcmp(code, "woocommerce_rest_cannot_view") == 0;
}

static void
judge_read(struct test *t, const struct err *refusal, const char *way,
	   const char *reason)
{
	struct probe_step *s = step(t, "Credentials may read orders");

	if (refusal->class != ERR_NONE) {
		fail(t, s, refusal,
		     "make a key with the permission Read/Write");
		return;
	}
	(void)text_copy(t->out->auth_mode, sizeof(t->out->auth_mode), way);
	(void)text_copy(s->why, sizeof(s->why), reason);
	if (t->w->auth != HTTP_AUTH_QUERY)
		return;
	s->verdict = PROBE_WARN;
	(void)text_copy(s->fix, sizeof(s->fix),
			"they stand in its access log: let it hand on the "
			"header (Apache: CGIPassAuth On) and test again");
}

/* Each way to show the key, until the shop sees it; else the first refusal. */
static bool
probe_read(struct test *t, struct err *e)
{
	struct err refusal = {0};
	const char *way, *reason = "";
	bool seen = false;

	for (size_t i = 0; !seen && (way = woo_auth_nth(t->w, i, &reason));
	     i++) {
		AUTO(woo_ask) ask = WOO_ASK;
		AUTO(http_response) reply = {0};

		strbuf_addf(&ask.url, "%s/wc/v3/orders?per_page=1&_fields=id",
			    t->w->root);
		if (!ask_once(t, &ask, true, &reply, e))
			return false;
		seen = !saw_no_key(&reply);
		if (reply.err.class == ERR_NONE)
			refusal = (struct err){0};
		else if (i == 0 || seen)
			(void)woo_refused(&reply, &refusal);
	}
	judge_read(t, &refusal, way, reason);
	return true;
}

/* A batch of nothing changes nothing, and a read-only key may not send it. */
static bool
probe_write(struct test *t, struct err *e)
{
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	struct probe_step *s;
	struct err why = {0};

	strbuf_addf(&ask.url, "%s/wc/v3/orders/batch", t->w->root);
	strbuf_add(&ask.body, "{\"update\":[]}");
	if (!ask_once(t, &ask, true, &reply, e))
		return false;
	s = step(t, "Credentials may mark orders");
	if (reply.err.class != ERR_NONE) {
		(void)woo_refused(&reply, &why);
		fail(t, s, &why, "make a key with the permission Read/Write");
	}
	return true;
}

static void
tell_count(struct test *t, struct probe_step *s,
	   const struct http_response *reply)
{
	const struct site *site = t->w->set.site;
	char since[TIME_TEXT_MAX] = "the beginning", value[64];

	t->out->fetchable = woo_header_number(reply, "x-wp-total");
	if (site->min_date_modified != 0)
		(void)time_text_minute(site->min_date_modified, since);
	if (t->out->fetchable < 0) {
		s->verdict = PROBE_WARN;
		(void)text_copy(s->why, sizeof(s->why),
				"the shop does not tell how many there are");
		return;
	}
	(void)snprintf(s->why, sizeof(s->why),
		       "%" PRId64 " orders with status %.100s since %s would "
		       "be fetched",
		       t->out->fetchable, site->source_status, since);
	if (http_header(reply, "x-cache", value, sizeof(value)) != NULL &&
	    text_starts_nocase(value, "HIT")) {
		s->verdict = PROBE_WARN;
		(void)text_copy(s->fix, sizeof(s->fix),
				"a cache answers for the shop: exclude "
				"/wp-json/ from it");
	}
}

/* One order of them is asked for: how many there are stands in a header. */
static void
add_count(const struct woocommerce *w, const struct fetch *of,
	  struct strbuf *url)
{
	strbuf_addf(url, "%s/wc/v3/orders?per_page=1&_fields=id", w->root);
	woo_add_statuses(url, of->statuses);
	if (of->modified_after != 0 || of->created_from != 0)
		woo_add_text(url, "dates_are_gmt", "true");
	if (of->modified_after != 0)
		woo_add_time(url, "modified_after",
			     of->modified_after - SECOND);
	if (of->created_from != 0)
		woo_add_time(url, "after", of->created_from - SECOND);
}

bool
woo_count(struct shop *self, const struct fetch *of, int64_t *out,
	  struct err *e)
{
	struct woocommerce *w = (struct woocommerce *)self;
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	struct http_request request;

	add_count(w, of, &ask.url);
	if (!strbuf_check(&ask.url, e))
		return false;
	request = woo_request(w, &ask);
	request.timeout_s = request.total_s = PROBE_TIMEOUT_S;
	if (!w->set.http->send(w->set.http, &request, &reply, 1, e))
		return false;
	*out = woo_header_number(&reply, "x-wp-total");
	return reply.err.class == ERR_NONE || woo_refused(&reply, e);
}

static bool
probe_orders(struct test *t, struct err *e)
{
	const struct site *site = t->w->set.site;
	const struct fetch of = {.statuses = site->source_status,
				 .modified_after = site->min_date_modified};
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	struct probe_step *s;
	struct err why = {0};

	add_count(t->w, &of, &ask.url);
	if (!ask_once(t, &ask, true, &reply, e))
		return false;
	s = step(t, "Orders that the next sync would fetch");
	if (reply.err.class == ERR_NONE) {
		tell_count(t, s, &reply);
		return true;
	}
	(void)woo_refused(&reply, &why);
	fail(t, s, &why, "check the statuses to fetch");
	return true;
}

/* Needs a key of an administrator, so it fails silently. */
static bool
probe_version(struct test *t, struct err *e)
{
	AUTO(woo_ask) ask = WOO_ASK;
	AUTO(http_response) reply = {0};
	json_auto_t *status = NULL;
	struct probe_step *s;
	struct err why = {0};
	const char *version = NULL;

	strbuf_addf(&ask.url, "%s/wc/v3/system_status?_fields=environment",
		    t->w->root);
	if (!ask_once(t, &ask, true, &reply, e))
		return false;
	s = step(t, "Version of WooCommerce");
	if (reply.err.class == ERR_NONE && woo_document(&reply, &status, &why))
		version = json_string_value(json_object_get(
			json_object_get(status, "environment"), "version"));
	s->verdict = version != NULL ? PROBE_PASS : PROBE_SKIP;
	(void)text_copy(t->out->version, sizeof(t->out->version),
			version != NULL ? version : "");
	(void)text_copy(s->why, sizeof(s->why),
			version != NULL ? version
					: "only an administrator's key may "
					  "read it");
	return true;
}

/* F5: watermarks are in the shop's time, so a difference is only told. */
static void
compare_clocks(struct test *t)
{
	struct probe_step *s = step(t, "Clocks agree");
	int64_t skew = t->server_date - t->w->set.clock->now(t->w->set.clock);
	char length[TIME_TEXT_MAX];

	if (t->server_date == 0) {
		s->verdict = PROBE_SKIP;
		(void)text_copy(s->why, sizeof(s->why),
				"the shop sends no date");
		return;
	}
	if (skew >= -SKEW_MAX && skew <= SKEW_MAX)
		return;
	s->verdict = PROBE_WARN;
	(void)snprintf(s->why, sizeof(s->why), "the shop's clock is %s %s",
		       duration_text(skew < 0 ? -skew : skew, length),
		       skew < 0 ? "behind" : "ahead");
	(void)text_copy(s->fix, sizeof(s->fix),
			"set both machines' clocks by NTP");
}

bool
woo_probe(struct shop *self, struct probe *out, struct err *e)
{
	bool (*const steps[])(struct test *, struct err *) = {
		probe_root, probe_read, probe_write, probe_orders,
		probe_version};
	struct test t = {.w = (struct woocommerce *)self, .out = out};

	*out = (struct probe){.fetchable = -1};
	for (size_t i = 0; i < COUNT_OF(steps) && !t.failed; i++)
		if (!steps[i](&t, e))
			return err_in(e, "test %s", t.w->set.site->code);
	if (!t.failed)
		compare_clocks(&t);
	return true;
}
