#include "api/request.h"

#include <string.h>

#include "queue/schedule.h"
#include "resources.h"

static const char *const frequencies[] = {"minutes", "hourly", "twice_daily",
					  "daily",   "weekly", NULL};

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
	if (!schedule_show(r, e))
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

static const struct param id_part[] = {
	{.name = "id", .type = PARAM_ID, .help = "its id"}, {0}};
static const struct param edit_body[] = {
	{"is_enabled", PARAM_FLAG, 0, 0, 0, NULL, NULL, NULL},
	{"frequency", PARAM_WORD, 0, 0, 0, frequencies, NULL, NULL},
	{"every_min", PARAM_INT, 0, 1, 1440, NULL, NULL,
	 "with minutes: how many"},
	{"start_at", PARAM_TIME, 0, 0, 0, NULL, NULL,
	 "the runs count from here"},
	{0},
};

const struct route schedules_routes[] = {
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
