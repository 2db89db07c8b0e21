#include "entity/entity.h"

#include <string.h>

#include "base/auto.h"

static const struct entity *const all[] = {
	&entity_orders,     &entity_orders_met, &entity_error_orders,
	&entity_items,      &entity_kits,       &entity_sites,
	&entity_operations, &entity_imports,    &entity_retry_queue,
	&entity_sync_logs,  &entity_log,        &entity_schedules,
	&entity_watermarks, &entity_audit,      &entity_webhooks,
};

const struct entity *
entity_at(size_t index)
{
	return index < COUNT_OF(all) ? all[index] : NULL;
}

const struct entity *
entity_find(const char *slug)
{
	for (size_t i = 0; i < COUNT_OF(all); i++) {
		if (strcmp(all[i]->slug, slug) == 0)
			return all[i];
	}
	return NULL;
}

const struct field *
entity_field(const struct entity *entity, const char *name, unsigned traits)
{
	for (const struct field *at = entity->shape->fields; at->name != NULL;
	     at++) {
		if (strcmp(at->name, name) == 0 &&
		    (traits == 0 || (at->traits & traits) != 0))
			return at;
	}
	return NULL;
}
