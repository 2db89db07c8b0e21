#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/secret.h"
#include "queue/window.h"
#include "worker_local.h"

enum {
	DUE_MAX = 16,
	PAUSE_BINDS = 5,
	REPAIR_EVERY_S = 10,
	UNKNOWN_KIND_MIN = 5
};

/* A job that is due, as far as the choice needs it. */
struct due {
	int64_t id, operation_id, fence, beat;
	bool is_known, is_sync;
};

struct due_list {
	struct due due[DUE_MAX];
	size_t count;
};

const struct job_kind *
shift_kind(const struct worker *worker, const char *job_kind,
	   const char *run_kind)
{
	bool is_run = strcmp(job_kind, "run") == 0;
	const char *name = is_run ? run_kind : job_kind;

	for (size_t i = 0; i < worker->kinds; i++)
		if (worker->kind[i].is_run == is_run &&
		    strcmp(worker->kind[i].kind, name) == 0)
			return &worker->kind[i];
	return NULL;
}

bool
shift_window_near(const struct clock *clock, int64_t db_ahead_ms,
		  int64_t seconds)
{
	utc_ms now = clock->now(clock);

	return bc_window_near(now, seconds) ||
	       bc_window_near(now + db_ahead_ms, seconds);
}

/* Either clock may close the window; that they differ is told once. */
static void
compare_clocks(struct shift *s, utc_ms db_now)
{
	const struct clock *clock = s->worker->clock;
	int64_t apart_s;

	s->db_ahead_ms = db_now - clock->now(clock);
	apart_s = s->db_ahead_ms / SECOND;
	if (s->told_clocks ||
	    (apart_s <= CLOCKS_APART_S && apart_s >= -CLOCKS_APART_S))
		return;
	s->told_clocks = true;
	log_line(s->worker->log, LOG_WARN,
		 LOG_TEXT("msg", "the database's clock differs from this "
				 "host's"),
		 LOG_INT("seconds", apart_s));
}

static bool
find_due(struct shift *s, struct due_list *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct worker *w = s->worker;
	struct bind only = bind_int(w->only_operation);
	utc_ms now = 0;

	out->count = 0;
	if (!db_open(w->db, &rows,
		     w->only_operation ? SQL_JOB_DUE_OF : SQL_JOB_DUE, &only,
		     w->only_operation ? 1 : 0, e))
		return false;
	while (out->count < DUE_MAX && rows_next(&rows)) {
		struct due *due = &out->due[out->count++];
		const struct job_kind *kind;
		char job_kind[41], run_kind[41];

		due->id = rows_int(&rows, "id");
		due->operation_id = rows_int(&rows, "operation_id");
		rows_text(&rows, "kind", job_kind, sizeof(job_kind));
		rows_text(&rows, "run_kind", run_kind, sizeof(run_kind));
		due->fence = rows_int(&rows, "fence");
		due->beat = rows_int(&rows, "hb_seq");
		if (out->count == 1)
			now = rows_time(&rows, "now");
		kind = shift_kind(w, job_kind, run_kind);
		due->is_known = kind != NULL;
		due->is_sync = kind != NULL && kind->sync;
	}
	if (out->count > 0)
		compare_clocks(s, now);
	return rows_check(&rows, e);
}

/*
 * Puts off what must not start now: work that syncs, until the window's end,
 * and kinds that only a newer program knows. What may start stays in the list.
 */
static bool
put_off(struct shift *s, struct due_list *list, bool *any, struct err *e)
{
	struct bind bind[DUE_MAX * PAUSE_BINDS];
	const struct clock *clock = s->worker->clock;
	utc_ms now = clock->now(clock) + s->db_ahead_ms;
	bool near = shift_window_near(clock, s->db_ahead_ms, WINDOW_DRAIN_S);
	size_t off = 0, left = 0;

	/* By the clock that closes it, else by the one that opens first. */
	if (near && !bc_window_near(now, WINDOW_DRAIN_S))
		now = clock->now(clock);
	for (size_t i = 0; i < list->count; i++) {
		const struct due due = list->due[i];
		struct bind *at = &bind[off * PAUSE_BINDS];
		bool waits = near && due.is_sync;

		if (due.is_known && !waits) {
			list->due[left++] = due;
			continue;
		}
		at[0] = bind_time(
			waits ? bc_window_resume(now, due.operation_id)
			      : now + (utc_ms)UNKNOWN_KIND_MIN * MINUTE);
		at[1] = at[0];
		at[2] = bind_text(waits ? "window" : "unknown_kind");
		at[3] = bind_int(due.id);
		at[4] = bind_int(due.fence);
		off++;
	}
	list->count = left;
	*any = off > 0;
	return off == 0 || db_run_many(s->worker->db, SQL_JOB_PAUSE, bind,
				       PAUSE_BINDS, off, e);
}

/*
 * Compare-and-set on the fence that was read, committed by itself before any
 * work. *won false: another worker was faster.
 */
static bool
take(struct shift *s, const struct due *due, struct lease *lease, bool *won,
     struct err *e)
{
	struct db *db = s->worker->db;
	struct lease_row row;

	*lease = (struct lease){
		.db = db,
		.job_id = due->id,
		.fence = (uint64_t)due->fence + 1,
		.beat = (uint64_t)due->beat + 1,
	};
	(void)snprintf(lease->owner, sizeof(lease->owner), "%s", s->owner);
	lease->touched_ms = clock_boot_ms();
	if (db_run(db, SQL_JOB_TAKE,
		   BINDS(bind_text(s->owner), bind_int(due->id),
			 bind_int(due->fence)),
		   e))
		*won = db_changed(db) == 1 || !OB_GUARD("job.claim");
	/* An error proves nothing: the row tells. */
	else if (queue_again(0, e) && lease_read(db, lease, true, &row, e))
		*won = lease_is_ours(lease, &row);
	else
		return false;
	lease->held = *won;
	return true;
}

static bool
claim_one(struct shift *s, const struct due_list *list, struct job *job,
	  bool *claimed, struct err *e)
{
	uint32_t pick = random_below((uint32_t)list->count);

	if (OB_FAULT("job.found"))
		return err_set(e, ERR_TEMPORARY, "fault point job.found");
	if (!take(s, &list->due[pick], &job->lease, claimed, e))
		return false;
	if (*claimed && OB_FAULT("job.claimed"))
		return err_set(e, ERR_TEMPORARY, "fault point job.claimed");
	return !*claimed || job_load(s->worker->db, job->lease.job_id, job, e);
}

static bool
repair_if_due(struct shift *s, struct err *e)
{
	unsigned freed;

	if (clock_boot_ms() < s->repair_boot_ms)
		return true;
	s->repair_boot_ms = clock_boot_ms() + REPAIR_EVERY_S * SECOND;
	return shift_repair(s, &freed, e);
}

bool
shift_claim(struct shift *s, struct job *job, bool *claimed, struct err *e)
{
	struct due_list list;
	bool any;

	*claimed = false;
	if (!repair_if_due(s, e))
		return err_in(e, "claim a job");
	while (!*claimed) {
		if (!find_due(s, &list, e) || !put_off(s, &list, &any, e))
			return err_in(e, "claim a job");
		if (list.count == 0 && !any)
			return true;
		if (list.count > 0 && !claim_one(s, &list, job, claimed, e))
			return err_in(e, "claim a job");
	}
	return true;
}
