#include "api/request.h"

#include <stdio.h>
#include <string.h>

#include "base/code.h"
#include "base/row_out.h"
#include "queue/window.h"
#include "resources.h"
#include "site/site.h"

#define ATTENTION_MAX "10"

/* What one glance needs, gathered before it is written. */
struct glance {
	int64_t site; /* 0 = all that may be seen */
	int64_t orders_today, errors, causes, retrying, running, pending;
	utc_ms retrying_next, oldest_pending, cron_seen;
	char cron_host[65];
};

static bool
take_site(struct request *r, struct glance *g, struct err *e)
{
	AUTO(site) site = {0};
	const char *code = request_text(r, "site");

	/* Who may see one site sees that one; several are not added up. */
	if (*code == '\0' && !r->caller.all_sites)
		g->site = r->caller.sites == 1 ? r->caller.site[0] : -1;
	if (*code == '\0')
		return true;
	if (!site_find(r->app->db, code, &site, e))
		return false;
	g->site = site.id;
	return request_must_see(r, site.id, "site", e);
}

static struct bind
site_of(const struct glance *g)
{
	return g->site == 0 ? bind_null() : bind_int(g->site);
}

static bool
read_tiles(struct request *r, struct glance *g, struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(rows) waiting = ROWS;
	const struct bind site = site_of(g);
	const utc_ms today = r->now - r->now % DAY;
	char seen[TIME_TEXT_MAX];
	struct err ignored = {0};

	if (!db_open(r->app->db, &rows, SQL_API_OVERVIEW_TILES,
		     BINDS(bind_time(today), site, site, site, site, site, site,
			   site, site, site, site),
		     e))
		return false;
	(void)rows_next(&rows);
	g->orders_today = rows_int(&rows, "orders_today");
	g->errors = rows_int(&rows, "error_orders");
	g->causes = rows_int(&rows, "error_causes");
	g->retrying = rows_int(&rows, "retrying");
	g->retrying_next = rows_time(&rows, "retrying_next_at");
	g->running = rows_int(&rows, "running");
	rows_text(&rows, "cron_last_seen", seen, sizeof(seen));
	rows_text(&rows, "cron_host", g->cron_host, sizeof(g->cron_host));
	if (!time_parse(seen, &g->cron_seen, &ignored))
		g->cron_seen = 0;
	if (!rows_check(&rows, e) ||
	    !db_open(r->app->db, &waiting, SQL_API_OVERVIEW_PENDING,
		     BINDS(site, site), e))
		return false;
	(void)rows_next(&waiting);
	g->pending = rows_int(&waiting, "pending");
	g->oldest_pending = rows_time(&waiting, "oldest");
	return rows_check(&waiting, e);
}

static void
add_moment(struct strbuf *out, const char *name, utc_ms at)
{
	strbuf_addf(out, "\"%s\":", name);
	if (at == 0) {
		strbuf_add(out, "null");
		return;
	}
	strbuf_add(out, "\"");
	strbuf_add_time(out, at);
	strbuf_add(out, "\"");
}

/* The root causes of what failed, most orders first: each with its remedy. */
static bool
add_attention(struct request *r, struct err *e)
{
	const char *code = request_text(r, "site");
	const struct list_param param[] = {
		{"group", "cause"},
		{"per_page", ATTENTION_MAX},
		{"site", code},
	};
	AUTO(list_ask) ask = {0};
	AUTO(rows) rows = ROWS;
	const char *before = "";
	char name[41];

	if (!request_list(r, &entity_error_orders, param, *code != '\0' ? 3 : 2,
			  &ask, e) ||
	    !list_groups(r->app->db, &ask, &rows, e))
		return false;
	strbuf_add(&r->data, ",\"attention\":[");
	while (rows_next(&rows)) {
		const struct code_info *info;

		rows_text(&rows, "code", name, sizeof(name));
		info = code_info(code_find(name));
		strbuf_addf(&r->data, "%s{\"id\":", before);
		json_out_text(&r->data, rows_borrow(&rows, "cause", NULL));
		strbuf_add(&r->data, ",\"severity\":\"error\",\"what\":");
		json_out_text(&r->data, rows_borrow(&rows, "what", NULL));
		strbuf_add(&r->data, ",\"why\":");
		json_out_text(&r->data, info->why);
		strbuf_add(&r->data, ",\"fix\":");
		json_out_text(&r->data, info->fix);
		strbuf_add(&r->data, ",\"fix_route\":");
		json_out_text(&r->data, info->route);
		strbuf_addf(&r->data, ",\"count\":%lld,",
			    (long long)rows_int(&rows, "orders"));
		add_moment(&r->data, "since", rows_time(&rows, "first_at"));
		strbuf_add(&r->data, "}");
		before = ",";
	}
	strbuf_add(&r->data, "]");
	return rows_check(&rows, e);
}

static const char *
level_of(const struct request *r, const struct glance *g)
{
	if (bc_window_covers(r->now))
		return "paused";
	if (g->cron_seen != 0 && r->now - g->cron_seen > (utc_ms)3 * HOUR)
		return "bad";
	return g->errors > 0 || g->cron_seen == 0 ? "warn" : "ok";
}

static void
add_health(struct request *r, const struct glance *g)
{
	char sentence[200];

	(void)snprintf(sentence, sizeof(sentence),
		       "%lld %s you. %lld orders wait for Business Central.",
		       (long long)g->causes,
		       g->causes == 1 ? "thing needs" : "things need",
		       (long long)g->pending);
	strbuf_addf(&r->data, "{\"health\":{\"level\":\"%s\",\"sentence\":",
		    level_of(r, g));
	json_out_text(&r->data, sentence);
	strbuf_add(&r->data, "}");
}

static void
add_window(struct request *r)
{
	const bool active = bc_window_covers(r->now);

	strbuf_addf(&r->data, ",\"window\":{\"active\":%s,",
		    active ? "true" : "false");
	add_moment(&r->data, "starts_at",
		   active ? 0 : bc_window_starts(r->now));
	strbuf_add(&r->data, ",");
	add_moment(&r->data, "ends_at", bc_window_ends(r->now));
	strbuf_add(&r->data, "}");
}

static bool
overview_show(struct request *r, struct err *e)
{
	struct glance g = {0};

	if (!take_site(r, &g, e) || !read_tiles(r, &g, e))
		return false;
	add_health(r, &g);
	add_window(r);
	strbuf_add(&r->data, ",\"cron\":{");
	add_moment(&r->data, "last_seen_at", g.cron_seen);
	strbuf_add(&r->data, ",\"host\":");
	json_out_text(&r->data, g.cron_host);
	strbuf_addf(&r->data,
		    "},\"tiles\":{\"orders_today\":%lld,\"pending_bc\":%lld,",
		    (long long)g.orders_today, (long long)g.pending);
	add_moment(&r->data, "pending_bc_oldest_at", g.oldest_pending);
	strbuf_addf(&r->data,
		    ",\"error_orders\":%lld,\"error_causes\":%lld,"
		    "\"retrying\":%lld,\"running\":%lld,",
		    (long long)g.errors, (long long)g.causes,
		    (long long)g.retrying, (long long)g.running);
	add_moment(&r->data, "retrying_next_at", g.retrying_next);
	strbuf_add(&r->data, "}");
	if (!add_attention(r, e))
		return false;
	strbuf_add(&r->data, "}");
	return strbuf_check(&r->data, e);
}

/* clang-format off */
static const char *const levels[] = {"ok", "warn", "bad", "paused", NULL};

static const struct shape health_shape = {
	"OverviewHealth",
	(const struct field[]){
		{"level", FIELD_WORD, 0, NULL, levels, NULL, NULL},
		{"sentence", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape cron_shape = {
	"OverviewCron",
	(const struct field[]){
		{"last_seen_at", FIELD_TIME, 0, NULL, NULL, NULL, "null: never"},
		{"host", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape tiles_shape = {
	"OverviewTiles",
	(const struct field[]){
		{"orders_today", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"pending_bc", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "orders that wait for Business Central"},
		{"pending_bc_oldest_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"error_orders", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"error_causes", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"retrying", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"running", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"retrying_next_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape attention_shape = {
	"OverviewAttention",
	(const struct field[]){
		{"id", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"severity", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"what", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"why", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"fix", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"fix_route", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"count", FIELD_COUNT, 0, NULL, NULL, NULL, "orders"},
		{"since", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

const struct shape shape_overview = {
	"Overview",
	(const struct field[]){
		{"health", FIELD_OBJECT, 0, NULL, NULL, &health_shape, NULL},
		{"window", FIELD_OBJECT, 0, NULL, NULL, &shape_window,
		 "Business Central's maintenance"},
		{"cron", FIELD_OBJECT, 0, NULL, NULL, &cron_shape, NULL},
		{"tiles", FIELD_OBJECT, 0, NULL, NULL, &tiles_shape, NULL},
		{"attention", FIELD_LIST, 0, NULL, NULL, &attention_shape,
		 "root causes with their remedies"},
		{0},
	},
};
/* clang-format on */

static const struct param query[] = {
	{"site", PARAM_TEXT, 0, 1, 40, NULL, NULL, "only this site's code"},
	{0},
};

const struct route overview_routes[] = {
	{
		.method = "GET",
		.path = "/overview",
		.need = CAN_VIEW,
		.handle = overview_show,
		.summary = "One glance: do orders flow, what needs a person?",
		.status = 200,
		.query = query,
		.reply = &shape_overview,
	},
	{0},
};
