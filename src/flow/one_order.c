#include "flow/one_order.h"

#include <stdlib.h>
#include <string.h>

#include "base/row_out.h"
#include "entity/mask.h"
#include "flow/batch.h"
#include "flow/mark.h"
#include "flow/order_json.h"
#include "flow/replay.h"
#include "order/read.h"

/* A page of a hundred operations with their results fits into an answer. */
enum { RESULT_MAX = 1 << 20, DIFFERENCES_ROOM = 40 * 1024 };

/* What the operation was asked for. */
struct wish {
	int64_t order_id;
	unsigned revision; /* 0: the newest */
};

static bool
read_wish(const struct task *task, struct wish *out, struct err *e)
{
	const char *text = task->op->scope;
	json_auto_t *scope = NULL;
	const char *id;

	if (!json_read(text, strlen(text), &scope, e))
		return err_in(e, "scope of the operation");
	id = json_string_value(json_object_get(scope, "order_id"));
	*out = (struct wish){
		.order_id = id == NULL ? 0 : strtoll(id, NULL, 10),
		.revision = (unsigned)json_integer_value(
			json_object_get(scope, "revision")),
	};
	return true;
}

static bool
fetch(struct run *run, int64_t id, struct raw_page *page, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct shop *shop = run->shop.shop;
	char name[65];
	const char *names[] = {name};

	if (!order_read(run->app->db, id, &rows, e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_MISSING, "no order %lld", (long long)id);
	rows_text(&rows, "platform_order_id", name, sizeof(name));
	return rows_check(&rows, e) &&
	       (shop->fetch_ids(shop, names, 1, page, e) ||
		err_in(e, "fetch order %s", name));
}

bool
one_order_take(struct run *run, int64_t id, struct err *e)
{
	AUTO(raw_page) page = {0};
	AUTO(batch) batch = {0};

	run->any_size = true; /* D-5: asked for by its id */
	return fetch(run, id, &page, e) && batch_begin(&batch, &page, e) &&
	       batch_run(&batch, run, NULL, NULL, e);
}

/* A run without a task: that is what keeps it from writing. */
bool
order_plan_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	AUTO(strbuf) result = STRBUF(RESULT_MAX);
	struct wish wish;

	if (!read_wish(task, &wish, e) ||
	    !run_open(&run, context, NULL, task->op->site_id, RUN_RETRY, e))
		return false;
	run.told = order_json_tell;
	run.told_context = &result;
	return one_order_take(&run, wish.order_id, e) &&
	       strbuf_check(&result, e) && task_result(task, result.text, e);
}

/* Differences as they come; more than a person reads are only counted. */
struct differences {
	struct strbuf json;
	size_t count;
};

static void
differences_end(struct differences *all)
{
	strbuf_end(&all->json);
}

static void
add_value(struct strbuf *out, const struct difference *d, const char *text)
{
	AUTO(strbuf) masked = STRBUF(1200);

	if (strcmp(d->field, "email") == 0) {
		mask_add(&masked, text);
		text = strbuf_text(&masked);
	}
	json_out_text(out, text);
}

static void
add_difference(void *context, const struct difference *d)
{
	struct differences *all = context;

	all->count++;
	if (all->json.len >= DIFFERENCES_ROOM)
		return;
	strbuf_add(&all->json, all->count == 1 ? "" : ",");
	strbuf_add(&all->json, "{\"field\":");
	json_out_text(&all->json, d->field);
	strbuf_add(&all->json, ",\"stored\":");
	add_value(&all->json, d, d->stored);
	strbuf_add(&all->json, ",\"now\":");
	add_value(&all->json, d, d->now);
	strbuf_add(&all->json, "}");
}

bool
order_replay_run(void *context, struct task *task, struct err *e)
{
	AUTO(differences) all = {.json = STRBUF(RESULT_MAX / 2)};
	AUTO(strbuf) result = STRBUF(RESULT_MAX);
	struct app *app = context;
	struct wish wish;
	unsigned count;

	if (!app_db(app, e) || !read_wish(task, &wish, e) ||
	    !replay_order(app, wish.order_id, wish.revision, add_difference,
			  &all, &count, e))
		return false;
	strbuf_addf(&result, "{\"count\":%u,\"differences\":[%s]}", count,
		    strbuf_text(&all.json));
	return strbuf_check(&all.json, e) && strbuf_check(&result, e) &&
	       task_result(task, result.text, e);
}

bool
order_refetch_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	struct wish wish;
	struct err later;

	if (!read_wish(task, &wish, e))
		return false;
	if (!run_open(&run, context, task, task->op->site_id, RUN_RETRY, e) ||
	    !one_order_take(&run, wish.order_id, e))
		return run_failed(&run, e);
	return (mark_orders(&run, &later, e) && mark_defer(&run, &later, e)) ||
	       run_failed(&run, e);
}

/* All of its site's that wait go along: they are one call. */
bool
order_mark_run(void *context, struct task *task, struct err *e)
{
	AUTO(run) run = {0};
	struct err later;

	return (run_open(&run, context, task, task->op->site_id, RUN_RETRY,
			 e) &&
		mark_orders(&run, &later, e) && mark_defer(&run, &later, e)) ||
	       run_failed(&run, e);
}
