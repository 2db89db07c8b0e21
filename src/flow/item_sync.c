#include "flow/item_sync.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/retry.h"
#include "app/shops.h"
#include "base/jnode.h"
#include "base/text.h"
#include "flow/retry.h"
#include "product/item_store.h"
#include "queue/watermark.h"

struct import {
	struct app *app;
	struct task *task;
	struct watermark mark;
	utc_ms newest;
	bool (*take)(struct import *in, struct err *e);
	/* of the page in work; of a dry run the changes are those of all */
	struct item *item;
	size_t count;
	struct item_changes changes;
	struct strbuf keys;
};

static void
take_over(struct import *in, const struct bc_item *from, size_t count)
{
	in->count = 0;
	for (size_t i = 0; i < count; i++) {
		struct item *item = &in->item[in->count];

		*item = (struct item){
			.status = from[i].blocked ? ITEM_BLOCKED : ITEM_ACTIVE,
			.list_price = from[i].price,
			.bc_modified_at = from[i].modified,
		};
		(void)text_copy(item->sku, sizeof(item->sku), from[i].number);
		(void)text_copy(item->description, sizeof(item->description),
				from[i].description);
		(void)text_copy(item->unit, sizeof(item->unit), from[i].unit);
		(void)text_copy(item->barcode, sizeof(item->barcode),
				from[i].barcode);
		if (from[i].modified > in->newest)
			in->newest = from[i].modified;
		in->count += item->sku[0] != '\0';
	}
}

static bool
keep_counts(const struct import *in, struct err *e)
{
	char result[200];

	(void)snprintf(result, sizeof(result),
		       "{\"found\":%u,\"added\":%zu,\"changed\":%zu,"
		       "\"unchanged\":%zu}",
		       in->task->op->tally.fetched, in->changes.added,
		       in->changes.changed, in->changes.unchanged);
	return task_result(in->task, result, e);
}

static bool
look_at_page(struct import *in, struct err *e)
{
	in->task->op->tally.fetched += (unsigned)in->count;
	return item_sync_look(in->app->db, in->item, in->count, &in->changes,
			      e);
}

static bool
write_page(struct db *db, void *context, struct err *e)
{
	struct import *in = context;

	in->changes = (struct item_changes){0};
	strbuf_end(&in->keys);
	return item_sync_many(db, in->item, in->count, &in->changes, &in->keys,
			      e);
}

static bool
keep_page(struct import *in, struct err *e)
{
	struct tally *tally = &in->task->op->tally;

	if (!task_transact(in->task, write_page, in, e))
		return err_in(e, "keep items");
	tally->fetched += (unsigned)in->count;
	tally->stored += (unsigned)(in->changes.added + in->changes.changed);
	tally->unchanged += (unsigned)in->changes.unchanged;
	return in->keys.len <= 2 || retry_wake_skus(in->app, in->keys.text,
						    "schedule", NULL, NULL, e);
}

/* A thousand at most, so that no transaction is long. */
static bool
take_page(void *context, const struct bc_item *item, size_t count,
	  struct err *e)
{
	struct import *in = context;

	for (size_t from = 0; from < count; from += 1000) {
		size_t some = count - from < 1000 ? count - from : 1000;

		take_over(in, item + from, some);
		if (!in->take(in, e))
			return false;
	}
	task_progress(in->task, "items", in->task->op->tally.fetched, 0,
		      "items");
	return true;
}

static bool
move_mark(struct db *db, void *context, struct err *e)
{
	struct import *in = context;

	return watermark_move(&in->mark, db, in->newest, "", e);
}

/* All of them, or what was modified since the run before. */
static bool
read_items(struct import *in, bool all, struct err *e)
{
	AUTO(open_bc) bc = {0};
	utc_ms after;
	bool fine;

	if (!open_bc_begin(&bc, in->app, 0, true, e))
		return false;
	in->mark.entity = "items";
	(void)snprintf(in->mark.name, sizeof(in->mark.name), "fetch:items:%lld",
		       (long long)bc.connection_id);
	if (!watermark_load(&in->mark, in->app->db, e))
		return false;
	/* A minute of overlap: BC's read replica may lag behind. */
	after = all || in->mark.at == 0 ? 0 : in->mark.at - MINUTE;
	in->newest = in->mark.at;
	in->item = calloc(1000, sizeof(*in->item));
	if (in->item == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for items");
	fine = bc_read_items(&bc.client, after, take_page, in, e);
	free(in->item);
	return fine;
}

bool
item_sync_run(void *context, struct task *task, struct err *e)
{
	struct import in = {.app = context,
			    .task = task,
			    .take = keep_page,
			    .keys = STRBUF(1 << 20)};
	const bool fine = read_items(&in, task->op->is_full, e) &&
			  (in.newest == in.mark.at ||
			   task_transact(task, move_mark, &in, e));

	strbuf_end(&in.keys);
	return fine || err_in(e, "read items of Business Central");
}

static bool
wants_all(const struct task *task, bool *out, struct err *e)
{
	const char *text = task->op->scope;
	json_auto_t *scope = NULL;

	if (!json_read(text, strlen(text), &scope, e))
		return err_in(e, "scope of the dry run");
	*out = task->op->is_full ||
	       json_is_true(json_object_get(scope, "reset_watermark"));
	return true;
}

bool
item_sync_look_run(void *context, struct task *task, struct err *e)
{
	struct import in = {.app = context, .task = task, .take = look_at_page};
	bool all = false;

	return (wants_all(task, &all, e) && read_items(&in, all, e) &&
		keep_counts(&in, e)) ||
	       err_in(e, "read items of Business Central");
}
