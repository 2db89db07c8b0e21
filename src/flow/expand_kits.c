/* Step 4: every kit line of a batch gets its components (FEATURES 8.5). */
#include <stdlib.h>

#include "base/text.h"
#include "flow/batch.h"
#include "product/store.h"

static bool
collect(const struct batch *batch, struct sku_set *set, struct err *e)
{
	for (size_t i = 0; i < batch->count; i++) {
		const struct order *o = &batch->at[i].order;

		for (size_t k = 0;
		     batch->at[i].fate == FATE_OPEN && k < o->lines; k++)
			if (o->line[k].type == LINE_PRODUCT &&
			    o->line[k].key[0] &&
			    sku_set_add(set, o->line[k].key) == NULL)
				return err_set(e, ERR_TEMPORARY,
					       "no memory for SKUs");
	}
	return true;
}

/* R-22, kits.price = allocate: the parent's amount goes to the leaves. */
static bool
allocate(struct order *o, size_t kit, const struct kit_parts *parts,
	 const struct sku_set *prices, struct err *e)
{
	struct money *share = calloc(parts->count + 1, sizeof(*share));
	struct line *line = &o->line[kit];
	bool fine = share != NULL ||
		    err_set(e, ERR_TEMPORARY, "no memory for shares");

	fine = fine && kit_allocate(parts, prices, line->amount,
				    currency_digits(o->currency), share, e);
	for (size_t i = 0; fine && i < parts->count; i++) {
		struct line *part = &o->line[kit + 1 + i];

		part->amount = share[i];
		part->unit_price = money_per_unit(share[i], part->quantity);
	}
	if (fine)
		line->amount = line->discount = line->unit_price =
			(struct money){0};
	free(share);
	return fine;
}

/* Puts the parts behind their kit line, which stays where it is. */
static bool
insert_parts(struct order *o, size_t kit, const struct kit_parts *parts,
	     struct err *e)
{
	for (size_t i = 0; i < parts->count; i++) {
		const struct kit_part *part = &parts->part[i];
		size_t parent =
			part->parent < 0 ? kit : kit + 1 + (size_t)part->parent;
		struct line *line =
			order_insert_component(o, parent, kit + 1 + i);

		if (line == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu components",
				       parts->count);
		(void)text_copy(line->sku, sizeof(line->sku), part->key);
		(void)text_copy(line->key, sizeof(line->key), part->key);
		(void)text_copy(line->name, sizeof(line->name), part->key);
		line->quantity = part->quantity;
	}
	o->has_kit = true;
	return true;
}

/* What the expansion of a batch works with. */
struct kits {
	struct kit_table table;
	struct sku_set prices; /* of components; empty unless they share it */
	bool share;
};

static void
kits_end(struct kits *kits)
{
	kit_table_end(&kits->table);
	sku_set_end(&kits->prices);
}

static bool
kits_load(struct kits *kits, const struct sku_set *set, const struct run *run,
	  struct err *e)
{
	kits->share = run->app->config.kits.price == KIT_PRICE_ALLOCATE;
	if (!kits_match(run->app->db, set, run->limits.max_depth, &kits->table,
			e))
		return false;
	for (size_t i = 0; kits->share && i < kits->table.count; i++)
		if (sku_set_add(&kits->prices, kits->table.row[i].component) ==
		    NULL)
			return err_set(e, ERR_TEMPORARY, "no memory for SKUs");
	return !kits->share || items_match(run->app->db, &kits->prices, e);
}

/* Expands line i; *grown tells by how many lines the order grew. */
static bool
expand_line(struct order *o, size_t i, const struct kits *kits,
	    const struct run *run, size_t *grown, struct err *e)
{
	AUTO(kit_parts) parts = {0};
	struct err why = {0};

	*grown = 0;
	if (!kit_expand(&kits->table, o->line[i].key, o->line[i].quantity,
			o->order_date, run->limits, &parts, &why)) {
		fault_add(&o->faults, STAGE_KITS,
			  why.code ? why.code : OB_KIT_EMPTY, "",
			  o->line[i].key, "%s", why.text);
		return true;
	}
	*grown = parts.count;
	return insert_parts(o, i, &parts, e) &&
	       (!kits->share || allocate(o, i, &parts, &kits->prices, e));
}

static bool
expand_order(struct order *o, const struct kits *kits, const struct run *run,
	     struct err *e)
{
	for (size_t i = 0; i < o->lines; i++) {
		size_t grown = 0;

		/* what the shop's bundle plugin sent is expanded already.
		 */
		if (o->line[i].type != LINE_PRODUCT || o->line[i].bundled ||
		    !kit_is_parent(&kits->table, o->line[i].key))
			continue;
		if (!expand_line(o, i, kits, run, &grown, e))
			return false;
		i += grown;
	}
	return true;
}

bool
batch_expand_kits(struct batch *batch, struct run *run, struct err *e)
{
	AUTO(sku_set) set = {0};
	AUTO(kits) kits = {0};

	if (!collect(batch, &set, e) || !kits_load(&kits, &set, run, e))
		return false;
	for (size_t i = 0; i < batch->count; i++)
		if (batch->at[i].fate == FATE_OPEN &&
		    !expand_order(&batch->at[i].order, &kits, run, e))
			return err_in(e, "order %s", batch->at[i].order.number);
	return true;
}
