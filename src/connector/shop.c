#include "connector/shop.h"

#include <stdlib.h>

void
raw_page_end(struct raw_page *page)
{
	for (size_t i = 0; i < page->count; i++)
		free(page->order[i].body);
	free(page->order);
	json_decref(page->document);
	*page = (struct raw_page){0};
}

void
subscription_list_end(struct subscription_list *list)
{
	free(list->at);
	*list = (struct subscription_list){0};
}

bool
shop_can(const struct shop *shop, enum shop_feature feature)
{
	switch (feature) {
	case SHOP_WEBHOOKS:
		return shop->subscriptions != NULL && shop->subscribe != NULL;
	}
	return false;
}
