#include "overview.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jnode.h"
#include "base/row_out.h"
#include "queue/window.h"
#include "resources.h"
#include "site/site.h"

enum { FILTERS_MAX = 8 };

const char *const total_relations[] = {"eq", "gte", NULL};

const struct glance_list glance_orders = {&entity_orders, "/orders",
					  "#/orders"};
const struct glance_list glance_errors = {&entity_error_orders, "/error-orders",
					  "#/errors"};
const struct glance_list glance_operations = {&entity_operations, "/operations",
					      "#/operations"};

static void
glance_end(struct glance *g)
{
	free(g->shop);
	strbuf_end(&g->ids);
	strbuf_end(&g->attention);
	*g = (struct glance){0};
}

struct bind
glance_ids(const struct glance *g)
{
	return g->ids.len == 0 ? bind_null() : bind_text(g->ids.text);
}

void
glance_moment(struct strbuf *out, const char *name, utc_ms at)
{
	strbuf_addf(out, "\"%s\":", name);
	json_out_time(out, at);
}

const char *
glance_amount(const struct tally *of, const char *one, const char *many,
	      char out[64])
{
	if (of->is_capped)
		(void)snprintf(out, 64, "10,000+ %s", many);
	else
		(void)snprintf(out, 64, "%llu %s",
			       (unsigned long long)of->count,
			       of->count == 1 ? one : many);
	return out;
}

/* ---- lists, by filters as they stand in an address */

struct filters {
	char text[2 * GLANCE_QUERY_MAX];
	struct list_param param[FILTERS_MAX];
	size_t count;
};

/* Ours alone: nothing in them is percent-encoded. */
static void
take_filters(const struct glance *g, const char *filter, const char *code,
	     struct filters *out)
{
	char *at = out->text;

	(void)snprintf(out->text, sizeof(out->text), "%s", filter);
	while (*at != '\0' && out->count + 1 < FILTERS_MAX) {
		struct list_param *param = &out->param[out->count++];

		param->name = at;
		at += strcspn(at, "=");
		*at++ = '\0';
		param->value = at;
		at += strcspn(at, "&");
		if (*at != '\0')
			*at++ = '\0';
	}
	code = code != NULL ? code : g->code;
	if (*code != '\0')
		out->param[out->count++] = (struct list_param){"site", code};
}

bool
glance_count(const struct glance *g, const struct glance_list *of,
	     const char *filter, const char *code, struct tally *out,
	     struct err *e)
{
	struct filters filters = {0};

	code = code != NULL ? code : g->code;
	take_filters(g, filter, code, &filters);
	*out = (struct tally){.of = of};
	(void)snprintf(out->query, sizeof(out->query), "%s%s%s", filter,
		       *code == '\0' ? "" : "&site=", code);
	return request_count(g->r, of->entity, filters.param, filters.count,
			     &out->count, &out->is_capped, e);
}

void
glance_link(struct strbuf *out, const char *name, const struct tally *of)
{
	strbuf_addf(out,
		    "\"%s\":{\"relation\":\"%s\",\"path\":\"%s?%s\","
		    "\"route\":\"%s?%s\"}",
		    name, total_relations[of->is_capped], of->of->path,
		    of->query, of->of->route, of->query);
}

bool
glance_rows(const struct glance *g, const struct entity *entity,
	    const char *filter, const char *code, struct strbuf *out,
	    struct err *e)
{
	struct filters filters = {0};
	struct list_page page;

	take_filters(g, filter, code, &filters);
	return request_rows(g->r, entity, filters.param, filters.count, out,
			    &page, e);
}

bool
glance_first(const struct glance *g, const struct entity *entity,
	     const char *filter, const char *code, struct strbuf *out,
	     struct err *e)
{
	AUTO(strbuf) rows = STRBUF(DATA_MAX);

	if (!glance_rows(g, entity, filter, code, &rows, e))
		return false;
	/* An array of one, without its brackets. */
	if (rows.len > strlen("[]"))
		strbuf_addn(out, rows.text + 1, rows.len - 2);
	else
		strbuf_add(out, "null");
	return strbuf_check(out, e);
}

bool
glance_first_time(const struct glance *g, const struct entity *entity,
		  const char *filter, const char *member, utc_ms *out,
		  struct err *e)
{
	AUTO(strbuf) rows = STRBUF(DATA_MAX);
	json_auto_t *found = NULL;
	const char *text;

	*out = 0;
	if (!glance_rows(g, entity, filter, NULL, &rows, e) ||
	    !json_read(strbuf_text(&rows), rows.len, &found, e))
		return false;
	text = json_string_value(
		json_object_get(json_array_get(found, 0), member));
	return text == NULL || time_parse(text, out, e);
}

/* ---- what is asked, and the numbers */

static bool
take_site(struct request *r, struct glance *g, struct err *e)
{
	AUTO(site) site = {0};

	g->code = request_text(r, "site");
	if (*g->code != '\0') {
		if (!site_find(r->app->db, g->code, &site, e) ||
		    !request_must_see(r, site.id, "site", e))
			return false;
		strbuf_addf(&g->ids, "[%lld]", (long long)site.id);
		g->one = site.id;
		g->site = &g->one;
		g->sites = 1;
	} else if (!r->caller.all_sites) {
		g->site = r->caller.site;
		g->sites = r->caller.sites;
		strbuf_add(&g->ids, "[");
		for (size_t i = 0; i < r->caller.sites; i++)
			strbuf_addf(&g->ids, "%s%lld", i == 0 ? "" : ",",
				    (long long)r->caller.site[i]);
		strbuf_add(&g->ids, "]");
	}
	return strbuf_check(&g->ids, e);
}

static bool
read_facts(struct glance *g, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char seen[TIME_TEXT_MAX], before[TIME_TEXT_MAX];
	struct err ignored = {0};
	utc_ms last_but_one;

	if (!db_open(g->r->app->db, &rows, SQL_API_OVERVIEW_FACTS, NO_BINDS, e))
		return false;
	(void)rows_next(&rows);
	rows_text(&rows, "cron_last_seen", seen, sizeof(seen));
	rows_text(&rows, "cron_seen_before", before, sizeof(before));
	rows_text(&rows, "cron_host", g->cron_host, sizeof(g->cron_host));
	g->bc_connected = rows_flag(&rows, "bc_connected");
	/* Who has never come is no error. */
	if (!time_parse(seen, &g->cron_seen, &ignored))
		g->cron_seen = 0;
	if (g->cron_seen != 0 && time_parse(before, &last_but_one, &ignored))
		g->cron_interval = g->cron_seen - last_but_one;
	return rows_check(&rows, e);
}

static bool
read_tallies(struct glance *g, struct err *e)
{
	char today[GLANCE_QUERY_MAX], now[TIME_TEXT_MAX];

	(void)snprintf(today, sizeof(today), "order_date=%.10s",
		       time_text(g->r->now, now));
	return glance_count(g, &glance_orders, today, NULL, &g->today, e) &&
	       glance_count(g, &glance_orders, "view=waiting", NULL,
			    &g->pending, e) &&
	       glance_count(g, &glance_errors, "status=open", NULL, &g->errors,
			    e) &&
	       glance_count(g, &glance_orders, "view=soft", NULL, &g->soft,
			    e) &&
	       glance_count(g, &glance_operations, "state=in_progress", NULL,
			    &g->running, e) &&
	       glance_first_time(g, &entity_orders,
				 "view=waiting&sort=order_date&per_page=1&"
				 "fields=order_date",
				 "order_date", &g->oldest_pending, e) &&
	       glance_first_time(g, &entity_retry_queue,
				 "kind=order_retry&state=ready&per_page=1",
				 "run_after", &g->next_retry, e);
}

/* ---- the first line */

static const char *
level_of(const struct glance *g)
{
	const utc_ms now = g->r->now;

	if (bc_window_covers(now))
		return "paused";
	if (g->cron_seen != 0 && now - g->cron_seen > (utc_ms)3 * HOUR)
		return "bad";
	return g->things > 0 || g->cron_seen == 0 ? "warn" : "ok";
}

static void
say_sites(const struct glance *g, struct strbuf *out)
{
	size_t wanted = 0, synced = 0;

	for (size_t i = 0; i < g->shops; i++) {
		if (!g->shop[i].enabled)
			continue;
		wanted++;
		synced += g->shop[i].last_run > g->r->now - HOUR;
	}
	if (g->shops == 0)
		strbuf_add(out, " No site yet.");
	else
		strbuf_addf(out, " %zu of %zu %s synced in the last hour.",
			    synced, wanted, wanted == 1 ? "site" : "sites");
}

static bool
add_health(struct glance *g, struct err *e)
{
	AUTO(strbuf) sentence = STRBUF(400);
	char many[64];

	if (g->things == 0)
		strbuf_add(&sentence, "Nothing needs you.");
	else
		strbuf_addf(&sentence, "%lld %s you.", (long long)g->things,
			    g->things == 1 ? "thing needs" : "things need");
	say_sites(g, &sentence);
	strbuf_addf(
		&sentence, " %s for Business Central.",
		glance_amount(&g->pending, "order waits", "orders wait", many));
	strbuf_addf(&g->r->data,
		    "{\"health\":{\"level\":\"%s\",\"sentence\":", level_of(g));
	json_out_text(&g->r->data, strbuf_text(&sentence));
	strbuf_add(&g->r->data, "}");
	return strbuf_check(&sentence, e);
}

static void
add_window(struct request *r)
{
	const bool active = bc_window_covers(r->now);

	strbuf_addf(&r->data, ",\"window\":{\"active\":%s,",
		    active ? "true" : "false");
	glance_moment(&r->data, "starts_at",
		      active ? 0 : bc_window_starts(r->now));
	strbuf_add(&r->data, ",");
	glance_moment(&r->data, "ends_at", bc_window_ends(r->now));
	strbuf_add(&r->data, "}");
}

static void
add_cron(const struct glance *g)
{
	struct strbuf *out = &g->r->data;

	strbuf_add(out, ",\"cron\":{");
	glance_moment(out, "last_seen_at", g->cron_seen);
	if (g->cron_interval > 0)
		strbuf_addf(out, ",\"interval_s\":%lld",
			    (long long)(g->cron_interval / SECOND));
	else
		strbuf_add(out, ",\"interval_s\":null");
	strbuf_add(out, ",\"host\":");
	json_out_text(out, g->cron_host);
	strbuf_add(out, "}");
}

static void
add_tiles(const struct glance *g)
{
	struct strbuf *out = &g->r->data;
	const struct {
		const char *name;
		const struct tally *of;
	} tile[] = {
		{"orders_today", &g->today},  {"pending_bc", &g->pending},
		{"error_orders", &g->errors}, {"error_causes", &g->causes},
		{"retrying", &g->soft},       {"running", &g->running},
	};

	strbuf_addf(out,
		    ",\"tiles\":{\"orders_today\":%llu,\"pending_bc\":%llu,",
		    (unsigned long long)g->today.count,
		    (unsigned long long)g->pending.count);
	glance_moment(out, "pending_bc_oldest_at", g->oldest_pending);
	strbuf_addf(out,
		    ",\"error_orders\":%llu,\"error_causes\":%llu,"
		    "\"retrying\":%llu,",
		    (unsigned long long)g->errors.count,
		    (unsigned long long)g->causes.count,
		    (unsigned long long)g->soft.count);
	glance_moment(out, "retrying_next_at", g->next_retry);
	strbuf_addf(out, ",\"running\":%llu,\"links\":{",
		    (unsigned long long)g->running.count);
	for (size_t i = 0; i < COUNT_OF(tile); i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		glance_link(out, tile[i].name, tile[i].of);
	}
	strbuf_add(out, "}}");
}

static bool
overview_show(struct request *r, struct err *e)
{
	AUTO(glance)
	g = {
		.r = r,
		.ids = STRBUF(DATA_MAX),
		.attention = STRBUF(DATA_MAX),
	};

	if (!take_site(r, &g, e) || !read_facts(&g, e) ||
	    !glance_read_shops(&g, e) || !read_tallies(&g, e) ||
	    !glance_read_causes(&g, e) || !glance_find_attention(&g, e) ||
	    !add_health(&g, e))
		return false;
	add_window(r);
	add_cron(&g);
	add_tiles(&g);
	strbuf_addf(&r->data, ",\"attention\":[%s]", strbuf_text(&g.attention));
	if (!glance_add_sites(&g, e) || !glance_add_series(&g, e) ||
	    !glance_add_errors(&g, e))
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
		{"interval_s", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL, "seconds between its last two visits; null: not two yet"},
		{"host", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

const struct shape shape_overview_link = {
	"OverviewLink",
	(const struct field[]){
		{"relation", FIELD_WORD, 0, NULL, total_relations, NULL, "gte: there are more, counting ends at 10,000"},
		{"path", FIELD_TEXT, 0, NULL, NULL, NULL, "the list of its rows, below /api/v1"},
		{"route", FIELD_TEXT, 0, NULL, NULL, NULL, "the same in the dashboard"},
		{0},
	},
};

static const struct shape links_shape = {
	"OverviewLinks",
	(const struct field[]){
		{"orders_today", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"pending_bc", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"error_orders", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"error_causes", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"retrying", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"running", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{0},
	},
};

static const struct shape tiles_shape = {
	"OverviewTiles",
	(const struct field[]){
		{"orders_today", FIELD_COUNT, 0, NULL, NULL, NULL, "placed on this day, UTC, and stored"},
		{"pending_bc", FIELD_COUNT, 0, NULL, NULL, NULL, "orders that wait for Business Central"},
		{"pending_bc_oldest_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"error_orders", FIELD_COUNT, 0, NULL, NULL, NULL, "orders that a person has to look at"},
		{"error_causes", FIELD_COUNT, 0, NULL, NULL, NULL, "different causes among these"},
		{"retrying", FIELD_COUNT, 0, NULL, NULL, NULL, "orders that are not stored yet and are tried again by themselves"},
		{"retrying_next_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"running", FIELD_COUNT, 0, NULL, NULL, NULL, "operations"},
		{"links", FIELD_OBJECT, 0, NULL, NULL, &links_shape, "to the rows that each number counted"},
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
		{"attention", FIELD_LIST, 0, NULL, NULL, &shape_overview_attention, "what needs a person, the worst first"},
		{"sites", FIELD_LIST, 0, NULL, NULL, &shape_overview_site, "a hundred at most, by their codes"},
		{"series", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_series, NULL},
		{"windows", FIELD_LIST, 0, NULL, NULL, &shape_overview_window, "Business Central's maintenance in this range"},
		{"recent_errors", FIELD_LIST, 0, NULL, NULL, &shape_overview_error, "the latest five"},
		{0},
	},
};
/* clang-format on */

static const struct param query[] = {
	{"site", PARAM_TEXT, 0, 1, 40, NULL, NULL, "only this site's code"},
	{"range", PARAM_WORD, 0, 0, 0, glance_ranges, NULL,
	 "of the series; 24h"},
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
