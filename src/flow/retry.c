#include "flow/retry.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "db/db.h"
#include "order/store.h"

/* GONE_TRIES: so often a 404 is met before an order counts as gone (F7). */
enum { RETRIES_AT_ONCE = 100, GONE_TRIES = 3 };

/* A due retry row, as far as the next decision needs it. */
struct due {
	char ref[65];
	unsigned attempts;
	utc_ms give_up_at;
};

struct due_list {
	struct due due[RETRIES_AT_ONCE];
	size_t count;
};

static bool
is_own(const struct run *run, const struct batch_order *b)
{
	const struct job *job = run->task->job;

	return strcmp(job->kind, "order_retry") == 0 &&
	       strcmp(job->ref, b->order.platform_id) == 0;
}

static struct retry_waits
waits_of(const struct app *app)
{
	struct retry_waits waits;

	memcpy(waits.wait_s, app->config.queue.retry_waits_s,
	       sizeof(waits.wait_s));
	return waits;
}

/* When the order is tried next; 0: its waits are over. */
static utc_ms
next_try(const struct run *run, const struct batch_order *b,
	 const struct fault *why)
{
	const struct config *config = &run->app->config;
	struct retry_waits waits = waits_of(run->app);
	utc_ms now = app_now(run->app);

	if (why->code == OB_SKU_WAIT)
		return b->give_up_at && now >= b->give_up_at
			       ? 0
			       : now + (utc_ms)config->sync.sku_cache_s *
						 SECOND;
	return retry_due(&waits, b->attempts + 1, now, 0);
}

/* The last try failed too: a person has to look at it (D-1, D-2). */
void
retry_give_up(const struct run *run, struct batch_order *b)
{
	const struct fault *why = fault_first(&b->order.faults);

	if (b->fate != FATE_SOFT || next_try(run, b, why) != 0 ||
	    !OB_GUARD("retry.give_up"))
		return;
	if (why->code == OB_SKU_WAIT) {
		struct fault waited = *why;

		b->order.faults.count = 0;
		fault_add(&b->order.faults, STAGE_VERIFY, OB_SKU_EXPIRED, "",
			  waited.sku, "SKU %s did not come within %u days",
			  waited.sku, run->app->config.sync.sku_wait_days);
	}
	b->fate = FATE_HARD;
}

bool
retry_keep(struct db *db, const struct run *run, struct batch_order *b,
	   struct err *e)
{
	const struct fault *why = fault_first(&b->order.faults);
	bool sku = why->code == OB_SKU_WAIT;
	utc_ms days = run->app->config.sync.sku_wait_days;
	struct job_ask ask = {
		.operation_id = run->task->op->id,
		.site_id = run->site.id,
		.kind = "order_retry",
		.ref = b->order.platform_id,
		.run_after = next_try(run, b, why),
		.wait_sku = sku ? why->sku : NULL,
		.give_up_at = b->give_up_at ? b->give_up_at
			      : sku         ? app_now(run->app) + days * DAY
					    : 0,
		.code = why->code,
		.error = why->message,
		.attempts = sku ? b->attempts : b->attempts + 1,
	};

	/* The row in work is written by the worker when its job ends. */
	return is_own(run, b) || job_add(db, &ask, e);
}

bool
retry_settle(struct db *db, const struct run *run, const struct batch_order *b,
	     struct err *e)
{
	return is_own(run, b) || job_settle(db, "order_retry", run->site.id,
					    b->order.platform_id, e);
}

/* The other due orders of the site: they go along, so that no call is wasted.
 */
static bool
load_due(struct run *run, struct due_list *list, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const struct job *job = run->task->job;
	struct due *own = &list->due[0];

	(void)text_copy(own->ref, sizeof(own->ref), job->ref);
	own->attempts = job->attempts;
	own->give_up_at = job->give_up_at;
	list->count = 1;
	if (!db_open(run->app->db, &rows, SQL_RETRY_DUE,
		     BINDS(bind_int(run->site.id),
			   bind_int(RETRIES_AT_ONCE - 1)),
		     e))
		return false;
	while (rows_next(&rows)) {
		struct due *due = &list->due[list->count++];

		rows_text(&rows, "ref", due->ref, sizeof(due->ref));
		due->attempts = (unsigned)rows_int(&rows, "attempts");
		due->give_up_at = rows_time(&rows, "give_up_at");
	}
	return rows_check(&rows, e);
}

static const struct due *
due_of(const struct due_list *list, const char *platform_id)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->due[i].ref, platform_id) == 0)
			return &list->due[i];
	return NULL;
}

/* What becomes of the row in work: it ends, waits on, or takes the next wait.
 */
static bool
end_own(struct run *run, const struct batch *batch, struct err *e)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct batch_order *b = &batch->at[i];
		const struct fault *why = fault_first(&b->order.faults);

		if (!is_own(run, b) || b->fate != FATE_SOFT)
			continue;
		if (why->code == OB_SKU_WAIT) {
			run->task->resume_at = next_try(run, b, why);
			run->task->resume_reason = "sku";
			return true;
		}
		(void)err_set(e, ERR_TEMPORARY, "order %s: %s",
			      b->order.number[0] ? b->order.number
						 : b->order.platform_id,
			      why->message);
		return err_as(e, why->code);
	}
	return true;
}

static bool
try_again(struct run *run, const struct due_list *list, struct err *e)
{
	AUTO(raw_page) page = {0};
	AUTO(batch) batch = {0};
	struct shop *shop = run->shop.shop;
	const char *ids[RETRIES_AT_ONCE];

	for (size_t i = 0; i < list->count; i++)
		ids[i] = list->due[i].ref;
	if (!shop->fetch_ids(shop, ids, list->count, &page, e) ||
	    !batch_begin(&batch, &page, e))
		return false;
	for (size_t i = 0; i < batch.count; i++) {
		const struct due *due =
			due_of(list, batch.at[i].raw->platform_id);

		batch.at[i].attempts = due ? due->attempts : 0;
		batch.at[i].give_up_at = due ? due->give_up_at : 0;
		batch.at[i].may_return =
			batch.at[i].attempts + 1 < GONE_TRIES &&
			OB_GUARD("retry.gone");
	}
	return batch_run(&batch, run, NULL, NULL, e) && end_own(run, &batch, e);
}

/* D-14: orders outlast a shop that is gone for now, as a disabled one. */
static bool
shop_failed(struct run *run, struct err *e)
{
	return e->code == OB_WEBSHOP_NOT_FOUND ? run_postpone(run, e)
					       : run_failed(run, e);
}

bool
order_retry_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	struct due_list *list = calloc(1, sizeof(*list));
	struct err later;
	bool fine = list != NULL;

	if (!fine)
		return err_set(e, ERR_TEMPORARY, "no memory for retries");
	if (!run_open(&run, context, task, task->job->site_id, RUN_RETRY, e))
		fine = run_postpone(&run, e);
	else
		fine = load_due(&run, list, e) &&
		       ((try_again(&run, list, e) &&
			 mark_orders(&run, &later, e) &&
			 mark_defer(&run, &later, e)) ||
			shop_failed(&run, e));
	free(list);
	return fine;
}
