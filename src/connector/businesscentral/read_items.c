#include "connector/businesscentral/bc.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#include "local.h"

/* More than any item list has at 1000 a page; a server that goes on is mad. */
enum { PAGES_MAX = 10000 };

static const char fields[] = "$select=number,displayName,baseUnitOfMeasureCode,"
			     "gtin,blocked,unitPrice,lastModifiedDateTime";

static bool
read_text(const struct jnode *row, const char *key, char *out, size_t room,
	  struct err *e)
{
	const char *text;

	if (!jnode_text_or_empty(row, key, &text, e))
		return false;
	(void)text_copy(out, room, text);
	return true;
}

/* An item that nobody ever changed has the year 1. */
static bool
read_modified(const struct jnode *row, utc_ms *out, struct err *e)
{
	const char *text;

	*out = 0;
	if (!jnode_text_or_empty(row, "lastModifiedDateTime", &text, e))
		return false;
	if (text[0] == '\0' || text_starts_nocase(text, "0001-01-01"))
		return true;
	return time_parse(text, out, e);
}

static bool
read_item(const struct jnode *row, struct bc_item *out, struct err *e)
{
	struct jnode price = jnode_get(row, "unitPrice");
	const char *number;

	if (!jnode_text(row, "number", &number, e))
		return false;
	if (!text_copy(out->number, sizeof(out->number), number))
		return err_set(e, ERR_INPUT, "an item number of %zu bytes",
			       strlen(number));
	return read_text(row, "displayName", out->description,
			 sizeof(out->description), e) &&
	       read_text(row, "baseUnitOfMeasureCode", out->unit,
			 sizeof(out->unit), e) &&
	       read_text(row, "gtin", out->barcode, sizeof(out->barcode), e) &&
	       jnode_bool(row, "blocked", &out->blocked, e) &&
	       (jnode_empty(&price) ||
		jnode_money_of(&price, &out->price, NULL, e)) &&
	       read_modified(row, &out->modified, e);
}

/* What one page holds, handed on in one piece. */
static bool
hand_on(const struct bc *bc, const struct bc_page *page,
	bool (*each)(void *context, const struct bc_item *item, size_t count,
		     struct err *e),
	void *context, struct err *e)
{
	struct bc_item *item = calloc(page->count, sizeof(*item));
	bool ok = true;

	if (item == NULL)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; ok && i < page->count; i++) {
		struct jnode row = jnode_item(&page->list, i);

		ok = read_item(&row, &item[i], e) || bc_broken(bc, e);
	}
	ok = ok && each(context, item, page->count, e);
	free(item);
	return ok;
}

static void
first_url(const struct bc *bc, utc_ms modified_after, struct strbuf *url)
{
	char moment[TIME_TEXT_MAX];

	bc_company_url(bc, "/items?", url);
	if (modified_after > 0)
		strbuf_addf(url, "$filter=lastModifiedDateTime%%20gt%%20%s&",
			    time_text(modified_after, moment));
	strbuf_add(url, fields);
}

bool
bc_read_items(struct bc *bc, utc_ms modified_after,
	      bool (*each)(void *context, const struct bc_item *item,
			   size_t count, struct err *e),
	      void *context, struct err *e)
{
	AUTO(strbuf) url = STRBUF(BC_URL_MAX);

	first_url(bc, modified_after, &url);
	for (unsigned pages = 0; pages < PAGES_MAX; pages++) {
		AUTO(http_response) reply = {.status = 0};
		AUTO(bc_page) page = {.json = NULL};

		if (!strbuf_check(&url, e) ||
		    !bc_get_one(bc, url.text, &reply, e) ||
		    !bc_page_read(bc, url.text, &reply, &page, e))
			return err_in(e, "read items");
		if (page.count > 0 && !hand_on(bc, &page, each, context, e))
			return err_in(e, "read items");
		if (!page.next)
			return true;
		strbuf_end(&url);
		strbuf_add(&url, page.next);
	}
	(void)err_set(e, ERR_PERMANENT, "read items: %s: pages without an end",
		      bc->connection);
	return err_as(e, OB_PAGING_LOOP);
}
