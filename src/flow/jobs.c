#include "flow/jobs.h"

#include <string.h>

#include "flow/import.h"
#include "flow/item_check.h"
#include "flow/item_sync.h"
#include "flow/kit_check.h"
#include "flow/mark.h"
#include "flow/one_order.h"
#include "flow/order_sync.h"
#include "flow/retention.h"
#include "flow/retry.h"
#include "flow/webhook.h"
#include "flow/webhook_check.h"

static const struct job_kind kinds[] = {
	{"order_sync", true, true, order_sync_run, true, "orders"},
	{"sync_plan", true, true, order_sync_look_run, false, NULL},
	{"import", true, true, import_run, false, "orders"},
	{"order_plan", true, true, order_plan_run, false, NULL},
	{"order_replay", true, false, order_replay_run, false, NULL},
	{"order_refetch", true, true, order_refetch_run, false, "orders"},
	{"order_mark", true, true, order_mark_run, false, NULL},
	{"item_check", true, true, item_check_run, false, NULL},
	{"kit_check", true, true, kit_check_run, false, NULL},
	{"item_sync", true, true, item_sync_run, true, "items"},
	{"item_plan", true, true, item_sync_look_run, false, NULL},
	{"retention", true, false, retention_run, true, NULL},
	{"retry", true, true, retry_run, true, "orders"},
	{"webhook", true, true, webhook_run, true, "orders"},
	{"webhook_check", true, true, webhook_check_run, true, NULL},
	{"order_retry", false, true, order_retry_run, false, "orders"},
	{"mark", false, true, mark_run, false, "orders"},
};

const struct job_kind *
job_kinds(size_t *count)
{
	*count = COUNT_OF(kinds);
	return kinds;
}

/* Transfers keep the leases alive, and calls are noted under the operation. */
static void
attend(void *context, struct task *task)
{
	struct app *app = context;

	app->tick = task ? task_tick : NULL;
	app->tick_context = task;
	app->operation_id = task ? task->op->id : 0;
}

void
jobs_worker(struct app *app, struct worker *out)
{
	*out = (struct worker){
		.db = app->db,
		.clock = &app->clock,
		.log = &app->log,
		.kind = kinds,
		.kinds = COUNT_OF(kinds),
		.context = app,
		.max_seconds = app->config.run.max_seconds,
		.stop = app->stop,
		.attend = attend,
		.gather = webhook_gather,
	};
	memcpy(out->waits.wait_s, app->config.queue.retry_waits_s,
	       sizeof(out->waits.wait_s));
}
