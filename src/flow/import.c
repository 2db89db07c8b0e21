#include "flow/import.h"

#include <string.h>

#include "base/jnode.h"
#include "base/text.h"
#include "flow/batch.h"
#include "flow/look.h"
#include "flow/mark.h"

static bool
take_text(const struct jnode *scope, const char *key, char *out, size_t room,
	  struct err *e)
{
	const char *text = "";

	if (!jnode_text_or_empty(scope, key, &text, e))
		return false;
	if (!text_copy(out, room, text))
		return err_set(e, ERR_INPUT, "%s is too long: \"%.60s...\"",
			       key, text);
	return true;
}

/* IMP-16: orders created on or after 00:00 of that day in the store's zone. */
static bool
read_start(const char *date, const struct site *site, utc_ms *out,
	   struct err *e)
{
	utc_ms wall;

	*out = 0;
	if (date[0] == '\0')
		return true;
	return time_parse(date, &wall, e) &&
	       zone_to_utc(site->time_zone, wall, out, e);
}

bool
import_filter_read(struct import_filter *out, const char *scope,
		   const struct site *site, struct err *e)
{
	json_auto_t *json = NULL;
	struct jnode root;
	char date[32];

	*out = (struct import_filter){0};
	if (!json_read(scope, strlen(scope), &json, e))
		return err_in(e, "filters of the import");
	root = jnode_root(json, "import");
	return take_text(&root, "order_id", out->order_id,
			 sizeof(out->order_id), e) &&
	       take_text(&root, "status", out->statuses, sizeof(out->statuses),
			 e) &&
	       take_text(&root, "start_date", date, sizeof(date), e) &&
	       read_start(date, site, &out->created_from, e);
}

/* What an import asks for. */
struct wanted {
	const struct import_filter *filter;
	const char *statuses;
};

/* IMP-17: the filters combine; an id that another filter refuses is skipped. */
static void
apply_filters(struct batch *batch, const void *context)
{
	const struct wanted *wanted = context;

	for (size_t i = 0; i < batch->count; i++) {
		struct batch_order *b = &batch->at[i];

		if (b->fate == FATE_GONE || b->poison)
			continue;
		if (batch_has_status(b, wanted->statuses) &&
		    b->order.order_date >= wanted->filter->created_from)
			continue;
		b->fate = FATE_SKIPPED;
		b->code = SKIPPED_STATUS;
	}
}

static bool
take(struct run *run, const struct raw_page *page,
     const struct import_filter *filter, const char *statuses, struct err *e)
{
	AUTO(batch) batch = {0};
	const struct wanted wanted = {filter, statuses};

	if (!batch_begin(&batch, page, e))
		return false;
	batch.filter = apply_filters;
	batch.filter_context = &wanted;
	return batch_run(&batch, run, NULL, NULL, e);
}

static bool
take_one(struct run *run, const struct import_filter *filter,
	 const char *statuses, struct err *e)
{
	AUTO(raw_page) page = {0};
	struct shop *shop = run->shop.shop;
	const char *id = filter->order_id;

	run->any_size = true; /* D-5: asked for by its id */
	return (shop->fetch_ids(shop, &id, 1, &page, e) ||
		err_in(e, "fetch order %s", id)) &&
	       take(run, &page, filter, statuses, e);
}

static bool
take_all(struct run *run, const struct import_filter *filter,
	 const char *statuses, struct err *e)
{
	struct shop *shop = run->shop.shop;
	struct fetch at = {
		.created_from = filter->created_from,
		.statuses = statuses,
		.page_size = run->app->config.sync.page_size,
	};
	const unsigned before = run->task ? run->task->op->tally.fetched : 0;

	while (!at.done && !(run->task && task_must_stop(run->task))) {
		AUTO(raw_page) page = {0};

		if (run->task)
			run_progress(run, &at, before);
		if (!shop->fetch_page(shop, &at, &page, e))
			return err_in(e, "fetch orders");
		if (page.nameless > 0)
			log_line(&run->app->log, LOG_ERROR,
				 LOG_TEXT("site", run->site.code),
				 LOG_TEXT("code", code_name(OB_JSON)),
				 LOG_INT("count", (int64_t)page.nameless),
				 LOG_TEXT("msg", "entries of the shop's list "
						 "of orders have no id"));
		if (!take(run, &page, filter, statuses, e))
			return false;
	}
	return true;
}

bool
import_plan(struct run *run, const struct import_filter *filter, struct err *e)
{
	const char *statuses = filter->statuses[0] ? filter->statuses
						   : run->site.source_status;

	return filter->order_id[0] ? take_one(run, filter, statuses, e)
				   : take_all(run, filter, statuses, e);
}

static bool
look_at_import(struct run *run, struct task *task, struct err *e)
{
	struct import_filter filter;

	return import_filter_read(&filter, task->op->scope, &run->site, e) &&
	       import_plan(run, &filter, e);
}

bool
import_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	struct import_filter filter;
	struct err later;

	if (task->op->dry_run)
		return look_run(context, task, RUN_IMPORT, look_at_import, e);
	if (!run_open(&run, context, task, task->op->site_id, RUN_IMPORT, e))
		return run_failed(&run, e);
	/* All pages are read before the first mark: each mark moves its order.
	 */
	if (!import_filter_read(&filter, task->op->scope, &run.site, e) ||
	    !import_plan(&run, &filter, e))
		return run_failed(&run, e);
	return (mark_orders(&run, &later, e) && mark_defer(&run, &later, e)) ||
	       run_failed(&run, e);
}
