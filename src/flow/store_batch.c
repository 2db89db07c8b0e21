/* Step 6: one transaction for a batch, and what an order's fate asks for. */
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "db/db.h"
#include "flow/batch.h"
#include "flow/retry.h"
#include "order/store.h"

/* One transaction's share of the batch. */
struct share {
	struct batch *batch;
	struct run *run;
	size_t from, to;
	struct order_write *write; /* room for to - from */
	bool (*also)(struct db *db, void *context, struct err *e);
	void *context;
};

typedef bool (*writer)(struct db *db, int64_t site_id, int64_t operation_id,
		       utc_ms now, struct order_write *write, size_t count,
		       struct err *e);

/* Writes the share's orders of one fate with the writer made for them. */
static bool
write_fate(struct db *db, struct share *s, enum fate fate, writer write_many,
	   struct err *e)
{
	const struct run *run = s->run;
	size_t count = 0;
	utc_ms now = run->app->clock.now(&run->app->clock);

	for (size_t i = s->from; i < s->to; i++) {
		struct batch_order *b = &s->batch->at[i];

		if (b->fate == fate)
			s->write[count++] = (struct order_write){
				.order = &b->order,
				.body = b->raw->body,
				.body_length = b->raw->body_length,
				.code = b->code,
				.fault = fault_first(&b->order.faults),
				.lost_row = b->lost_row,
			};
	}
	return count == 0 || write_many(db, run->site.id, run->task->op->id,
					now, s->write, count, e);
}

/* a number that another order holds fails this order only. */
static void
note_taken_numbers(struct share *s)
{
	size_t k = 0;

	for (size_t i = s->from; i < s->to; i++) {
		struct batch_order *b = &s->batch->at[i];

		if (b->fate != FATE_OPEN)
			continue;
		b->updated = s->write[k].updated;
		b->unchanged = s->write[k].unchanged;
		if (!s->write[k++].number_taken)
			continue;
		fault_add(&b->order.faults, STAGE_NORMALISE, OB_NUMBER,
			  "number", "",
			  "number %s belongs to another order of the shop",
			  b->order.number);
		b->fate = FATE_HARD;
	}
}

/* Retry rows of what waits; the end of those of what is decided. */
static bool
keep_retries(struct db *db, const struct share *s, struct err *e)
{
	for (size_t i = s->from; i < s->to; i++) {
		struct batch_order *b = &s->batch->at[i];

		if (b->fate == FATE_SOFT) {
			if (!retry_keep(db, s->run, b, e))
				return false;
		} else if (b->waited && b->fate != FATE_UNCHANGED) {
			if (!retry_settle(db, s->run, b, e))
				return false;
		}
		if (b->remark &&
		    !order_unmark(db, s->run->site.id, b->order.platform_id, e))
			return false;
	}
	return true;
}

static bool
write_share(struct db *db, void *context, struct err *e)
{
	struct share *s = context;

	if (!write_fate(db, s, FATE_OPEN, order_store_many, e))
		return false;
	note_taken_numbers(s);
	if (!write_fate(db, s, FATE_HARD, order_fail_many, e) ||
	    !write_fate(db, s, FATE_SOFT, order_wait_many, e) ||
	    !write_fate(db, s, FATE_SKIPPED, order_skip_many, e) ||
	    !write_fate(db, s, FATE_GONE, order_skip_many, e) ||
	    !keep_retries(db, s, e))
		return false;
	if (OB_FAULT("order.in_store"))
		return err_set(e, ERR_TEMPORARY, "fault point order.in_store");
	return s->also == NULL || s->also(db, s->context, e);
}

/* What the database refused is this order's own fault, nobody else's (I9). */
static void
blame(struct batch_order *b, const struct err *why)
{
	fault_add(&b->order.faults, STAGE_STORE, OB_FIELD, "", "",
		  "the database refuses it: %.300s", why->text);
	b->fate = FATE_HARD;
}

static bool
is_of_one_order(const struct err *e)
{
	return e->class == ERR_PERMANENT || e->class == ERR_INPUT ||
	       (e->class == ERR_CONFLICT && e->code != OB_LEASE_LOST);
}

/* Stores from..to; halves what is refused until the bad order stands alone. */
static bool
store_range(const struct share *whole, size_t from, size_t to, struct err *e)
{
	struct share s = *whole;
	size_t middle = from + (to - from) / 2;

	s.from = from;
	s.to = to;
	/* The watermark may only move with the last of them. */
	s.also = to == whole->to ? whole->also : NULL;
	if (task_transact(s.run->task, write_share, &s, e))
		return true;
	if (!is_of_one_order(e) || to == from)
		return false;
	if (to - from > 1)
		return store_range(whole, from, middle, e) &&
		       store_range(whole, middle, to, e);
	if (s.batch->at[from].fate == FATE_HARD)
		return false; /* not even its error row could be written */
	blame(&s.batch->at[from], e);
	return task_transact(s.run->task, write_share, &s, e);
}

static void
tell(struct run *run, struct batch_order *b)
{
	static const char *const words[] = {
		[FATE_OPEN] = "stored",     [FATE_UNCHANGED] = "unchanged",
		[FATE_SKIPPED] = "skipped", [FATE_SOFT] = "soft",
		[FATE_HARD] = "hard",       [FATE_GONE] = "skipped",
	};
	const struct fault *why = NULL;
	const char *outcome = words[b->fate];

	if (b->fate == FATE_SOFT || b->fate == FATE_HARD)
		why = fault_first(&b->order.faults);
	else if (b->fate == FATE_OPEN && b->unchanged)
		outcome = "unchanged";
	run_tell(run, &b->order, outcome, why, b->code);
}

bool
batch_store(struct batch *batch, struct run *run,
	    bool (*also)(struct db *db, void *context, struct err *e),
	    void *context, struct err *e)
{
	struct share whole = {.batch = batch,
			      .run = run,
			      .to = batch->count,
			      .also = also,
			      .context = context};
	bool fine = true;

	if (run->task) {
		for (size_t i = 0; i < batch->count; i++)
			retry_give_up(run, &batch->at[i]);
		whole.write = calloc(batch->count + 1, sizeof(*whole.write));
		if (whole.write == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu orders",
				       batch->count);
		fine = store_range(&whole, 0, batch->count, e);
		free(whole.write);
	}
	for (size_t i = 0; fine && i < batch->count; i++)
		tell(run, &batch->at[i]);
	return fine || err_in(e, "store orders");
}
