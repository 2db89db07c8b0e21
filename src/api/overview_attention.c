#include "overview.h"

#include <stdio.h>
#include <string.h>

#include "base/code.h"
#include "base/jnode.h"
#include "base/row_out.h"
#include "queue/window.h"

/*
 * What needs a person, in the order of UX 2.3. Each number is that of the list
 * behind its link.
 */

enum {
	FAILED_DAYS = 7,  /* what failed earlier is history */
	EXPIRES_DAYS = 7, /* time enough to get another key */
	PENDING_MIN = 60, /* that an order may wait for Business Central */
	INTERVALS_MISSED = 2,
};

#define CAUSES "10" /* GLANCE_CAUSES_MAX, as a list takes it */

struct notice {
	const char *id, *severity, *what, *why, *fix;
	const char *route, *path; /* where its rows are: dashboard, API;
				     no list of the API has all keys */
	uint64_t count;
	bool is_capped;
	utc_ms since;
};

static void
add_text(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, "\"%s\":", name);
	json_out_text(out, value);
	strbuf_add(out, ",");
}

static void
add_notice(struct glance *g, const struct notice *n)
{
	struct strbuf *out = &g->attention;

	strbuf_add(out, g->things++ == 0 ? "{" : ",{");
	add_text(out, "id", n->id);
	add_text(out, "severity", n->severity);
	add_text(out, "what", n->what);
	add_text(out, "why", n->why);
	add_text(out, "fix", n->fix);
	add_text(out, "fix_route", n->route);
	if (n->path == NULL)
		strbuf_add(out, "\"path\":null,");
	else
		add_text(out, "path", n->path);
	strbuf_addf(out, "\"count\":%llu,\"relation\":\"%s\",",
		    (unsigned long long)n->count, n->is_capped ? "gte" : "eq");
	glance_moment(out, "since", n->since);
	strbuf_add(out, "}");
}

/* Of a number: its list is where to look. */
static void
add_counted(struct glance *g, const struct notice *n, const struct tally *of)
{
	struct notice counted = *n;
	char route[GLANCE_QUERY_MAX + 32], path[GLANCE_QUERY_MAX + 32];

	(void)snprintf(route, sizeof(route), "%s?%s", of->of->route, of->query);
	(void)snprintf(path, sizeof(path), "%s?%s", of->of->path, of->query);
	counted.route = route;
	counted.path = path;
	counted.count = of->count;
	counted.is_capped = of->is_capped;
	add_notice(g, &counted);
}

/* Why and what to do are those of the last one; it may be gone by now. */
static bool
explain_failure(const struct glance *g, const char *filter, json_t **rows,
		struct notice *n, struct err *e)
{
	AUTO(strbuf) text = STRBUF(DATA_MAX);
	const json_t *error;

	if (!glance_rows(g, &entity_operations, filter, NULL, &text, e) ||
	    !json_read(strbuf_text(&text), text.len, rows, e))
		return false;
	error = json_object_get(json_array_get(*rows, 0), "error");
	n->why = json_string_value(json_object_get(error, "message"));
	n->fix = json_string_value(json_object_get(error, "fix"));
	if (n->why == NULL)
		n->why = "Each tells on its page how far it came.";
	if (n->fix == NULL)
		n->fix = "open them, and retry what shall be done still";
	return true;
}

static bool
failed_operations(struct glance *g, struct err *e)
{
	struct notice n = {.id = "operations_failed", .severity = "error"};
	json_auto_t *rows = NULL;
	struct tally failed;
	char filter[GLANCE_QUERY_MAX], more[GLANCE_QUERY_MAX + 64];
	char from[TIME_TEXT_MAX], many[64], what[80];

	(void)snprintf(
		filter, sizeof(filter), "state=failed&created_at=%.10s..",
		time_text(g->r->now - (utc_ms)(FAILED_DAYS - 1) * DAY, from));
	if (!glance_count(g, &glance_operations, filter, NULL, &failed, e))
		return false;
	if (failed.count == 0)
		return true;
	(void)snprintf(more, sizeof(more), "%s&per_page=1", filter);
	if (!explain_failure(g, more, &rows, &n, e))
		return false;
	(void)snprintf(more, sizeof(more), "%s&sort=created_at&per_page=1",
		       filter);
	if (!glance_first_time(g, &entity_operations, more, "created_at",
			       &n.since, e))
		return false;
	(void)snprintf(what, sizeof(what), "%s failed",
		       glance_amount(&failed, "operation", "operations", many));
	n.what = what;
	add_counted(g, &n, &failed);
	return true;
}

static void
take_cause(struct rows *rows, struct cause *out)
{
	rows_text(rows, "cause", out->hash, sizeof(out->hash));
	rows_text(rows, "code", out->code, sizeof(out->code));
	rows_text(rows, "what", out->message, sizeof(out->message));
	out->orders = rows_int(rows, "orders");
	out->since = rows_time(rows, "first_at");
}

bool
glance_read_causes(struct glance *g, struct err *e)
{
	const struct list_param filter[] = {
		{"group", "cause"}, {"per_page", CAUSES}, {"site", g->code}};
	AUTO(list_ask) ask = {0};
	AUTO(rows) rows = ROWS;

	g->causes.of = &glance_errors;
	(void)snprintf(g->causes.query, sizeof(g->causes.query),
		       "group=cause%s%s",
		       *g->code == '\0' ? "" : "&site=", g->code);
	if (!request_list(g->r, &entity_error_orders, filter,
			  *g->code == '\0' ? 2 : 3, &ask, e))
		return false;
	if (ask.nothing)
		return true;
	if (!list_rows(g->r->app->db, &ask, &rows, e))
		return false;
	while (g->causes_shown < GLANCE_CAUSES_MAX && rows_next(&rows)) {
		g->causes.count = (uint64_t)rows_int(&rows, "in_all");
		g->causes.is_capped =
			rows_int(&rows, "rows_in_all") >= LIST_COUNT_MAX;
		take_cause(&rows, &g->cause[g->causes_shown++]);
	}
	return rows_check(&rows, e);
}

static void
error_causes(struct glance *g)
{
	for (size_t i = 0; i < g->causes_shown; i++) {
		const struct cause *cause = &g->cause[i];
		const struct code_info *info =
			code_info(code_find(cause->code));
		struct tally orders = {
			.of = &glance_errors,
			.count = (uint64_t)cause->orders,
			.is_capped = g->causes.is_capped,
		};

		(void)snprintf(orders.query, sizeof(orders.query),
			       "status=open&cause=%s%s%s", cause->hash,
			       *g->code == '\0' ? "" : "&site=", g->code);
		add_counted(g,
			    &(struct notice){
				    .id = cause->hash,
				    .severity = "error",
				    .what = cause->message,
				    .why = info->why,
				    .fix = info->fix,
				    .since = cause->since,
			    },
			    &orders);
	}
}

/* A site's own page is its list; the id is the rule's, where it has none. */
static void
add_of_site(struct glance *g, const struct notice *n, const char *rule,
	    const struct shop *shop)
{
	struct notice own = *n;
	char id[80], route[48], path[48];

	(void)snprintf(id, sizeof(id), "%s:%s", rule, shop->code);
	(void)snprintf(route, sizeof(route), "#/sites/%lld",
		       (long long)shop->id);
	(void)snprintf(path, sizeof(path), "/sites/%lld", (long long)shop->id);
	if (own.id == NULL)
		own.id = id;
	own.route = route;
	own.path = path;
	own.count = 1;
	add_notice(g, &own);
}

/* How long a site could have synced since then: not in the window. */
static int64_t
open_time(utc_ms since, utc_ms now)
{
	int64_t closed = 0;

	for (utc_ms at = since; bc_window_starts(at) < now;
	     at = bc_window_ends(at)) {
		const utc_ms from = bc_window_starts(at);
		const utc_ms to = bc_window_ends(at);

		closed += (to < now ? to : now) - (from > since ? from : since);
	}
	return now - since - closed;
}

static void
refused_keys(struct glance *g, const struct shop *shop)
{
	char what[600];

	(void)snprintf(what, sizeof(what), "%s refuses our keys", shop->name);
	add_of_site(g,
		    &(struct notice){
			    .severity = "error",
			    .what = what,
			    .why = code_info(OB_AUTH_FAILED)->why,
			    .fix = code_info(OB_AUTH_FAILED)->fix,
			    .since = shop->auth_failed_at,
		    },
		    "keys_refused", shop);
}

static void
missed_syncs(struct glance *g, const struct shop *shop)
{
	const utc_ms last =
		shop->last_run != 0 ? shop->last_run : shop->created_at;
	char what[600];

	if (!shop->is_scheduled ||
	    open_time(last, g->r->now) <= INTERVALS_MISSED * shop->interval)
		return;
	(void)snprintf(what, sizeof(what),
		       shop->last_run == 0 ? "%s was never synced"
					   : "%s missed two syncs",
		       shop->name);
	add_of_site(g,
		    &(struct notice){
			    .severity = "warn",
			    .what = what,
			    .why = "No sync of its orders has completed for "
				   "two of its intervals.",
			    .fix = "look at its last run, and whether cron "
				   "comes",
			    .since = last,
		    },
		    "not_synced", shop);
}

static void
unsynced_sites(struct glance *g)
{
	for (size_t i = 0; i < g->shops; i++) {
		const struct shop *shop = &g->shop[i];

		if (!shop->enabled || !shop->orders_sync)
			continue;
		if (shop->auth_failed_at != 0)
			refused_keys(g, shop);
		else
			missed_syncs(g, shop);
	}
}

/* Whose key it is, "site.woo-us.consumer_key"; NULL: of none that is shown. */
static const struct shop *
owner_of(const struct glance *g, const char *secret)
{
	for (size_t i = 0; i < g->shops; i++) {
		const size_t length = strlen(g->shop[i].code);

		if (strncmp(secret, "site.", 5) == 0 &&
		    strncmp(secret + 5, g->shop[i].code, length) == 0 &&
		    secret[5 + length] == '.')
			return &g->shop[i];
	}
	return NULL;
}

static void
add_expiring(struct glance *g, const char *name, utc_ms at)
{
	const struct shop *shop = owner_of(g, name);
	char what[300], id[160], left[TIME_TEXT_MAX];
	struct notice n = {
		.severity = at <= g->r->now ? "error" : "warn",
		.what = what,
		.why = "Keys of other systems have an end; behind it they are "
		       "refused.",
		.fix = "make a new one there, and enter it here",
		.since = at,
	};

	(void)snprintf(
		what, sizeof(what),
		at <= g->r->now ? "%s has expired%s" : "%s expires in %s", name,
		at <= g->r->now ? "" : duration_text(at - g->r->now, left));
	(void)snprintf(id, sizeof(id), "expires:%s", name);
	n.id = id;
	if (shop != NULL) {
		add_of_site(g, &n, "expires", shop);
		return;
	}
	n.route = "#/settings";
	if (strncmp(name, "bc.", 3) == 0)
		n.path = "/bc/connection";
	n.count = 1;
	add_notice(g, &n);
}

/* Of no site are everybody's, but not of a view of one. */
static bool
expiring_keys(struct glance *g, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(g->r->app->db, &rows, SQL_API_OVERVIEW_EXPIRING,
		     BINDS(bind_time(g->r->now + (utc_ms)EXPIRES_DAYS * DAY)),
		     e))
		return false;
	while (rows_next(&rows)) {
		const char *name = rows_borrow(&rows, "name", NULL);
		const bool is_site = strncmp(name, "site.", 5) == 0;

		if (is_site ? owner_of(g, name) != NULL : *g->code == '\0')
			add_expiring(g, name, rows_time(&rows, "expires_at"));
	}
	return rows_check(&rows, e);
}

/* Said once: without Business Central every order waits. */
static void
not_connected(struct glance *g)
{
	char what[120], many[64];
	struct notice n = {
		.id = "bc_not_connected",
		.severity = "warn",
		.what = what,
		.why = "No connection with a client secret is kept here.",
		.fix = "connect Business Central in the settings; orders are "
		       "fetched meanwhile, and wait",
		.since = g->oldest_pending,
	};

	(void)snprintf(what, sizeof(what),
		       "Business Central is not connected: %s %s",
		       glance_amount(&g->pending, "order", "orders", many),
		       g->pending.count == 1 ? "waits" : "wait");
	add_counted(g, &n, &g->pending);
}

static bool
old_pending(struct glance *g, struct err *e)
{
	struct notice n = {
		.id = "bc_pending",
		.severity = "warn",
		.why = "What is stored here goes to Business Central within "
		       "the hour.",
		.fix = "test the connection to Business Central, and look at "
		       "the operations",
		.since = g->oldest_pending,
	};
	const utc_ms until = g->r->now - (utc_ms)PENDING_MIN * MINUTE;
	char filter[GLANCE_QUERY_MAX], to[TIME_TEXT_MAX], what[160], many[64];
	struct tally old;

	if (!g->bc_connected) {
		if (g->pending.count > 0)
			not_connected(g);
		return true;
	}
	if (bc_window_covers(g->r->now) || g->pending.count == 0)
		return true;
	(void)snprintf(filter, sizeof(filter), "imported=0&order_date=..%s",
		       time_text(until - until % MINUTE, to));
	if (!glance_count(g, &glance_orders, filter, NULL, &old, e))
		return false;
	if (old.count == 0)
		return true;
	(void)snprintf(what, sizeof(what),
		       "%s %s for Business Central for longer than an hour",
		       glance_amount(&old, "order", "orders", many),
		       old.count == 1 ? "waits" : "wait");
	n.what = what;
	add_counted(g, &n, &old);
	return true;
}

/* The site wants its orders synced, and nothing starts it. */
static void
idle_schedules(struct glance *g)
{
	for (size_t i = 0; i < g->shops; i++) {
		const struct shop *shop = &g->shop[i];
		char what[600], id[80], route[80], path[48];

		if (!shop->enabled || !shop->orders_sync ||
		    shop->schedule_id == 0 || shop->is_scheduled)
			continue;
		(void)snprintf(what, sizeof(what),
			       "%s is to be synced by schedule, which is off",
			       shop->name);
		(void)snprintf(id, sizeof(id), "schedule_off:%s", shop->code);
		(void)snprintf(route, sizeof(route), "#/sync?site=%s",
			       shop->code);
		(void)snprintf(path, sizeof(path), "/schedules/%lld",
			       (long long)shop->schedule_id);
		add_notice(g, &(struct notice){
				      .id = id,
				      .severity = "warn",
				      .what = what,
				      .why = "Its orders come in by hand "
					     "alone.",
				      .fix = "turn the schedule on, or the "
					     "site's sync off",
				      .route = route,
				      .path = path,
				      .count = 1,
			      });
	}
}

bool
glance_find_attention(struct glance *g, struct err *e)
{
	if (!failed_operations(g, e))
		return false;
	error_causes(g);
	unsynced_sites(g);
	if (!expiring_keys(g, e) || !old_pending(g, e))
		return false;
	idle_schedules(g);
	return strbuf_check(&g->attention, e);
}

/* clang-format off */
static const char *const severities[] = {"error", "warn", NULL};
static const char *const relations[] = {"eq", "gte", NULL};

const struct shape shape_overview_attention = {
	"OverviewAttention",
	(const struct field[]){
		{"id", FIELD_TEXT, 0, NULL, NULL, NULL, "the same while it is the same thing"},
		{"severity", FIELD_WORD, 0, NULL, severities, NULL, NULL},
		{"what", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"why", FIELD_TEXT, 0, NULL, NULL, NULL, "how that comes about"},
		{"fix", FIELD_TEXT, 0, NULL, NULL, NULL, "what to do"},
		{"fix_route", FIELD_TEXT, 0, NULL, NULL, NULL, "where in the dashboard the rows are that it counted"},
		{"path", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL, "the same rows in the API"},
		{"count", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"relation", FIELD_WORD, 0, NULL, relations, NULL, "gte: there are more, counting ends at 10,000"},
		{"since", FIELD_TIME, 0, NULL, NULL, NULL, "of a key: when it ends"},
		{0},
	},
};
/* clang-format on */
