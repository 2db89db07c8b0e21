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
