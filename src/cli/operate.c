#include "cli/operate.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/progress.h"
#include "flow/jobs.h"
#include "local.h"
#include "queue/window.h"

bool
operate_has_ended(const struct operation *op)
{
	return op->state != OPERATION_NOT_PROCESSED &&
	       op->state != OPERATION_IN_PROGRESS;
}

/* What ended or delayed it, as any other error, with the status of its kind. */
static void
tell_error(struct call *call, const struct operation *op)
{
	struct err e = {.class = ERR_PERMANENT,
			.code = code_find(op->error_code)};
	size_t length = op->error ? strcspn(op->error, "\n") : 0;

	call_failed(call);
	if (length == 0)
		return;
	(void)snprintf(e.text, sizeof(e.text), "%.*s", (int)length, op->error);
	if (op->error[length] == '\n')
		(void)text_copy(e.hint, sizeof(e.hint), op->error + length + 1);
	error_print(&e, call->err, call->color_err);
	call->status = exit_status(&e);
}

void
operate_result(struct call *call, const struct operation *op)
{
	const struct tally *t = &op->tally;

	(void)fprintf(call->out,
		      "%s%s%s: %s; fetched %u, stored %u, unchanged %u, "
		      "skipped %u, soft %u, hard %u, %.1fs (operation %lld)\n",
		      op->kind, op->site_code[0] ? " " : "", op->site_code,
		      operation_state_words(op->state), t->fetched, t->stored,
		      t->unchanged, t->skipped, t->soft, t->hard,
		      (double)(op->completed_at - op->started_at) / 1000.0,
		      (long long)op->id);
	if (op->state != OPERATION_COMPLETED)
		tell_error(call, op);
	else if (t->soft || t->hard)
		call_failed(call);
}

/* It waits for the window, which is no failure, or for a later try. */
static void
print_waiting(struct app *app, struct call *call, const struct operation *op)
{
	char until[TIME_TEXT_MAX], left[TIME_TEXT_MAX];
	utc_ms now = app_now(app);

	if (bc_window_covers(now) || strcmp(op->pause_reason, "window") == 0) {
		utc_ms ends = bc_window_ends(now);

		(void)fprintf(call->out,
			      "Queued as operation %lld: Business Central "
			      "maintenance until %s (%s), it starts then.\n",
			      (long long)op->id, time_text_minute(ends, until),
			      duration_text(ends - now, left));
		if (call_switch(call, "fail-if-paused"))
			call->status = 75;
		return;
	}
	(void)fprintf(call->out, "Operation %lld waits for its next try.\n",
		      (long long)op->id);
	tell_error(call, op);
}

static void
show_work(void *context, const struct operation *op)
{
	progress_show(context, op, clock_boot_ms());
}

/* One turn of work; *ended when nothing more is to be awaited here. */
static bool
work_some(struct app *app, struct progress *progress, int64_t id, bool *ended,
	  struct err *e)
{
	AUTO(operation) op = {0};
	struct call *call = progress->call;
	struct worker worker;
	unsigned worked = 0;

	jobs_worker(app, &worker);
	worker.only_operation = id;
	worker.show = show_work;
	worker.show_context = progress;
	if (!worker_run(&worker, &worked, e) ||
	    !operation_load(app->db, id, &op, e))
		return false;
	*ended = true;
	if (op.state != OPERATION_IN_PROGRESS)
		progress_end(progress);
	if (operate_has_ended(&op)) {
		operate_result(call, &op);
	} else if (op.state == OPERATION_IN_PROGRESS) {
		*ended = *app->stop != 0; /* another process has it */
		show_work(progress, &op);
	} else {
		print_waiting(app, call, &op);
	}
	return true;
}

bool
operate(struct app *app, struct call *call, int64_t operation, struct err *e)
{
	struct progress progress = {.call = call};
	bool ended = false, fine;

	while ((fine = work_some(app, &progress, operation, &ended, e)) &&
	       !ended)
		clock_sleep_ms(500);
	progress_end(&progress);
	return fine;
}

bool
operate_all(struct app *app, struct call *call, const int64_t *operation,
	    struct err *e)
{
	for (; *operation; operation++)
		if (!operate(app, call, *operation, e))
			return false;
	return true;
}

bool
operation_request(struct app *app, const char *kind, int64_t site_id, bool full,
		  const char *scope, int64_t *id, struct err *e)
{
	char by[PERSON_MAX];
	struct operation_ask request = {
		.kind = kind,
		.site_id = site_id,
		.is_full = full,
		.scope = scope,
		.source = "cli",
		.created_by = person_name(by),
		.max_waiting = app->config.queue.max_waiting_per_site,
	};
	bool merged;

	return operation_ask(app->db, &request, app_now(app), id, &merged, e);
}
