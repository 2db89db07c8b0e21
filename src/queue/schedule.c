#include "queue/schedule.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "local.h"
#include "queue/window.h"
#include "queue/worker.h"

utc_ms
schedule_next(utc_ms start, int64_t interval_ms, utc_ms now)
{
	if (now < start)
		return start;
	return start + ((now - start) / interval_ms + 1) * interval_ms;
}

int64_t
schedule_interval(const char *frequency, unsigned every_min)
{
	static const struct {
		const char *name;
		int64_t ms;
	} intervals[] = {
		{"hourly", HOUR},
		{"twice_daily", (int64_t)12 * HOUR},
		{"daily", DAY},
		{"weekly", (int64_t)7 * DAY},
	};

	if (strcmp(frequency, "minutes") == 0)
		return (int64_t)every_min * MINUTE;
	for (size_t i = 0; i < COUNT_OF(intervals); i++)
		if (strcmp(intervals[i].name, frequency) == 0)
			return intervals[i].ms;
	return 0;
}

/* A row of rm_schedule, and the operation that it makes. */
struct schedule {
	int64_t id, site_id;
	char name[321], kind[41], frequency[41];
	unsigned every_min;
	utc_ms start_at, next_run_at, now;
	char *params; /* owned */
	struct asking asking;
	bool is_due, moved;
};

static void
schedule_end(struct schedule *s)
{
	free(s->params);
	asking_end(&s->asking);
}

static bool
read_schedule(struct rows *rows, struct schedule *s, struct err *e)
{
	s->id = rows_int(rows, "id");
	s->site_id = rows_int(rows, "site_id");
	rows_text(rows, "name", s->name, sizeof(s->name));
	rows_text(rows, "kind", s->kind, sizeof(s->kind));
	rows_text(rows, "frequency", s->frequency, sizeof(s->frequency));
	s->every_min = (unsigned)rows_int(rows, "every_min");
	s->start_at = rows_time(rows, "start_at");
	s->next_run_at = rows_time(rows, "next_run_at");
	s->now = rows_time(rows, "now");
	s->params = strdup(rows_borrow(rows, "params", NULL));
	if (s->params == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	return rows_check(rows, e);
}

/* "update_type": "lifetime" in its parameters means Synchronize all. */
static bool
is_full(const char *params)
{
	json_t *all = json_loads(params, JSON_REJECT_DUPLICATES, NULL);
	const char *type =
		json_string_value(json_object_get(all, "update_type"));
	bool full = type != NULL && strcmp(type, "lifetime") == 0;

	json_decref(all);
	return full;
}

static bool
move(struct db *db, struct schedule *s, struct err *e)
{
	int64_t interval = schedule_interval(s->frequency, s->every_min);

	if (!s->is_due)
		return db_run(db, SQL_SCHEDULE_RAN,
			      BINDS(bind_int(s->asking.id), bind_int(s->id)),
			      e);
	if (interval <= 0)
		return err_set(e, ERR_PERMANENT, "no such frequency: %s of %u",
			       s->frequency, s->every_min);
	return db_run(
		db, SQL_SCHEDULE_MOVE,
		BINDS(bind_time(schedule_next(s->start_at, interval, s->now)),
		      bind_int(s->asking.id), bind_int(s->id),
		      bind_time(s->next_run_at)),
		e);
}

/*
 * The operation and the schedule's next moment in one transaction. Where
 * another cron moved it, this one takes back what it put into the queue.
 */
static bool
put(struct db *db, void *context, struct err *e)
{
	struct schedule *s = context;

	if (!asking_put(db, &s->asking, e) || !move(db, s, e))
		return false;
	s->moved = db_changed(db) == 1;
	if (s->moved)
		return true;
	return err_set(e, ERR_CONFLICT, "another cron was faster");
}

static bool
enqueue(struct db *db, struct schedule *s, const char *by, utc_ms now,
	struct err *e)
{
	const struct operation_ask ask = {
		.kind = s->kind,
		.site_id = s->site_id,
		.is_full = is_full(s->params),
		.scope = s->params,
		.source = "schedule",
		.created_by = by,
		.schedule_id = s->id,
	};

	if (asking_make(&s->asking, &ask, now, e) && db_transact(db, put, s, e))
		return true;
	return err_in(e, "schedule %s", s->name);
}

static bool
is_sync(const struct job_kind *kind, size_t kinds, const char *name)
{
	for (size_t i = 0; i < kinds; i++)
		if (kind[i].is_run && strcmp(kind[i].kind, name) == 0)
			return kind[i].sync;
	return false;
}

/*
 * One schedule that is due. An unanswered COMMIT is no error: if it has not
 * happened, the schedule is still due at the next call.
 */
static bool
enqueue_due(struct db *db, struct schedule *s, utc_ms now, unsigned *made,
	    struct err *e)
{
	s->is_due = true;
	if (enqueue(db, s, NULL, now, e)) {
		*made += !s->asking.merged;
		return true;
	}
	return e->class == ERR_UNKNOWN ||
	       (e->class == ERR_CONFLICT && !s->moved);
}

bool
schedule_enqueue_due(struct db *db, const struct job_kind *kind, size_t kinds,
		     utc_ms now, unsigned *made, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct err why = {0};

	*made = 0;
	if (!db_open(db, &rows, SQL_SCHEDULE_DUE, NO_BINDS, e))
		return err_in(e, "look for due schedules");
	while (rows_next(&rows)) {
		AUTO(schedule) s = {0};

		if (!read_schedule(&rows, &s, e))
			return err_in(e, "read schedule %s", s.name);
		if (is_sync(kind, kinds, s.kind) &&
		    (bc_window_near(now, WINDOW_DRAIN_S) ||
		     bc_window_near(s.now, WINDOW_DRAIN_S)))
			continue;
		/* One that cannot run holds up no other; the last is told. */
		if (!enqueue_due(db, &s, now, made, e))
			why = *e;
	}
	if (!rows_check(&rows, e))
		return false;
	*e = why;
	return why.class == ERR_NONE;
}

bool
schedule_run_now(struct db *db, const char *name, utc_ms now, const char *by,
		 int64_t *operation, struct err *e)
{
	AUTO(schedule) s = {0};
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_SCHEDULE_FIND, BINDS(bind_text(name)), e))
		return err_in(e, "find schedule %s", name);
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_MISSING, "no schedule %s", name);
	if (!read_schedule(&rows, &s, e) || !enqueue(db, &s, by, now, e))
		return false;
	*operation = s.asking.id;
	return true;
}
