#include "flow/batch.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "db/db.h"
#include "order/store.h"
#include "order/totals.h"

bool
batch_begin(struct batch *batch, const struct raw_page *page, struct err *e)
{
	*batch = (struct batch){.count = page->count};
	batch->at = calloc(page->count ? page->count : 1, sizeof(*batch->at));
	if (batch->at == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu orders",
			       page->count);
	for (size_t i = 0; i < page->count; i++)
		batch->at[i].raw = &page->order[i];
	return true;
}

void
batch_end(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		order_end(&batch->at[i].order);
	free(batch->at);
	*batch = (struct batch){0};
}

bool
batch_has_status(const struct batch_order *b, const char *list)
{
	char word[61];

	while (config_list_next(&list, word, sizeof(word)))
		if (strcmp(word, b->order.status) == 0)
			return true;
	return list == NULL;
}

/* An order with faults is decided by the one that stands first (8.12). */
static void
settle(struct batch_order *b)
{
	const struct fault *why = fault_first(&b->order.faults);

	if (b->fate == FATE_OPEN && why && OB_GUARD("order.fails"))
		b->fate = fault_is_soft(why) ? FATE_SOFT : FATE_HARD;
}

static void
hash_body(const struct raw_order *raw, unsigned char out[32])
{
	if (raw->body)
		hash_sha256(raw->body, raw->body_length, out);
}

/* It would be poison again, at each run that meets it (RELIABILITY 3.4). */
static bool
is_known_poison(const struct batch_order *b, const struct run *run)
{
	unsigned char hash[32] = {0};

	if ((run->kind != RUN_SYNC && run->kind != RUN_FULL) ||
	    !b->seen.has_hash ||
	    strcmp(b->seen.code, code_name(OB_POISON)) != 0)
		return false;
	hash_body(b->raw, hash);
	return memcmp(hash, b->seen.content_hash, sizeof(hash)) == 0;
}

/* Whether the order is poison, which nobody reads. */
static bool
set_aside(struct batch_order *b, const struct run *run)
{
	if (is_known_poison(b, run)) {
		b->order.id = b->seen.id;
		b->fate = FATE_UNCHANGED;
		return true;
	}
	if (!b->poison)
		return false;
	fault_add(&b->order.faults, STAGE_NORMALISE, OB_POISON, "", "",
		  "the program ended twice while it worked on order %s",
		  b->order.platform_id);
	hash_body(b->raw, b->order.content_hash);
	b->fate = FATE_HARD;
	return true;
}

static void
normalise(struct batch_order *b, struct run *run)
{
	const struct shop *shop = run->shop.shop;
	struct order *o = &b->order;
	struct err e = {0};

	(void)text_copy(o->platform_id, sizeof(o->platform_id),
			b->raw->platform_id);
	o->modified = b->raw->modified;
	o->site_id = run->site.id;
	if (set_aside(b, run))
		return;
	if (OB_FAULT("order.normalise")) {
		fault_add(&o->faults, STAGE_NORMALISE, OB_UPSTREAM, "", "",
			  "fault point order.normalise");
		return;
	}
	if (b->raw->gone && b->may_return) {
		fault_add(&o->faults, STAGE_FETCH, OB_UPSTREAM, "", "",
			  "the shop answers that it has no order %s",
			  o->platform_id);
		return;
	}
	if (b->raw->gone) {
		b->fate = FATE_GONE;
		b->code = GONE;
		return;
	}
	if (!shop->read_order(shop, b->raw, o, &e)) {
		fault_add(&o->faults, STAGE_NORMALISE, OB_JSON, "", "", "%s",
			  e.text);
		/* So that the same text is known when it comes again. */
		hash_body(b->raw, o->content_hash);
		return;
	}
	order_prepare(o, &run->rules);
	if (!run->any_size && order_is_test(o, &run->rules)) {
		b->fate = FATE_SKIPPED;
		b->code = SKIPPED_TEST;
	}
}

bool
batch_look(struct batch *batch, struct run *run, struct err *e)
{
	struct seen *seen = calloc(batch->count + 1, sizeof(*seen));
	bool fine;

	if (seen == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu orders",
			       batch->count);
	for (size_t i = 0; i < batch->count; i++)
		(void)text_copy(seen[i].platform_id,
				sizeof(seen[i].platform_id),
				batch->at[i].raw->platform_id);
	fine = order_seen_match(run->app->db, run->site.id, seen, batch->count,
				e);
	for (size_t i = 0; fine && i < batch->count; i++)
		batch->at[i].seen = seen[i];
	free(seen);
	return fine;
}

void
batch_normalise(struct batch *batch, struct run *run)
{
	for (size_t i = 0; i < batch->count; i++)
		normalise(&batch->at[i], run);
}

/* Whether the order is known with this content, so that nothing is to do. */
static bool
is_unchanged(const struct batch_order *b, const struct seen *seen,
	     enum run_kind kind)
{
	return kind == RUN_SYNC && seen->id && seen->has_hash &&
	       memcmp(seen->content_hash, b->order.content_hash,
		      sizeof(seen->content_hash)) == 0;
}

/* An order that carries our mark and was never met here (FEATURES D-25). */
static void
judge_mark(struct batch_order *b, const struct seen *seen,
	   const struct run *run)
{
	if (!b->order.marked || run->kind == RUN_IMPORT ||
	    strcmp(seen->outcome, "stored") == 0)
		return;
	if (strcmp(seen->outcome, "skipped") == 0 ||
	    (seen->id == 0 && b->order.modified <= run->started)) {
		b->fate = FATE_SKIPPED;
		b->code = SKIPPED_EXISTS;
		return;
	}
	b->lost_row = seen->id == 0;
}

static void
recognise(struct batch_order *b, const struct run *run)
{
	const struct seen *seen = &b->seen;
	bool stored = strcmp(seen->outcome, "stored") == 0;

	b->order.id = seen->id;
	b->waited = run->kind == RUN_RETRY ||
		    strcmp(seen->outcome, "soft") == 0 ||
		    strcmp(seen->outcome, "error") == 0;
	if (b->fate == FATE_GONE)
		return;
	/* F21: what a person moved on is left; what got lost is told again. */
	b->remark = stored && !b->order.marked &&
		    strcmp(seen->mark_state, "done") == 0;
	if (is_unchanged(b, seen, run->kind) && OB_GUARD("store.hash")) {
		b->fate = FATE_UNCHANGED;
		return;
	}
	if (stored && run->kind == RUN_IMPORT) {
		b->fate = FATE_SKIPPED;
		b->code = SKIPPED_EXISTS;
		return;
	}
	if (b->fate == FATE_OPEN)
		judge_mark(b, seen, run);
}

void
batch_recognise(struct batch *batch, struct run *run)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct batch_order *b = &batch->at[i];

		if (b->fate != FATE_UNCHANGED)
			recognise(b, run);
		settle(b);
		batch->fresh += b->fate != FATE_UNCHANGED;
	}
}

void
batch_apply_credit(struct batch *batch, struct run *run)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct batch_order *b = &batch->at[i];
		struct err e = {0};

		settle(b);
		if (b->fate != FATE_OPEN)
			continue;
		if (!credit_apply(&b->order, run->rules.distribute, &e))
			fault_add(&b->order.faults, STAGE_CREDIT,
				  e.code ? e.code : OB_TOTAL_MISMATCH, "", "",
				  "%s", e.text);
		settle(b);
	}
}

static bool
take_steps(struct batch *batch, struct run *run,
	   bool (*also)(struct db *db, void *context, struct err *e),
	   void *context, struct err *e)
{
	if (!batch_look(batch, run, e))
		return false;
	batch_normalise(batch, run);
	if (batch->filter)
		batch->filter(batch, batch->filter_context);
	batch_recognise(batch, run);
	if (!batch_expand_kits(batch, run, e) ||
	    !batch_verify_skus(batch, run, e))
		return false;
	batch_apply_credit(batch, run);
	return batch_store(batch, run, also, context, e);
}

/* One order of the batch; what belongs to the batch ends with its last one. */
static bool
take_alone(struct batch *batch, size_t i, struct run *run,
	   bool (*also)(struct db *db, void *context, struct err *e),
	   void *context, struct err *e)
{
	struct batch one = *batch;
	bool fine;

	one.at = &batch->at[i];
	one.count = 1;
	one.fresh = 0;
	if (!task_item_begin(run->task, one.at->raw->platform_id,
			     &one.at->poison, e))
		return false;
	fine = take_steps(&one, run, i + 1 == batch->count ? also : NULL,
			  context, e);
	batch->fresh += one.fresh;
	return fine && task_item_end(run->task, e);
}

bool
batch_run(struct batch *batch, struct run *run,
	  bool (*also)(struct db *db, void *context, struct err *e),
	  void *context, struct err *e)
{
	bool fine = true;

	if (!run->task || !run->task->job->taken_over || batch->count == 0)
		return take_steps(batch, run, also, context, e);
	for (size_t i = 0; fine && i < batch->count; i++)
		fine = take_alone(batch, i, run, also, context, e);
	return fine;
}
