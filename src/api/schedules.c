#include "api/request.h"

#include <string.h>

#include "base/row_out.h"
#include "base/text.h"
#include "queue/schedule.h"
#include "resources.h"
#include "site/site.h"

static const char *const frequencies[] = {"minutes", "hourly", "twice_daily",
					  "daily",   "weekly", NULL};

static const char *const update_types[] = {"incremental", "lifetime",
					   "last_day", NULL};

static const struct shape schedule_shape = {
	"Schedule",
	(const struct field[]){
		{"id", FIELD_ID, 0, NULL, NULL, NULL, NULL},
		{"name", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"kind", FIELD_TEXT, 0, NULL, NULL, NULL, NULL},
		{"site", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "the site's code"},
		{"is_enabled", FIELD_FLAG, 0, NULL, NULL, NULL, NULL},
		{"frequency", FIELD_WORD, 0, NULL, frequencies, NULL, NULL},
		{"every_min", FIELD_COUNT, 0, NULL, NULL, NULL,
		 "with minutes: how many"},
		{"start_at", FIELD_TIME, 0, NULL, NULL, NULL,
		 "the runs count from here"},
		{"next_run_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"last_run_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"update_type", FIELD_WORD, 0, NULL, update_types, NULL,
		 "lifetime: everything anew; last_day: what was modified "
		 "within a day"},
		{"batch_size", FIELD_COUNT, FIELD_NULL, NULL, NULL, NULL,
		 "new orders of a round; null: as the site has it"},
		{"version", FIELD_COUNT, 0, NULL, NULL, NULL, NULL},
		{0},
	},
};

static bool
schedules_list(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const char *before = "[";

	if (!db_open(r->app->db, &rows, SQL_API_SCHEDULES,
		     BINDS(bind_null(), bind_null()), e))
		return false;
	while (rows_next(&rows)) {
		const int64_t site = rows_int(&rows, "site_id");

		if (site != 0 && !request_may_see(r, site))
			continue;
		strbuf_add(&r->data, before);
		shape_row(&r->data, &schedule_shape, &rows, true, false);
		before = ",";
	}
	strbuf_add(&r->data, before[0] == '[' ? "[]" : "]");
	return rows_check(&rows, e) && strbuf_check(&r->data, e);
}

/* The one of the path, on its row; false also where it may not be seen. */
static bool
find(struct request *r, struct rows *rows, struct err *e)
{
	const struct bind id = bind_int(request_int(r, "id", 0));
	int64_t site;

	if (!db_open(r->app->db, rows, SQL_API_SCHEDULES, BINDS(id, id), e))
		return false;
	if (!rows_next(rows)) {
		if (!rows_check(rows, e))
			return false;
		err_set(e, ERR_MISSING, "there is no such schedule");
		return err_as(e, OB_NOT_FOUND);
	}
	site = rows_int(rows, "site_id");
	return site == 0 || request_must_see(r, site, "schedule", e);
}

static bool
schedule_show(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!find(r, &rows, e))
		return false;
	shape_row(&r->data, &schedule_shape, &rows, true, false);
	return rows_check(&rows, e) && strbuf_check(&r->data, e);
}

/* What its operations are asked for; what is left out stays. */
static bool
save_params(struct request *r, struct rows *rows, struct err *e)
{
	AUTO(strbuf) params = STRBUF(200);
	const int64_t batch = request_int(r, "batch_size", 0);

	if (!request_given(r, "update_type") && !request_given(r, "batch_size"))
		return true;
	if (strcmp(request_text(r, "update_type"), "last_day") == 0 &&
	    strcmp(rows_borrow(rows, "kind", NULL), "order_sync") != 0)
		return request_fault(r, e, "update_type",
				     "last_day is one of orders");
	strbuf_add(&params, "{");
	if (request_given(r, "update_type"))
		strbuf_addf(&params, "\"update_type\":\"%s\"",
			    request_text(r, "update_type"));
	if (request_given(r, "batch_size"))
		strbuf_addf(&params,
			    "%s\"batch_size\":", params.len == 1 ? "" : ",");
	if (request_given(r, "batch_size"))
		strbuf_addf(&params, batch == 0 ? "null" : "%lld",
			    (long long)batch);
	strbuf_add(&params, "}");
	return strbuf_check(&params, e) &&
	       db_run(r->app->db, SQL_API_SCHEDULE_PARAMS,
		      BINDS(bind_text(params.text),
			    bind_int(rows_int(rows, "id"))),
		      e);
}

static bool
schedule_edit(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char frequency[41], name[321];
	utc_ms start;
	int64_t every, interval;
	bool on;

	if (!find(r, &rows, e))
		return false;
	rows_text(&rows, "name", name, sizeof(name));
	rows_text(&rows, "frequency", frequency, sizeof(frequency));
	if (request_given(r, "frequency"))
		memcpy(frequency, request_text(r, "frequency"),
		       strlen(request_text(r, "frequency")) + 1);
	every = request_int(r, "every_min", rows_int(&rows, "every_min"));
	on = request_flag(r, "is_enabled", rows_flag(&rows, "is_enabled"));
	start = request_given(r, "start_at") ? request_time(r, "start_at")
					     : rows_time(&rows, "start_at");
	interval = schedule_interval(frequency, (unsigned)every);
	if (!rows_check(&rows, e))
		return false;
	if (interval <= 0)
		return request_fault(r, e, "every_min",
				     "is needed with minutes");
	if (!db_run(r->app->db, SQL_API_SCHEDULE_SAVE,
		    BINDS(bind_int(on), bind_text(frequency), bind_int(every),
			  bind_time(start),
			  bind_time(schedule_next(start, interval, r->now)),
			  bind_int(request_int(r, "id", 0)),
			  bind_int(r->version)),
		    e))
		return false;
	if (db_changed(r->app->db) != 1) {
		err_set(e, ERR_CONFLICT, "it was changed meanwhile");
		return err_as(e, OB_PRECONDITION_FAILED);
	}
	answer_changed(r, "schedule.edit", "schedule %s", name);
	if (!save_params(r, &rows, e) || !schedule_show(r, e))
		return false;
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

static bool
schedule_start(struct request *r, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char name[321];
	int64_t operation;

	if (!find(r, &rows, e))
		return false;
	rows_text(&rows, "name", name, sizeof(name));
	if (!rows_check(&rows, e) ||
	    !schedule_run_now(r->app->db, name, r->now, r->caller.login,
			      &operation, e))
		return false;
	answer_changed(r, "schedule.run", "schedule %s", name);
	return answer_operation(r, operation, false, e);
}

/* What a schedule of the requirement is about, and the kind that does it. */
static const struct {
	const char *entity, *kind;
} plans[] = {{"orders", "order_sync"}, {"items", "item_sync"}};

static const char *
entity_of(const char *kind)
{
	for (size_t i = 0; i < COUNT_OF(plans); i++)
		if (strcmp(plans[i].kind, kind) == 0)
			return plans[i].entity;
	return NULL;
}

/* What the schedules that are on have in common. */
struct common {
	bool enabled, entity[COUNT_OF(plans)], differs;
	char frequency[41];
	utc_ms next;
};

static void
note_plan(struct common *c, struct rows *rows, const char *entity)
{
	const utc_ms next = rows_time(rows, "next_run_at");
	char frequency[41];

	if (!rows_flag(rows, "is_enabled"))
		return;
	rows_text(rows, "frequency", frequency, sizeof(frequency));
	c->differs |= c->enabled && strcmp(c->frequency, frequency) != 0;
	memcpy(c->frequency, frequency, sizeof(frequency));
	c->next = c->enabled && c->next < next ? c->next : next;
	c->enabled = true;
	for (size_t i = 0; i < COUNT_OF(plans); i++)
		c->entity[i] |= strcmp(plans[i].entity, entity) == 0;
}

static bool
add_plans(struct request *r, struct common *c, struct strbuf *out,
	  struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(r->app->db, &rows, SQL_API_SCHEDULES,
		     BINDS(bind_null(), bind_null()), e))
		return false;
	while (rows_next(&rows)) {
		const int64_t site = rows_int(&rows, "site_id");
		const char *entity =
			entity_of(rows_borrow(&rows, "kind", NULL));

		if (entity == NULL || (site != 0 && !request_may_see(r, site)))
			continue;
		note_plan(c, &rows, entity);
		strbuf_add(out, out->len == 0 ? "" : ",");
		shape_row(out, &schedule_shape, &rows, true, false);
	}
	return rows_check(&rows, e) && strbuf_check(out, e);
}

static bool
plan_show(struct request *r, struct err *e)
{
	AUTO(strbuf) all = STRBUF(DATA_MAX / 2);
	struct common c = {0};
	const char *before = "";

	if (!add_plans(r, &c, &all, e))
		return false;
	strbuf_addf(&r->data, "{\"enabled\":%s,\"frequency\":",
		    c.enabled ? "true" : "false");
	if (c.enabled && !c.differs)
		json_out_text(&r->data, c.frequency);
	else
		strbuf_add(&r->data, "null");
	strbuf_add(&r->data, ",\"next_run_at\":");
	json_out_time(&r->data, c.enabled ? c.next : 0);
	strbuf_add(&r->data, ",\"entities\":[");
	for (size_t i = 0; i < COUNT_OF(plans); i++) {
		if (!c.entity[i])
			continue;
		strbuf_addf(&r->data, "%s\"%s\"", before, plans[i].entity);
		before = ",";
	}
	strbuf_addf(&r->data, "],\"schedules\":[%s]}", strbuf_text(&all));
	return strbuf_check(&r->data, e);
}

/* The change of one request to several schedules. */
struct planning {
	struct request *r;
	int64_t site;   /* 0: of every site */
	int64_t minute; /* of the day; -1: as it is */
	size_t changed;
};

/* "14:05"; UTC, as every moment here. */
static bool
read_minute(struct request *r, int64_t *out, struct err *e)
{
	const char *text = request_text(r, "time");
	char whole[] = "1970-01-01T00:00:00Z";
	struct err none = {0};

	*out = -1;
	if (!request_given(r, "time"))
		return true;
	memcpy(whole + 11, text, 5);
	if (!time_parse(whole, out, &none))
		return request_fault(r, e, "time",
				     "wanted a time of the day such as 14:05");
	*out /= MINUTE;
	return true;
}

static bool
is_meant(const struct planning *p, struct rows *rows)
{
	const int64_t site = rows_int(rows, "site_id");
	const char *entity = entity_of(rows_borrow(rows, "kind", NULL));

	if (entity == NULL || (site != 0 && !request_may_see(p->r, site)) ||
	    (site != 0 && p->site != 0 && p->site != site))
		return false;
	if (!request_given(p->r, "entities"))
		return strcmp(entity, "orders") == 0;
	return request_lists(p->r, "entities", entity);
}

static bool
change_plan(struct db *db, struct planning *p, struct rows *rows, struct err *e)
{
	struct request *r = p->r;
	utc_ms start = request_given(r, "start_at")
			       ? request_time(r, "start_at")
			       : rows_time(rows, "start_at");
	const int64_t every = rows_int(rows, "every_min");
	char frequency[41];
	int64_t interval;

	rows_text(rows, "frequency", frequency, sizeof(frequency));
	if (request_given(r, "frequency"))
		(void)text_copy(frequency, sizeof(frequency),
				request_text(r, "frequency"));
	/* The day stays: of a weekly one it says which. */
	if (p->minute >= 0)
		start += p->minute * MINUTE - start % DAY;
	interval = schedule_interval(frequency, (unsigned)every);
	if (!db_run(db, SQL_API_SCHEDULE_SAVE,
		    BINDS(bind_int(request_flag(r, "enabled",
						rows_flag(rows, "is_enabled"))),
			  bind_text(frequency), bind_int(every),
			  bind_time(start),
			  bind_time(schedule_next(start, interval, r->now)),
			  bind_int(rows_int(rows, "id")),
			  bind_int(rows_int(rows, "version"))),
		    e))
		return false;
	p->changed++;
	if (db_changed(db) != 1)
		return err_set(e, ERR_CONFLICT, "it was changed meanwhile");
	return save_params(r, rows, e);
}

static bool
change_plans(struct db *db, void *context, struct err *e)
{
	struct planning *p = context;
	AUTO(rows) rows = ROWS;

	p->changed = 0;
	if (!db_open(db, &rows, SQL_API_SCHEDULES,
		     BINDS(bind_null(), bind_null()), e))
		return false;
	while (rows_next(&rows))
		if (is_meant(p, &rows) && !change_plan(db, p, &rows, e))
			return false;
	return rows_check(&rows, e);
}

static bool
plan_change(struct request *r, struct err *e)
{
	AUTO(site) site = {0};
	struct planning p = {.r = r};

	if (request_given(r, "site") && !request_site(r, "site", &site, e))
		return false;
	p.site = site.id;
	if (!read_minute(r, &p.minute, e) ||
	    !db_transact(r->app->db, change_plans, &p, e))
		return false;
	if (p.changed == 0) {
		err_set(e, ERR_MISSING, "there is no schedule for that");
		return err_as(e, OB_NOT_FOUND);
	}
	answer_changed(r, "schedule.edit", "%zu schedules", p.changed);
	if (!plan_show(r, e))
		return false;
	strbuf_add(&r->after, strbuf_text(&r->data));
	return true;
}

/* clang-format off */
static const struct shape plan_shape = {
	"SyncSchedule",
	(const struct field[]){
		{"enabled", FIELD_FLAG, 0, NULL, NULL, NULL,
		 "whether any of them is on"},
		{"frequency", FIELD_TEXT, FIELD_NULL, NULL, NULL, NULL,
		 "null where they differ"},
		{"next_run_at", FIELD_TIME, 0, NULL, NULL, NULL, NULL},
		{"entities", FIELD_LIST, 0, NULL, NULL, NULL,
		 "whose schedules are on"},
		{"schedules", FIELD_LIST, 0, NULL, NULL, &schedule_shape,
		 "of orders one a site, of items one"},
		{0},
	},
};
/* clang-format on */

static const char *const plan_frequencies[] = {"hourly", "twice_daily", "daily",
					       "weekly", NULL};
static const char *const plan_entities[] = {"orders", "items", NULL};

#define LOAD_PARAMS                                                        \
	{"update_type",                                                    \
	 PARAM_WORD,                                                       \
	 0,                                                                \
	 0,                                                                \
	 0,                                                                \
	 update_types,                                                     \
	 NULL,                                                             \
	 "incremental: from the watermark on; lifetime: everything anew; " \
	 "last_day: what was modified within a day, of orders"},           \
	{                                                                  \
		"batch_size", PARAM_INT, PARAM_NULL, 50, 5000, NULL, NULL, \
			"new orders of a round; null: as the site has it"  \
	}

static const struct param plan_body[] = {
	{"enabled", PARAM_FLAG, 0, 0, 0, NULL, NULL, NULL},
	{"frequency", PARAM_WORD, 0, 0, 0, plan_frequencies, NULL, NULL},
	{"time", PARAM_TEXT, 0, 5, 5, NULL, NULL,
	 "of the day, UTC: 14:05; the runs count from there"},
	{"start_at", PARAM_TIME, 0, 0, 0, NULL, NULL,
	 "the runs count from here"},
	{"entities", PARAM_LIST, 0, 1, 2, plan_entities, NULL,
	 "whose schedules change; orders, where nothing is said"},
	{"site", PARAM_TEXT, 0, 1, 40, NULL, NULL,
	 "of orders: only this site's code"},
	LOAD_PARAMS,
	{0},
};

static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "its id"}, {0}};
static const struct param edit_body[] = {
	{"is_enabled", PARAM_FLAG, 0, 0, 0, NULL, NULL, NULL},
	{"frequency", PARAM_WORD, 0, 0, 0, frequencies, NULL, NULL},
	{"every_min", PARAM_INT, 0, 1, 1440, NULL, NULL,
	 "with minutes: how many"},
	{"start_at", PARAM_TIME, 0, 0, 0, NULL, NULL,
	 "the runs count from here"},
	LOAD_PARAMS,
	{0},
};

const struct route schedules_routes[] = {
	{
		.method = "GET",
		.path = "/sync/schedule",
		.need = CAN_VIEW,
		.handle = plan_show,
		.summary = "When orders and items come in by themselves",
		.status = 200,
		.reply = &plan_shape,
	},
	{
		.method = "POST",
		.path = "/sync/schedule",
		.need = CAN_SYNC,
		.handle = plan_change,
		.summary = "Change when; what is left out stays",
		.status = 200,
		.traits = ROUTE_SEED,
		.body = plan_body,
		.reply = &plan_shape,
	},
	{
		.method = "GET",
		.path = "/schedules",
		.need = CAN_VIEW,
		.handle = schedules_list,
		.summary = "What runs when",
		.status = 200,
		.reply = &schedule_shape,
		.many = true,
	},
	{
		.method = "GET",
		.path = "/schedules/{id}",
		.need = CAN_VIEW,
		.handle = schedule_show,
		.summary = "One schedule",
		.status = 200,
		.parts = id_part,
		.reply = &schedule_shape,
	},
	{
		.method = "PUT",
		.path = "/schedules/{id}",
		.need = CAN_SYNC,
		.handle = schedule_edit,
		.summary = "Change a schedule; what is left out stays",
		.status = 200,
		.traits = ROUTE_IF_MATCH,
		.parts = id_part,
		.body = edit_body,
		.reply = &schedule_shape,
	},
	{
		.method = "POST",
		.path = "/schedules/{id}/run",
		.need = CAN_SYNC,
		.handle = schedule_start,
		.summary = "Run it now",
		.status = 202,
		.parts = id_part,
		.reply = &shape_operation,
	},
	{0},
};
