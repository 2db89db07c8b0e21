#include "overview.h"

#include <stdlib.h>

#include "base/row_out.h"
#include "queue/schedule.h"

/* More have a page of their own. */
enum { SITES_SHOWN = 100 };

#define ENDED "state=completed,failed,aborted,webshop_not_found"

static void
take_shop(struct rows *rows, struct shop *out)
{
	char frequency[41];

	out->id = rows_int(rows, "id");
	rows_text(rows, "code", out->code, sizeof(out->code));
	rows_text(rows, "name", out->name, sizeof(out->name));
	rows_text(rows, "url", out->url, sizeof(out->url));
	rows_text(rows, "platform", out->platform, sizeof(out->platform));
	out->enabled = rows_flag(rows, "enabled");
	out->orders_sync = rows_flag(rows, "orders_sync");
	out->last_run = rows_time(rows, "order_last_run");
	out->created_at = rows_time(rows, "created_at");
	out->auth_failed_at = rows_time(rows, "auth_failed_at");
	out->schedule_id = rows_int(rows, "schedule_id");
	out->is_scheduled = rows_flag(rows, "scheduled");
	out->next_run_at = rows_time(rows, "next_run_at");
	rows_text(rows, "frequency", frequency, sizeof(frequency));
	out->interval = schedule_interval(
		frequency, (unsigned)rows_int(rows, "every_min"));
}

bool
glance_read_shops(struct glance *g, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(g->r->app->db, &rows, SQL_API_OVERVIEW_SITES,
		     BINDS(glance_ids(g), glance_ids(g)), e))
		return false;
	g->shop = calloc(rows.count + 1, sizeof(*g->shop));
	if (g->shop == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	while (rows_next(&rows))
		take_shop(&rows, &g->shop[g->shops++]);
	return rows_check(&rows, e);
}

static void
add_text(struct strbuf *out, const char *name, const char *value)
{
	strbuf_addf(out, ",\"%s\":", name);
	json_out_text(out, value);
}

static void
add_facts(struct strbuf *out, const struct shop *shop)
{
	strbuf_addf(out, "{\"id\":\"%lld\"", (long long)shop->id);
	add_text(out, "code", shop->code);
	add_text(out, "name", shop->name);
	add_text(out, "url", shop->url);
	add_text(out, "platform", shop->platform);
	strbuf_addf(out, ",\"enabled\":%s,", shop->enabled ? "true" : "false");
	glance_moment(out, "order_last_run", shop->last_run);
	strbuf_add(out, ",");
	glance_moment(out, "next_run_at", shop->next_run_at);
}

static bool
add_counts(struct glance *g, const struct shop *shop, struct err *e)
{
	struct strbuf *out = &g->r->data;
	struct tally pending, errors;

	if (!glance_count(g, g->pending.of, "view=waiting", shop->code,
			  &pending, e) ||
	    !glance_count(g, g->errors.of, "status=open", shop->code, &errors,
			  e))
		return false;
	strbuf_addf(out, ",\"pending\":%llu,\"errors\":%llu,\"links\":{",
		    (unsigned long long)pending.count,
		    (unsigned long long)errors.count);
	glance_link(out, "pending", &pending);
	strbuf_add(out, ",");
	glance_link(out, "errors", &errors);
	strbuf_add(out, "}");
	return true;
}

/* How it went and what is happening now are two things (UX 1). */
static bool
add_work(struct glance *g, const struct shop *shop, struct err *e)
{
	struct strbuf *out = &g->r->data;

	strbuf_add(out, ",\"running_operation\":");
	if (g->running.count == 0)
		strbuf_add(out, "null");
	else if (!glance_first(g, &entity_operations,
			       "state=in_progress&per_page=1&fields=id,kind,"
			       "state,progress,started_at,heartbeat_at",
			       shop->code, out, e))
		return false;
	strbuf_add(out, ",\"last_run\":");
	if (!glance_first(g, &entity_operations,
			  "kind=order_sync&" ENDED
			  "&per_page=1&fields=id,state,error,fetched,stored,"
			  "soft,hard,failed_count,started_at,completed_at",
			  shop->code, out, e))
		return false;
	strbuf_add(out, ",\"runs\":");
	return glance_rows(g, &entity_operations,
			   "kind=order_sync&" ENDED
			   "&per_page=24&fields=id,state,failed_count,"
			   "completed_at",
			   shop->code, out, e);
}

bool
glance_add_sites(struct glance *g, struct err *e)
{
	struct strbuf *out = &g->r->data;

	strbuf_add(out, ",\"sites\":[");
	for (size_t i = 0; i < g->shops && i < SITES_SHOWN; i++) {
		strbuf_add(out, i == 0 ? "" : ",");
		add_facts(out, &g->shop[i]);
		if (!add_counts(g, &g->shop[i], e) ||
		    !add_work(g, &g->shop[i], e))
			return false;
		strbuf_add(out, "}");
	}
	strbuf_add(out, "]");
	return strbuf_check(out, e);
}

/* clang-format off */
static const struct shape running_shape = {
	"OverviewRunning",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, "of the operation"},
		{"kind", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"state", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"progress", FIELD_OBJECT, FIELD_NULL, NULL, NULL, &shape_progress, NULL},
		{"started_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"heartbeat_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape last_shape = {
	"OverviewLastRun",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, "of the operation"},
		{"state", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"error", FIELD_OBJECT, FIELD_NULL, NULL, NULL, &shape_operation_error, NULL},
		{"fetched", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"stored", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"soft", FIELD_COUNT, 0, NULL, NULL, NULL, "orders that wait and are tried again by themselves"},
		{"hard", FIELD_COUNT, 0, NULL, NULL, NULL, "orders that a person has to look at"},
		{"failed_count", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{"started_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"completed_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape run_shape = {
	"OverviewRun",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, "of the operation"},
		{"state", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"failed_count", FIELD_COUNT, 0, NULL, NULL, NULL, "more than 0 in a completed one: it was completed in part"},
		{"completed_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static const struct shape links_shape = {
	"OverviewSiteLinks",
	(const struct field[]){
		{"pending", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{"errors", FIELD_OBJECT, 0, NULL, NULL, &shape_overview_link, NULL},
		{0},
	},
};

const struct shape shape_overview_site = {
	"OverviewSite",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"code", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"url", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"platform", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"enabled", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"order_last_run", FIELD_TIME, 0, NULL, NULL, NULL, "when a sync of its orders completed last"},
		{"next_run_at", FIELD_TIME, 0, NULL, NULL, NULL, "null: by hand alone"},
		{"pending", FIELD_COUNT, 0, NULL, NULL, NULL, "orders that wait for Business Central"},
		{"errors", FIELD_COUNT, 0, NULL, NULL, NULL, "orders that a person has to look at"},
		{"links", FIELD_OBJECT, 0, NULL, NULL, &links_shape, "to the rows of both"},
		{"running_operation", FIELD_OBJECT, FIELD_NULL, NULL, NULL, &running_shape, NULL},
		{"last_run", FIELD_OBJECT, FIELD_NULL, NULL, NULL, &last_shape, "how the last sync of its orders ended"},
		{"runs", FIELD_LIST, 0, NULL, NULL, &run_shape, "the last 24 of these, the latest first"},
		{0},
	},
};
/* clang-format on */
