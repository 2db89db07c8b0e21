/*
 * Step 3: three tiers for every SKU of a batch at once (FEATURES 8.7): what is
 * here, what Business Central says (from the cache of 5 minutes, else 20 SKUs a
 * call), and the verdict by the truth table R-30.
 */
#include <string.h>

#include "base/fault.h"
#include "base/text.h"
#include "flow/batch.h"
#include "product/store.h"

enum { BC_NUMBER_MAX = 20 };

static bool
is_checked(const struct line *line)
{
	return (line->type == LINE_PRODUCT || line->type == LINE_COMPONENT) &&
	       line->key[0];
}

static bool
collect(const struct batch *batch, struct sku_set *set, struct err *e)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct order *o = &batch->at[i].order;

		for (size_t k = 0;
		     batch->at[i].fate == FATE_OPEN && k < o->lines; k++)
			if (is_checked(&o->line[k]) &&
			    sku_set_add(set, o->line[k].key) == NULL)
				return err_set(e, ERR_TEMPORARY,
					       "no memory for SKUs");
	}
	return true;
}

/* Fills what Business Central says; an outage leaves BC_UNREACHABLE (D-3). */
static bool
ask(struct run *run, struct sku_set *set, struct err *down, struct err *e)
{
	struct db *db = run->app->db;
	int64_t connection = run->bc.connection_id;

	if (!items_match(db, set, e) ||
	    (OB_GUARD("verify.cache") &&
	     !sku_cache_read(db, connection, run->app->config.sync.sku_cache_s,
			     set, e)) ||
	    !bc_check_items(&run->bc.client, set, down, e))
		return false;
	/* A dry run writes nothing anywhere, not even what it learned. */
	return run->task == NULL || sku_cache_write(db, connection, set, e);
}

static void
judge_line(struct order *o, struct line *line, const struct sku_set *set,
	   const struct run *run, const struct err *down)
{
	const struct sku_check *sku = sku_set_find(set, line->key);
	enum code code;

	if (sku == NULL)
		return;
	if (sku->gl_account[0]) { /* an account, no item */
		(void)text_copy(line->gl_account, sizeof(line->gl_account),
				sku->gl_account);
		return;
	}
	if (text_utf16_length(line->key) > BC_NUMBER_MAX &&
	    sku->bc_number[0] == '\0') {
		fault_add(&o->faults, STAGE_VERIFY, OB_SKU_LONG, "", line->key,
			  "SKU %s has more than %d characters, so it cannot be "
			  "an item number of Business Central",
			  line->key, BC_NUMBER_MAX);
		return;
	}
	code = sku_judge(sku, run->allowed, line->type == LINE_COMPONENT);
	if (code == CODE_NONE)
		return;
	fault_add(&o->faults, STAGE_VERIFY, code, "", line->key, "SKU %s: %s",
		  line->key,
		  code == OB_BC_DOWN ? down->text : code_info(code)->what);
}

static void
judge(struct batch_order *b, const struct sku_set *set, const struct run *run,
      const struct err *down)
{
	struct order *o = &b->order;

	for (size_t i = 0; i < o->lines; i++)
		if (is_checked(&o->line[i]))
			judge_line(o, &o->line[i], set, run, down);
}

bool
batch_verify_skus(struct batch *batch, struct run *run, struct err *e)
{
	AUTO(sku_set) set = {0};
	struct err down = {0};

	if (!collect(batch, &set, e) ||
	    (set.count > 0 && !ask(run, &set, &down, e)))
		return err_in(e, "verify SKUs");
	for (size_t i = 0; i < batch->count; i++)
		if (batch->at[i].fate == FATE_OPEN)
			judge(&batch->at[i], &set, run, &down);
	return true;
}
