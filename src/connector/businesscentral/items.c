#include "connector/businesscentral/bc.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#include "local.h"

enum {
	NUMBER_UNITS = 20,     /* "No." of an item is a Code[20] (4.2) */
	ASK_AT_ONCE = 20,      /* RELIABILITY F12 */
	PAGES_OF_A_CHUNK = 20, /* 20 rows need one; more is no end */
};

#define NUMBER_ROOM 64

/* One SKU that has to be asked for. */
struct want {
	size_t at;                /* in the set */
	char number[NUMBER_ROOM]; /* in key form */
	bool found;
};

/* Up to 20 of them in one request, and its next page while there is one. */
struct chunk {
	size_t first, count; /* in the wants */
	struct strbuf url;   /* what to get next; empty: finished */
	unsigned pages;
};

struct check {
	struct bc *bc;
	struct sku_set *set;
	struct err *down;
	struct want *want;
	size_t wants;
	struct chunk *chunk;
	size_t chunks;
};

static void
answer(struct check *c, const struct want *w, enum bc_answer there,
       const char *detail)
{
	struct sku_check *sku = &c->set->sku[w->at];

	sku->there = there;
	(void)text_copy(sku->detail, sizeof(sku->detail), detail);
}

/* The number in key form, which is how Business Central keeps it. */
static bool
read_number(const char *text, char out[NUMBER_ROOM])
{
	AUTO(strbuf) key = STRBUF(4096);
	struct err ignored = {0};

	if (!text_key(text, &key, &ignored) || key.len == 0 ||
	    text_utf16_length(key.text) > NUMBER_UNITS)
		return false;
	return text_copy(out, NUMBER_ROOM, key.text);
}

/* Who has to be asked for; what can never be a number there is missing. */
static bool
collect_wants(struct check *c, struct err *e)
{
	c->want = calloc(c->set->count + 1, sizeof(*c->want));
	if (!c->want)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; i < c->set->count; i++) {
		const struct sku_check *sku = &c->set->sku[i];
		struct want *w = &c->want[c->wants];

		if (sku->there != BC_UNKNOWN || sku->gl_account[0])
			continue;
		w->at = i;
		if (read_number(sku->bc_number[0] ? sku->bc_number : sku->key,
				w->number))
			c->wants++;
		else
			answer(c, w, BC_MISSING,
			       "no item number is longer than 20 characters");
	}
	return true;
}

static void
write_url(const struct check *c, struct chunk *chunk)
{
	const struct bc *bc = c->bc;
	bool service = bc->item_service[0] != '\0';

	chunk->url = (struct strbuf)STRBUF(BC_URL_MAX);
	if (service)
		bc_service_url(bc, bc->item_service, &chunk->url);
	else
		bc_company_url(bc, "/items", &chunk->url);
	strbuf_add(&chunk->url, "?$filter=");
	for (size_t i = 0; i < chunk->count; i++) {
		strbuf_addf(&chunk->url, "%s%s%%20eq%%20",
			    i > 0 ? "%20or%20" : "", service ? "No" : "number");
		bc_literal(&chunk->url, c->want[chunk->first + i].number);
	}
	strbuf_add(&chunk->url, service ? "&$select=No,Blocked,Sales_Blocked"
					: "&$select=id,number,blocked");
}

/* Adds a chunk; there is room for one a want and one a split. */
static void
add_chunk(struct check *c, size_t first, size_t count)
{
	struct chunk *chunk = &c->chunk[c->chunks++];

	*chunk = (struct chunk){.first = first, .count = count};
	write_url(c, chunk);
}

static bool
cut_chunks(struct check *c, struct err *e)
{
	c->chunk = calloc(2 * c->wants + 1, sizeof(*c->chunk));
	if (!c->chunk)
		return err_set(e, ERR_TEMPORARY, "out of memory");
	for (size_t i = 0; i < c->wants; i += ASK_AT_ONCE)
		add_chunk(c, i,
			  c->wants - i < ASK_AT_ONCE ? c->wants - i
						     : ASK_AT_ONCE);
	return true;
}

/* Whatever was not found is missing, or cannot be known. */
static void
settle(struct check *c, struct chunk *chunk, enum bc_answer rest,
       const char *detail)
{
	for (size_t i = 0; i < chunk->count; i++)
		if (!c->want[chunk->first + i].found)
			answer(c, &c->want[chunk->first + i], rest, detail);
	strbuf_end(&chunk->url);
}

static void
give_up(struct check *c, struct chunk *chunk, const struct err *why)
{
	if (c->down->class == ERR_NONE)
		*c->down = *why;
	settle(c, chunk, BC_UNREACHABLE, "");
}

/* One row of either service: number, and whether it may be sold. */
static bool
read_row(const struct check *c, const struct jnode *row, const char **number,
	 const char **id, const char **blocked, struct err *e)
{
	bool service = c->bc->item_service[0] != '\0';
	bool stopped = false, unsold = false;

	*id = "";
	if (!jnode_text(row, service ? "No" : "number", number, e) ||
	    !jnode_bool(row, service ? "Blocked" : "blocked", &stopped, e) ||
	    (service && !jnode_bool(row, "Sales_Blocked", &unsold, e)) ||
	    (!service && !jnode_text(row, "id", id, e)))
		return false;
	*blocked = stopped  ? "the item is blocked"
		   : unsold ? "the item is blocked for sales"
			    : NULL;
	return true;
}

/* A row belongs to each SKU of the chunk that stands for this number. */
static bool
take_row(struct check *c, const struct chunk *chunk, const struct jnode *row,
	 struct err *e)
{
	const char *number, *id, *blocked;
	char key[NUMBER_ROOM];
	bool asked = false;

	if (!read_row(c, row, &number, &id, &blocked, e))
		return false;
	if (!read_number(number, key))
		return true;
	for (size_t i = 0; i < chunk->count; i++) {
		struct want *w = &c->want[chunk->first + i];
		struct sku_check *sku = &c->set->sku[w->at];

		if (strcmp(w->number, key) != 0)
			continue;
		asked = true;
		w->found = true;
		answer(c, w, blocked ? BC_BLOCKED : BC_OK,
		       blocked ? blocked : "");
		(void)text_copy(sku->item_id, sizeof(sku->item_id), id);
	}
	/* A row for another question: nothing it lacks is missing (F12). */
	return asked || err_set(e, ERR_TEMPORARY,
				"the answer holds item %s, which was not asked "
				"for",
				key);
}

/* A SKU is missing only when every page of the answer was read. */
static bool
take_page(struct check *c, struct chunk *chunk,
	  const struct http_response *reply, struct err *e)
{
	AUTO(bc_page) page = {.json = NULL};

	if (!bc_page_read(c->bc, chunk->url.text, reply, &page, e))
		return false;
	for (size_t i = 0; i < page.count; i++) {
		struct jnode row = jnode_item(&page.list, i);

		if (!take_row(c, chunk, &row, e))
			return bc_broken(c->bc, e);
	}
	if (!page.next) {
		settle(c, chunk, BC_MISSING, "");
		return true;
	}
	if (++chunk->pages == PAGES_OF_A_CHUNK) {
		(void)err_set(e, ERR_PERMANENT, "%s: pages without an end",
			      c->bc->connection);
		return err_as(e, OB_PAGING_LOOP);
	}
	strbuf_end(&chunk->url);
	strbuf_add(&chunk->url, page.next);
	return strbuf_check(&chunk->url, e) || bc_broken(c->bc, e);
}

/* One number that the filter cannot take must not cost the others theirs. */
static bool
split(struct check *c, struct chunk *chunk, const struct http_response *reply)
{
	struct bc_trouble trouble;
	size_t half = chunk->count / 2;

	bc_trouble_read(reply, &trouble);
	if (strcmp(trouble.code, "Application_FilterErrorException") != 0)
		return false;
	if (chunk->count == 1) {
		settle(c, chunk, BC_MISSING, "no number of an item");
		return true;
	}
	add_chunk(c, chunk->first + half, chunk->count - half);
	chunk->count = half;
	strbuf_end(&chunk->url);
	write_url(c, chunk);
	return true;
}

static void
take_reply(struct check *c, struct chunk *chunk, struct http_response *reply)
{
	struct err why = {0};

	if (reply->err.class == ERR_NONE) {
		if (!take_page(c, chunk, reply, &why))
			give_up(c, chunk, &why);
		return;
	}
	if (split(c, chunk, reply))
		return;
	why = reply->err;
	(void)err_in(&why, "%s", c->bc->connection);
	give_up(c, chunk, &why);
}

/* Sends what is open, all at once. *more: some of it has a next page. */
static bool
run_round(struct check *c, bool *more, struct err *e)
{
	size_t *open = calloc(c->chunks + 1, sizeof(*open)), count = 0;
	const char **url = calloc(c->chunks + 1, sizeof(*url));
	struct http_response *reply = calloc(c->chunks + 1, sizeof(*reply));
	bool ok = open && url && reply;

	for (size_t i = 0; ok && i < c->chunks; i++)
		if (c->chunk[i].url.len > 0) {
			url[count] = c->chunk[i].url.text;
			open[count++] = i;
		}
	*more = count > 0;
	if (!ok)
		(void)err_set(e, ERR_TEMPORARY, "out of memory");
	else if (count > 0)
		ok = bc_get(c->bc, url, reply, count, e);
	for (size_t i = 0; i < count; i++) {
		if (ok)
			take_reply(c, &c->chunk[open[i]], &reply[i]);
		http_response_end(&reply[i]);
	}
	free(reply);
	free(url);
	free(open);
	return ok;
}

bool
bc_check_items(struct bc *bc, struct sku_set *set, struct err *down,
	       struct err *e)
{
	struct check c = {.bc = bc, .set = set, .down = down};
	bool more = true;
	bool ok = collect_wants(&c, e) && cut_chunks(&c, e);

	*down = (struct err){0};
	while (ok && more)
		ok = run_round(&c, &more, e);
	for (size_t i = 0; i < c.chunks; i++)
		strbuf_end(&c.chunk[i].url);
	free(c.chunk);
	free(c.want);
	return ok ? true : err_in(e, "check items");
}
