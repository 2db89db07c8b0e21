#include "flow/webhook.h"

#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "db/db.h"
#include "flow/batch.h"
#include "flow/mark.h"
#include "order/store.h"
#include "queue/window.h"
#include "site/refusal.h"
#include "site/spool.h"

enum { ORDERS_AT_ONCE = 100, SITES_AT_ONCE = 64 };

struct replay {
	struct app *app;
	unsigned stored, known, refused;
	struct refusals refusals;
};

/* The signature, where it could not be checked when it came. */
static bool
take(void *context, const struct webhook_in *in, struct err *e)
{
	struct replay *replay = context;
	struct webhook_secrets secrets = {0};
	struct db *db = replay->app->db;
	bool fresh = false, fine;

	fine = webhook_secrets_load(db, &replay->app->secrets, in->site,
				    &secrets, e);
	if (fine && secrets.site_id != 0 &&
	    (in->checked || webhook_is_signed(&secrets, in->body, in->length,
					      in->signature))) {
		fine = webhook_store(db, secrets.site_id, true, in, &fresh, e);
		replay->stored += fresh;
		replay->known += fine && !fresh;
	} else if (fine) {
		replay->refused++;
		refusals_count(&replay->refusals, secrets.site_id,
			       secrets.site_id == 0 ? OB_NOT_FOUND
						    : OB_BAD_SIGNATURE,
			       in->received_at);
	}
	webhook_secrets_end(&secrets);
	return fine;
}

bool
webhook_replay(struct app *app, struct err *e)
{
	const char *folder = app->config.run.state_dir;
	struct replay replay = {.app = app};
	unsigned torn = 0;
	bool fine;

	if (spool_is_empty(folder))
		return true;
	fine = app_db(app, e) && app_secrets(app, e) &&
	       spool_replay(folder, take, &replay, &torn, e) &&
	       refusals_write(app->db, &replay.refusals, e);
	log_line(&app->log, replay.refused || torn ? LOG_WARN : LOG_INFO,
		 LOG_TEXT("flow", "webhook"),
		 LOG_TEXT("msg", "spool of webhooks replayed"),
		 LOG_INT("stored", replay.stored),
		 LOG_INT("known", replay.known),
		 LOG_INT("refused", replay.refused), LOG_INT("torn", torn));
	return fine || err_in(e, "replay the spool of webhooks");
}

static bool
ask_for(struct app *app, int64_t site_id, unsigned *made, struct err *e)
{
	const struct operation_ask ask = {
		.kind = "webhook", .site_id = site_id, .source = "webhook"};
	int64_t id;
	bool merged;

	if (!operation_ask(app->db, &ask, app_now(app), &id, &merged, e))
		return false;
	*made += !merged;
	return true;
}

bool
webhook_gather(void *context, unsigned *made, struct err *e)
{
	struct app *app = context;
	AUTO(rows) rows = ROWS;

	*made = 0;
	if (!webhook_replay(app, e))
		return false;
	if (bc_window_near(app_now(app), WINDOW_DRAIN_S))
		return true;
	if (!db_open(app->db, &rows, SQL_WEBHOOK_SITES,
		     BINDS(bind_int(SITES_AT_ONCE)), e))
		return err_in(e, "look for webhooks");
	while (rows_next(&rows))
		if (!ask_for(app, rows_int(&rows, "id"), made, e))
			return false;
	return rows_check(&rows, e);
}

/* One order that was named, by as many deliveries as there were up to last. */
struct named {
	char id[65];
	int64_t last;
	bool is_deleted; /* one of them says that it is gone */
};

struct portion {
	struct run *run;
	struct named order[ORDERS_AT_ONCE];
	const char *ids[ORDERS_AT_ONCE];
	size_t count;
};

static bool
load_portion(struct portion *p, struct err *e)
{
	AUTO(rows) rows = ROWS;

	p->count = 0;
	if (!db_open(p->run->app->db, &rows, SQL_WEBHOOK_PENDING,
		     BINDS(bind_int(p->run->site.id), bind_int(ORDERS_AT_ONCE)),
		     e))
		return err_in(e, "read webhooks");
	while (p->count < ORDERS_AT_ONCE && rows_next(&rows)) {
		struct named *order = &p->order[p->count];

		rows_text(&rows, "platform_order_id", order->id,
			  sizeof(order->id));
		order->last = rows_int(&rows, "last");
		order->is_deleted = rows_flag(&rows, "is_deleted");
		p->ids[p->count++] = order->id;
	}
	return rows_check(&rows, e);
}

/* With the orders, in their transaction: a delivery is done when they stand. */
static bool
settle(struct db *db, void *context, struct err *e)
{
	const struct portion *p = context;
	struct bind bind[ORDERS_AT_ONCE * 4];
	const int64_t operation = p->run->task->op->id;

	for (size_t i = 0; i < p->count; i++) {
		bind[4 * i] = bind_int(operation);
		bind[4 * i + 1] = bind_int(p->run->site.id);
		bind[4 * i + 2] = bind_text(p->order[i].id);
		bind[4 * i + 3] = bind_int(p->order[i].last);
	}
	return db_run_many(db, SQL_WEBHOOK_DONE, bind, 4, p->count, e);
}

/*
 * A deletion is believed for an order that we hold: R-47. A 404 alone is not,
 * since a shop whose plugins are being renewed has no order at all (F7).
 */
static bool
is_lost(const struct portion *p, const struct batch_order *b)
{
	for (size_t i = 0; i < p->count; i++)
		if (strcmp(p->order[i].id, b->raw->platform_id) == 0 &&
		    p->order[i].is_deleted)
			return strcmp(b->seen.outcome, "stored") == 0;
	return false;
}

/* Whether a synchronisation would meet it: by its status and its date. */
static bool
is_met(const struct run *run, const struct batch_order *b)
{
	return batch_has_status(b, run->site.source_status) &&
	       b->order.modified > run->site.min_date_modified;
}

/* The rest is forgotten as if nobody had named it: not even seen. */
static void
keep_met(struct batch *batch, const void *context)
{
	const struct portion *p = context;
	size_t kept = 0;

	for (size_t i = 0; i < batch->count; i++) {
		struct batch_order *b = &batch->at[i];

		if (!b->poison &&
		    (b->raw->gone ? !is_lost(p, b) : !is_met(p->run, b))) {
			order_end(&b->order);
			continue;
		}
		if (kept != i) {
			batch->at[kept] = *b;
			b->order = (struct order){0};
		}
		kept++;
	}
	batch->count = kept;
}

static bool
take_portion(struct portion *p, struct err *e)
{
	AUTO(raw_page) page = {0};
	AUTO(batch) batch = {0};
	struct shop *shop = p->run->shop.shop;

	if (!shop->fetch_ids(shop, p->ids, p->count, &page, e) ||
	    !batch_begin(&batch, &page, e))
		return false;
	batch.filter = keep_met;
	batch.filter_context = p;
	return batch_run(&batch, p->run, settle, p, e);
}

static bool
take_all(struct run *run, struct err *e)
{
	struct portion p = {.run = run};
	unsigned done = 0;

	do {
		if (!load_portion(&p, e))
			return false;
		if (p.count > 0 && !take_portion(&p, e))
			return false;
		done += (unsigned)p.count;
		task_progress(run->task, "fetch", done, 0, "orders");
	} while (p.count > 0 && !task_must_stop(run->task));
	return true;
}

bool
webhook_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	struct err later;

	if (!run_open(&run, context, task, task->op->site_id, RUN_SYNC, e))
		return run_failed(&run, e);
	/* D-25: before the first sync what carries our mark is not ours. */
	if (run.started == 0)
		run.started = app_now(run.app);
	return (take_all(&run, e) && mark_orders(&run, &later, e) &&
		mark_defer(&run, &later, e)) ||
	       run_failed(&run, e);
}
