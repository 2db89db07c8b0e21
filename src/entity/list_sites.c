#include "local.h"

static bool
may_see(const struct list_access *access, int64_t site)
{
	for (size_t i = 0; i < access->sites; i++) {
		if (access->site[i] == site)
			return true;
	}
	return false;
}

/* Of the sites that were asked for, those that may be seen. */
static void
cut(struct list_ask *ask, struct list_filter *filter)
{
	size_t left = 0;

	for (size_t i = 0; i < filter->count; i++) {
		struct list_value *value = &ask->value[filter->first + i];

		if (may_see(&ask->access, value->number))
			ask->value[filter->first + left++] = *value;
	}
	filter->count = left;
	ask->nothing = ask->nothing || left == 0;
}

static bool
add_all(struct reading *r, const struct field *site)
{
	struct list_ask *ask = r->ask;
	struct list_filter filter = {.field = site, .first = ask->values};

	if (ask->filters == LIST_FILTERS_MAX)
		return list_fault(r, site->name, "too many filters");
	for (size_t i = 0; i < ask->access.sites; i++) {
		if (!list_add_plain(r, (struct list_value){
					       .number = ask->access.site[i]}))
			return false;
	}
	if (ask->entity->site_may_be_null &&
	    !list_add_plain(r, (struct list_value){.is_null = true}))
		return false;
	filter.count = ask->values - filter.first;
	ask->nothing = ask->nothing || filter.count == 0;
	ask->filter[ask->filters++] = filter;
	return true;
}

bool
list_cut_to_sites(struct reading *r)
{
	struct list_ask *ask = r->ask;
	const struct field *site;
	int asked;

	if (ask->access.all_sites || ask->entity->site == NULL)
		return true;
	site = entity_field(ask->entity, ask->entity->site, FIELD_FILTER);
	asked = list_positive(ask, site);
	if (asked == NO_FILTER)
		return add_all(r, site);
	cut(ask, &ask->filter[asked]);
	return true;
}
