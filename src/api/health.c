#include <string.h>

#include "api/openapi.h"
#include "api/request.h"
#include "base/row_out.h"
#include "resources.h"

/* A connection that was lost meanwhile says nothing of now: it is made anew. */
static bool
database_answers(struct app *app)
{
	struct err away = {0};

	if (app->db == NULL && !app_db(app, &away))
		return false;
	return db_run(app->db, SQL_HEALTH_PING, NO_BINDS, &away) ||
	       (db_may_repeat(app->db) &&
		db_run(app->db, SQL_HEALTH_PING, NO_BINDS, &away));
}

/* For a load balancer: whether this process can do its work, and no more. */
static bool
health_show(struct request *r, struct err *e)
{
	const bool ok = database_answers(r->app);

	(void)e;
	r->status = ok ? 200 : 503;
	strbuf_addf(&r->data, "{\"status\":\"%s\",\"database\":%s}",
		    ok ? "ok" : "unavailable", ok ? "true" : "false");
	if (!ok)
		answer_header(r, "Retry-After", "2");
	return true;
}

static bool
openapi_show(struct request *r, struct err *e)
{
	AUTO(strbuf) base = STRBUF(300);

	strbuf_addf(&base, "%s/api/v1", r->base);
	openapi_add(&r->data, strbuf_text(&base));
	return strbuf_check(&r->data, e);
}

/* Of sites that the caller may see; "" is none of ours. */
static bool
add_refused(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_METRICS_REFUSED, NO_BINDS, e))
		return false;
	strbuf_add(&r->data,
		   "# TYPE orderbridge_webhooks_refused_total counter\n");
	while (rows_next(&rows)) {
		if (!request_may_see(r, rows_int(&rows, "site_id")))
			continue;
		strbuf_addf(&r->data,
			    "orderbridge_webhooks_refused_total{site=\"%s\","
			    "code=\"%s\"} %lld\n",
			    rows_borrow(&rows, "site", NULL),
			    rows_borrow(&rows, "code", NULL),
			    (long long)rows_int(&rows, "refused"));
	}
	return rows_check(&rows, e);
}

/* In the text format of Prometheus; names begin with the program's. */
static bool
metrics_show(struct request *r, struct err *e)
{
	static const char *const names[] = {
		"errors",    "jobs_ready",         "jobs_leased",
		"jobs_dead", "operations_running", "webhooks_pending"};
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_METRICS, NO_BINDS, e))
		return false;
	(void)rows_next(&rows);
	for (size_t i = 0; i < COUNT_OF(names); i++)
		strbuf_addf(&r->data,
			    "# TYPE orderbridge_%s gauge\n"
			    "orderbridge_%s %lld\n",
			    names[i], names[i],
			    (long long)rows_int(&rows, names[i]));
	r->content_type = "text/plain; version=0.0.4; charset=utf-8";
	return rows_check(&rows, e) && add_refused(r, e) &&
	       strbuf_check(&r->data, e);
}

static const char *const statuses[] = {"ok", "unavailable", NULL};

static const struct shape health = {
	"Health",
	(const struct field[]){
		{"status", FIELD_WORD, 0, NULL, statuses, NULL, NULL},
		{"database", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "whether it answers"},
		{0},
	},
};

/* Its own schema is that of OpenAPI. */
static const struct shape document = {
	"OpenApi",
	(const struct field[]){
		{"openapi", FIELD_TEXT, 0, NULL, NULL, NULL, "3.1.0"},
		{"info", FIELD_OBJECT, 0, NULL, NULL, NULL, NULL},
		{"servers", FIELD_JSON, 0, NULL, NULL, NULL, NULL},
		{"security", FIELD_JSON, 0, NULL, NULL, NULL, NULL},
		{"tags", FIELD_JSON, 0, NULL, NULL, NULL, NULL},
		{"paths", FIELD_OBJECT, 0, NULL, NULL, NULL, NULL},
		{"components", FIELD_OBJECT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

/* By enum code_class. */
static const char *const kinds[] = {"soft",    "hard", "operation",
				    "request", "info", NULL};

static const struct shape code_shape = {
	"Code",
	(const struct field[]){
		{"code", FIELD_TEXT, 0, NULL, NULL, NULL, "ob_sku_unknown"},
		{"kind", FIELD_WORD, 0, NULL, kinds, NULL,
		 "soft: is tried again by itself; hard: a person has to act"},
		{"what", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"why", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "how that comes about"},
		{"fix", FIELD_TEXT, 0, NULL, NULL, NULL, "what to do"},
		{"fix_route", FIELD_TEXT, 0, NULL, NULL, NULL,
		 "where in the dashboard"},
		{0},
	},
};

static void
add_member(struct strbuf *out, const char *name, const char *text)
{
	strbuf_addf(out, "\"%s\":", name);
	json_out_text(out, text);
}

/* The catalogue that errors, lists and the command line tell from. */
static bool
codes_show(struct request *r, struct err *e)
{
	struct strbuf *out = &r->data;

	for (enum code code = CODE_NONE + 1; code < CODE_COUNT; code++) {
		const struct code_info *info = code_info(code);

		strbuf_add(out, code == CODE_NONE + 1 ? "[{" : ",{");
		add_member(out, "code", info->name);
		strbuf_add(out, ",");
		add_member(out, "kind", kinds[info->class]);
		strbuf_add(out, ",");
		add_member(out, "what", info->what);
		strbuf_add(out, ",");
		add_member(out, "why", info->why);
		strbuf_add(out, ",");
		add_member(out, "fix", info->fix);
		strbuf_add(out, ",");
		add_member(out, "fix_route", info->route);
		strbuf_add(out, "}");
	}
	strbuf_add(out, "]");
	return strbuf_check(out, e);
}

const struct route health_routes[] = {
	{
		.method = "GET",
		.path = "/health",
		.need = CAN_ANYONE,
		.handle = health_show,
		.summary = "Whether it works; 503 where it does not",
		.status = 200,
		.traits = ROUTE_NO_DATABASE | ROUTE_MAYBE_503,
		.reply = &health,
	},
	{
		.method = "GET",
		.path = "/ready",
		.need = CAN_ANYONE,
		.handle = health_show,
		.summary = "The same, for those who ask for it by this name",
		.status = 200,
		.traits = ROUTE_NO_DATABASE | ROUTE_MAYBE_503,
		.reply = &health,
	},
	{
		.method = "GET",
		.path = "/metrics",
		.need = CAN_LOGS,
		.handle = metrics_show,
		.summary = "Figures for Prometheus",
		.status = 200,
		.traits = ROUTE_PLAIN,
	},
	{
		.method = "GET",
		.path = "/openapi.json",
		.need = CAN_ANYONE,
		.handle = openapi_show,
		.summary = "This description",
		.status = 200,
		.traits = ROUTE_NO_DATABASE | ROUTE_BARE,
		.reply = &document,
	},
	{
		.method = "GET",
		.path = "/codes",
		.need = CAN_ANYONE,
		.handle = codes_show,
		.summary = "What can go wrong, why, and what to do",
		.status = 200,
		.traits = ROUTE_NO_DATABASE,
		.reply = &code_shape,
		.many = true,
	},
	{0},
};
