/*
 * Whether shops tell us of orders by themselves, as far as it is known here: by
 * the last check of their subscriptions and by what came since (FEATURES Z-12).
 * All are warnings: the sync finds what nobody told.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "app_local.h"
#include "base/jnode.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "db/db.h"

/* So many shops are named, and the rest are counted. */
enum { NAMED_MAX = 16 };

struct shops {
	struct app *app;
	struct test_result *out;
	size_t asked, troubled;
};

static void
tell(struct test_result *out, enum probe_verdict verdict, const char *why,
     const char *fix)
{
	struct probe_step step = {.name = "Webhooks", .verdict = verdict};

	(void)text_copy(step.why, sizeof(step.why), why);
	(void)text_copy(step.fix, sizeof(step.fix), fix);
	test_add_step(out, &step);
}

/* "order.created is disabled, order.deleted is missing"; nothing: all are on.
 */
static void
add_silent(const char *json, struct strbuf *out)
{
	json_auto_t *list = json_loads(json, 0, NULL);
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *topic =
			json_string_value(json_object_get(one, "topic"));
		const char *status =
			json_string_value(json_object_get(one, "status"));

		if (topic != NULL && status != NULL &&
		    strcmp(status, "active") != 0)
			strbuf_addf(out, "%s%s is %s",
				    out->len == 0 ? "" : ", ", topic, status);
	}
}

/*
 * An order of the shop that it should have told of: newer by a day than its
 * last word, or, where there was none, than the check that found all well. An
 * hour is left to it.
 */
static bool
was_not_told(struct rows *rows, utc_ms now)
{
	const utc_ms heard = rows_time(rows, "received_at");
	const utc_ms ordered = rows_time(rows, "ordered_at");

	return ordered < now - (utc_ms)HOUR &&
	       ordered > (heard != 0 ? heard + (utc_ms)DAY
				     : rows_time(rows, "checked_at"));
}

/* The last that came, a day or two ago, was not signed by the site's secret. */
static bool
was_refused(struct rows *rows, utc_ms now)
{
	const utc_ms refused = rows_time(rows, "refused_at");

	return refused > now - 2 * (utc_ms)DAY &&
	       refused > rows_time(rows, "received_at");
}

/* What is wrong with a shop's webhooks, and whether another check mends it. */
static bool
judge(struct rows *rows, utc_ms now, struct strbuf *why, bool *is_old)
{
	const utc_ms checked = rows_time(rows, "checked_at");
	const utc_ms heard = rows_time(rows, "received_at");
	char at[TIME_TEXT_MAX];

	*is_old = false;
	add_silent(rows_borrow(rows, "subscriptions", NULL), why);
	if (why->len > 0)
		return false;
	*is_old = checked < now - 2 * (utc_ms)DAY;
	if (*is_old) {
		strbuf_addf(why, "nobody looked at them since %s",
			    time_text(checked, at));
		return false;
	}
	if (was_refused(rows, now)) {
		strbuf_addf(why,
			    "what it tells is signed by another secret: "
			    "refused at %s",
			    time_text(rows_time(rows, "refused_at"), at));
		return false;
	}
	if (!was_not_told(rows, now))
		return true;
	if (heard == 0)
		strbuf_add(why, "orders came, and it never told of one");
	else
		strbuf_addf(why, "orders came, and it told of none since %s",
			    time_text(heard, at));
	return false;
}

static void
look_at(struct shops *shops, struct rows *rows)
{
	AUTO(strbuf) trouble = STRBUF(4096);
	char code[41], why[400], fix[256];
	bool is_old;

	shops->asked++;
	rows_text(rows, "code", code, sizeof(code));
	if (judge(rows, app_now(shops->app), &trouble, &is_old) ||
	    ++shops->troubled > NAMED_MAX)
		return;
	(void)snprintf(why, sizeof(why), "%s: %s", code, strbuf_text(&trouble));
	if (is_old)
		(void)snprintf(fix, sizeof(fix),
			       "orderbridge cron run webhook_check");
	else
		(void)snprintf(fix, sizeof(fix),
			       "orderbridge site webhooks %s --repair", code);
	tell(shops->out, PROBE_WARN, why, fix);
}

void
doctor_webhooks(struct app *app, struct test_result *out)
{
	AUTO(rows) rows = ROWS;
	struct shops shops = {.app = app, .out = out};
	struct err e = {0};
	char why[80];

	if (db_open(app->db, &rows, SQL_DOCTOR_WEBHOOKS, NO_BINDS, &e)) {
		while (rows_next(&rows))
			look_at(&shops, &rows);
	}
	if (!rows_check(&rows, &e) || e.class != ERR_NONE) {
		tell(out, PROBE_FAIL, e.text, e.hint);
		return;
	}
	(void)snprintf(why, sizeof(why), "%zu more shops do not tell us",
		       shops.troubled - NAMED_MAX);
	if (shops.troubled > NAMED_MAX)
		tell(out, PROBE_WARN, why, "orderbridge site webhooks CODE");
	else if (shops.asked == 0)
		tell(out, PROBE_SKIP,
		     "no shop was asked to tell us of orders by itself",
		     "orderbridge site webhooks CODE --repair");
	else if (shops.troubled == 0)
		tell(out, PROBE_PASS, "", "");
}
