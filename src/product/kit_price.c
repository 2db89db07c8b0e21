#include "product/kit.h"

#include <stdlib.h>

/*
 * a weight of one leaf means that weights are meant for all; leaves
 * without one then take nothing.
 */
static bool
weigh_by_weight(const struct kit_parts *parts, struct money *weight)
{
	bool any = false;

	for (size_t i = 0; i < parts->count; i++) {
		const struct kit_part *part = &parts->part[i];

		weight[i].e4 = 0;
		if (!part->leaf || part->weight_e4 <= 0)
			continue;
		weight[i].e4 = part->weight_e4;
		any = true;
	}
	return any;
}

static bool
weigh_by_price(const struct kit_parts *parts, const struct sku_set *prices,
	       struct money *weight, bool *any, struct err *e)
{
	*any = false;
	for (size_t i = 0; i < parts->count; i++) {
		const struct kit_part *part = &parts->part[i];
		const struct sku_check *sku =
			prices && part->leaf ? sku_set_find(prices, part->key)
					     : NULL;

		weight[i].e4 = 0;
		if (sku == NULL || sku->list_price.e4 <= 0)
			continue;
		if (!money_times(sku->list_price, part->quantity, &weight[i],
				 e))
			return err_in(e, "value of component %s", part->key);
		*any = *any || weight[i].e4 > 0;
	}
	return true;
}

bool
kit_allocate(const struct kit_parts *parts, const struct sku_set *prices,
	     struct money amount, int digits, struct money *share,
	     struct err *e)
{
	struct money *weight = calloc(parts->count + 1, sizeof(*weight));
	bool any, ok;

	if (weight == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu shares",
			       parts->count);
	ok = true;
	any = weigh_by_weight(parts, weight);
	if (!any)
		ok = weigh_by_price(parts, prices, weight, &any, e);
	for (size_t i = 0; ok && !any && i < parts->count; i++)
		weight[i].e4 = parts->part[i].leaf ? 1 : 0;
	ok = ok && money_split(amount, digits, weight, parts->count, share, e);
	free(weight);
	return ok;
}
