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

/* An order with faults is decided by the one that stands first (8.12). */
static void
settle(struct batch_order *b)
{
	const struct fault *why = fault_first(&b->order.faults);

	if (b->fate == FATE_OPEN && why && OB_GUARD("order.fails"))
		b->fate = fault_is_soft(why) ? FATE_SOFT : FATE_HARD;
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
		if (b->raw->body)
			hash_sha256(b->raw->body, b->raw->body_length,
				    o->content_hash);
		return;
	}
	order_prepare(o, &run->rules);
	if (!run->any_size && order_is_test(o, &run->rules)) {
		b->fate = FATE_SKIPPED;
		b->code = SKIPPED_TEST;
	}
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
recognise(struct batch_order *b, const struct seen *seen, const struct run *run)
{
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

bool
batch_recognise(struct batch *batch, struct run *run, struct err *e)
{
	struct seen *seen = calloc(batch->count + 1, sizeof(*seen));
	bool fine;

	if (seen == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu orders",
			       batch->count);
	for (size_t i = 0; i < batch->count; i++)
		(void)text_copy(seen[i].platform_id,
				sizeof(seen[i].platform_id),
				batch->at[i].order.platform_id);
	fine = order_seen_match(run->app->db, run->site.id, seen, batch->count,
				e);
	for (size_t i = 0; fine && i < batch->count; i++) {
		recognise(&batch->at[i], &seen[i], run);
		settle(&batch->at[i]);
		batch->fresh += batch->at[i].fate != FATE_UNCHANGED;
	}
	free(seen);
	return fine;
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

bool
batch_go_on(struct batch *batch, struct run *run,
	    bool (*also)(struct db *db, void *context, struct err *e),
	    void *context, struct err *e)
{
	if (!batch_recognise(batch, run, e) ||
	    !batch_expand_kits(batch, run, e) ||
	    !batch_verify_skus(batch, run, e))
		return false;
	batch_apply_credit(batch, run);
	return batch_store(batch, run, also, context, e);
}

bool
batch_run(struct batch *batch, struct run *run,
	  bool (*also)(struct db *db, void *context, struct err *e),
	  void *context, struct err *e)
{
	batch_normalise(batch, run);
	return batch_go_on(batch, run, also, context, e);
}
