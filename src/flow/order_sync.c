#include "flow/order_sync.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/jnode.h"
#include "base/text.h"
#include "flow/batch.h"
#include "flow/look.h"
#include "flow/mark.h"
#include "order/store.h"
#include "queue/watermark.h"

/* How far a walk over the shop's orders has come. */
struct walk {
	struct run *run;
	struct fetch at;
	struct watermark mark;
	unsigned round; /* new orders of one; 0: as the site has it */
	bool day;       /* of a day alone, whatever the watermark (D-12) */
	unsigned limit, fresh;
	utc_ms resume; /* of a full walk that was interrupted */
	utc_ms last;   /* modification time and id of the page's newest order */
	char last_id[65];
	size_t nameless; /* entries without an id: they hold the watermark */
};

/* F5: a wrong clock only shifts when an order is seen, but is a person's. */
static void
note_skew(const struct walk *w)
{
	const struct app *app = w->run->app;
	utc_ms skew = w->at.server_date - app_now(app);
	char text[80];

	if (w->at.server_date == 0 || llabs(skew) <= MINUTE ||
	    !OB_GUARD("fetch.skew"))
		return;
	(void)snprintf(text, sizeof(text),
		       "the shop's clock is %lld s %s that of this host",
		       llabs(skew) / SECOND, skew < 0 ? "behind" : "ahead of");
	log_line(&w->run->app->log,
		 llabs(skew) > 15 * (utc_ms)MINUTE ? LOG_ERROR : LOG_WARN,
		 LOG_TEXT("site", w->run->site.code), LOG_TEXT("msg", text));
}

static void
note_newest(struct walk *w, const struct raw_page *page)
{
	w->last = 0;
	for (size_t i = 0; i < page->count; i++) {
		const struct raw_order *raw = &page->order[i];

		if (raw->modified < w->last)
			continue;
		w->last = raw->modified;
		(void)text_copy(w->last_id, sizeof(w->last_id),
				raw->platform_id);
	}
}

/* The later of the site's own limit and the watermark less the overlap (D-4).
 */
static void
begin_walk(struct walk *w)
{
	const struct config *config = &w->run->app->config;
	const struct site *site = &w->run->site;
	utc_ms overlap = OB_GUARD("fetch.overlap")
				 ? (utc_ms)config->sync.overlap_min * MINUTE
				 : 0;
	const unsigned round = w->round ? w->round : site->max_orders;
	bool full = w->run->kind == RUN_FULL;
	utc_ms from = full ? w->resume : w->mark.at ? w->mark.at - overlap : 0;

	if (w->day)
		from = app_now(w->run->app) - DAY;

	w->fresh = 0;
	w->nameless = 0;
	w->limit = full ? UINT_MAX : round;
	w->at = (struct fetch){
		.modified_after = from > site->min_date_modified
					  ? from
					  : site->min_date_modified,
		.statuses = site->source_status,
		.page_size = config->sync.page_size < round
				     ? config->sync.page_size
				     : round,
	};
}

static bool
move_mark(struct db *db, void *context, struct err *e)
{
	struct walk *w = context;
	char checkpoint[64];

	if (w->day || (w->nameless > 0 && OB_GUARD("fetch.nameless")))
		return true;
	if (w->run->kind == RUN_FULL) {
		(void)snprintf(checkpoint, sizeof(checkpoint),
			       "{\"modified\":%lld}", (long long)w->last);
		if (!job_checkpoint(db, w->run->task->job, checkpoint, e))
			return false;
	}
	if (w->last < w->mark.at)
		return true; /* all of it was overlap */
	return watermark_move(&w->mark, db,
			      OB_GUARD("fetch.watermark") ? w->last
							  : w->at.server_date,
			      w->last_id, e);
}

/* Steps 1 to 6 for the next page. */
static bool
take_page(struct walk *w, struct err *e)
{
	AUTO(raw_page) page = {0};
	AUTO(batch) batch = {0};
	struct shop *shop = w->run->shop.shop;
	utc_ms asked = w->at.server_date;

	if (!shop->fetch_page(shop, &w->at, &page, e))
		return err_in(e, "fetch orders");
	if (w->run->started == 0)
		w->run->started = w->at.server_date;
	if (w->at.server_date != asked)
		note_skew(w);
	w->nameless += page.nameless;
	if (page.count == 0)
		return true;
	note_newest(w, &page);
	if (!batch_begin(&batch, &page, e) ||
	    !batch_run(&batch, w->run, move_mark, w, e))
		return false;
	w->fresh += batch.fresh;
	if (w->nameless == 0 && w->last >= w->mark.at) {
		w->mark.at = w->last;
		(void)text_copy(w->mark.id, sizeof(w->mark.id), w->last_id);
	}
	return true;
}

/* Whether enough waits for Business Central already (RELIABILITY 3.6). */
static bool
is_backed_up(struct run *run, bool *backed_up, struct err *e)
{
	unsigned limit = run->app->config.queue.max_unexported, waiting = 0;

	if (!order_count_waiting(run->app->db, limit, &waiting, e))
		return false;
	*backed_up = waiting >= limit;
	if (*backed_up) {
		run->task->resume_at = app_now(run->app) + 5 * (utc_ms)MINUTE;
		run->task->resume_reason = "backpressure";
	}
	return true;
}

/* F1, F3: what complete pages brought is marked; the error stays what it is.
 */
static bool
mark_what_is_there(struct run *run, const struct err *e)
{
	struct err later, other = {0};

	bool go_on = e->class == ERR_TEMPORARY || e->code == OB_PAGING_LOOP;

	if (go_on && e->code != OB_WINDOW && !mark_orders(run, &later, &other))
		log_line(&run->app->log, LOG_WARN,
			 LOG_TEXT("site", run->site.code),
			 LOG_TEXT("msg", other.text));
	return false;
}

/*
 * Up to the site's limit of orders, oldest first, then their marks: no mark
 * goes out while pages are still to be read, since each moves its order to the
 * end.
 */
static bool
take_round(struct walk *w, struct err *e)
{
	struct task *task = w->run->task;
	const unsigned before = task->op->tally.fetched;
	struct err later;

	begin_walk(w);
	while (!w->at.done && w->fresh < w->limit && !task_must_stop(task)) {
		run_progress(w->run, &w->at, before);
		if (!take_page(w, e))
			return mark_what_is_there(w->run, e);
	}
	if (OB_FAULT("order_sync.before_marks"))
		return err_set(e, ERR_TEMPORARY, "fault point");
	return mark_orders(w->run, &later, e) && mark_defer(w->run, &later, e);
}

/* F2: they may be orders, so what is behind them stays to be read again. */
static bool
check_names(const struct walk *w, struct err *e)
{
	if (w->nameless == 0)
		return true;
	(void)err_set(e, ERR_TEMPORARY,
		      "%zu entries of the shop's list of orders have no id",
		      w->nameless);
	return err_as(e, OB_JSON);
}

/* Where a full walk goes on after an interruption. */
static utc_ms
resume_of(const struct job *job)
{
	long long modified = 0;

	/* our own checkpoint, written by move_mark */
	if (job->checkpoint &&
	    sscanf(job->checkpoint, "{\"modified\":%lld}", &modified) != 1)
		return 0;
	return modified;
}

static void
name_mark(struct walk *w)
{
	w->mark.site_id = w->run->site.id;
	w->mark.entity = "orders";
	(void)snprintf(w->mark.name, sizeof(w->mark.name), "fetch:orders:%lld",
		       (long long)w->run->site.id);
}

/* N-30: a monitor of the site's own is told of success, and of nothing else. */
static void
call_health(struct run *run)
{
	const struct http_request ask = {.method = "GET",
					 .url = run->site.health_url,
					 .accept = "*/*",
					 .timeout_s = 10,
					 .repeatable = true};
	AUTO(http_response) reply = {0};
	struct err e = {0};

	if (ask.url[0] && !http_one(run->app->http, &ask, &reply, &e))
		log_line(&run->app->log, LOG_WARN,
			 LOG_TEXT("site", run->site.code),
			 LOG_TEXT("msg", "health address not reached"),
			 LOG_TEXT("cause", e.text));
}

static bool
complete(struct run *run, struct err *e)
{
	if (!site_synced(run->app->db, run->site.id, e))
		return false;
	call_health(run);
	return true;
}

/* What was asked for beside the site. */
struct wish {
	unsigned round;
	bool anew, day;
};

static bool
read_wish(const struct task *task, struct wish *out, struct err *e)
{
	const char *text = task->op->scope, *type;
	json_auto_t *scope = NULL;

	if (!json_read(text, strlen(text), &scope, e))
		return err_in(e, "scope of the synchronisation");
	type = json_string_value(json_object_get(scope, "update_type"));
	*out = (struct wish){
		.round = (unsigned)json_integer_value(
			json_object_get(scope, "batch_size")),
		.anew = json_is_true(json_object_get(scope, "reset_watermark")),
		.day = type != NULL && strcmp(type, "last_day") == 0,
	};
	return true;
}

static enum run_kind
kind_of(const struct task *task)
{
	return task->op->is_full ? RUN_FULL : RUN_SYNC;
}

bool
order_sync_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	struct walk w = {.run = &run};
	bool backed_up = false;
	struct wish wish;

	if (!read_wish(task, &wish, e))
		return false;
	w.round = wish.round;
	w.day = wish.day;
	if (!run_open(&run, context, task, task->op->site_id, kind_of(task), e))
		return run_failed(&run, e);
	name_mark(&w);
	w.resume = resume_of(task->job);
	if (!watermark_load(&w.mark, run.app->db, e))
		return false;
	do {
		if (!is_backed_up(&run, &backed_up, e))
			return false;
		if (backed_up)
			return true;
		if (!take_round(&w, e))
			return run_failed(&run, e);
	} while (!w.at.done && run.kind == RUN_SYNC && !task_must_stop(task) &&
		 OB_GUARD("fetch.more"));
	if (!check_names(&w, e))
		return run_failed(&run, e);
	return task_must_stop(task) || complete(&run, e);
}

bool
order_sync_plan(struct run *run, unsigned limit, bool anew, struct err *e)
{
	struct walk w = {.run = run, .round = limit};

	name_mark(&w);
	if (!watermark_load(&w.mark, run->app->db, e))
		return false;
	if (anew)
		w.mark.at = 0;
	begin_walk(&w);
	if (limit)
		w.limit = limit;
	while (!w.at.done && w.fresh < w.limit)
		if (!take_page(&w, e))
			return err_in(e, "%s", run->site.code);
	return true;
}

static bool
look_at_sync(struct run *run, struct task *task, struct err *e)
{
	struct wish wish;

	return read_wish(task, &wish, e) &&
	       order_sync_plan(run, wish.round, wish.anew, e);
}

bool
order_sync_look_run(void *context, struct task *task, struct err *e)
{
	return look_run(context, task, kind_of(task), look_at_sync, e);
}
