#include "connector/businesscentral/bc.h"

#include <string.h>

#include "base/text.h"

#include "local.h"

enum { COMPANY_PAGES_MAX = 100 };

/* Names are the same in key form: capitals and blanks do not matter. */
static bool
is_same_name(const char *a, const char *b)
{
	AUTO(strbuf) first = STRBUF(4096);
	AUTO(strbuf) second = STRBUF(4096);
	struct err ignored = {0};

	return text_key(a, &first, &ignored) && first.len > 0 &&
	       text_key(b, &second, &ignored) && second.len > 0 &&
	       strcmp(first.text, second.text) == 0;
}

/* *found when one of the page has the name; else they are listed. */
static bool
search_page(const struct bc *bc, const struct bc_page *page, const char *name,
	    char id[40], struct strbuf *list, bool *found, struct err *e)
{
	for (size_t i = 0; i < page->count; i++) {
		struct jnode row = jnode_item(&page->list, i);
		const char *key, *own, *shown;

		if (!jnode_text(&row, "id", &key, e) ||
		    !jnode_text(&row, "name", &own, e) ||
		    !jnode_text_or_empty(&row, "displayName", &shown, e))
			return bc_broken(bc, e);
		if (is_same_name(name, own) || is_same_name(name, shown)) {
			*found = text_copy(id, 40, key);
			return *found || err_set(e, ERR_TEMPORARY,
						 "%s: the id of %s is too long",
						 bc->connection, own);
		}
		strbuf_addf(list, "%s%s", list->len > 0 ? ", " : "", own);
	}
	return true;
}

static bool
tell_missing(const struct bc *bc, const char *name, const struct strbuf *list,
	     struct err *e)
{
	(void)err_set(e, ERR_MISSING, "%s: no company %s", bc->connection,
		      name);
	if (list->failed)
		return err_hint(e, "there are many companies: use the name as "
				   "Business Central shows it");
	if (list->len == 0)
		return err_hint(e, "the application sees no company: give it a "
				   "permission set in Business Central");
	return err_hint(e, "there are: %s", list->text);
}

bool
bc_find_company(struct bc *bc, const char *name, char id[40], struct err *e)
{
	AUTO(strbuf) url = STRBUF(BC_URL_MAX);
	AUTO(strbuf) list = STRBUF(240);
	bool found = false;

	bc_api_url(bc, "companies?$select=id,name,displayName", &url);
	for (unsigned pages = 0; pages < COMPANY_PAGES_MAX; pages++) {
		AUTO(http_response) reply = {.status = 0};
		AUTO(bc_page) page = {.json = NULL};

		if (!strbuf_check(&url, e) ||
		    !bc_get_one(bc, url.text, &reply, e) ||
		    !bc_page_read(bc, url.text, &reply, &page, e) ||
		    !search_page(bc, &page, name, id, &list, &found, e))
			return err_in(e, "find company");
		if (found)
			return true;
		if (!page.next)
			return tell_missing(bc, name, &list, e);
		strbuf_end(&url);
		strbuf_add(&url, page.next);
	}
	(void)err_set(e, ERR_PERMANENT,
		      "find company: %s: pages without an end", bc->connection);
	return err_as(e, OB_PAGING_LOOP);
}
