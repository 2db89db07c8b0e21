#include "listing.h"

#include <stdio.h>
#include <string.h>

#include "local.h"

enum { PAGE = 1000, LOOK_MAX = 1000000 };

void
listing_where(struct listing *listing, const char *name, const char *value)
{
	if (value != NULL)
		listing->filter[listing->filters++] =
			(struct list_param){name, value};
}

void
listing_between(struct listing *listing, const char *name, utc_ms since,
		utc_ms until)
{
	char from[TIME_TEXT_MAX] = "", to[TIME_TEXT_MAX] = "";

	if (since != 0)
		(void)time_text(since, from);
	if (until != 0)
		(void)time_text(until, to);
	(void)snprintf(listing->range, sizeof(listing->range), "%s..%s", from,
		       to);
	if (since != 0 || until != 0)
		listing_where(listing, name, listing->range);
}

bool
listing_of_site(struct listing *listing, const struct app *app,
		const struct call *call, struct err *e)
{
	int64_t id;

	listing_where(listing, "site", call_text_or_null(call, "site"));
	return call_site(app, call, &id, e);
}

static bool
is_grouped(const struct listing *listing)
{
	for (size_t i = 0; i < listing->filters; i++) {
		if (strcmp(listing->filter[i].name, "group") == 0)
			return true;
	}
	return false;
}

/* Groups have no place to go on from: all that there are come at once. */
static bool
open_list(struct app *app, const struct listing *listing, struct list_ask *ask,
	  struct err *e)
{
	const struct list_access access = {
		.all_sites = true,
		.with_pii = true,
		.per_page_max = is_grouped(listing) ? LIST_COUNT_MAX : PAGE,
	};
	const int64_t most = access.per_page_max;
	struct list_param param[LISTING_FILTERS_MAX + 1];
	struct list_fault bad;
	char per_page[24];

	(void)snprintf(
		per_page, sizeof(per_page), "%lld",
		(long long)(listing->takes == NULL && listing->limit < most
				    ? listing->limit
				    : most));
	memcpy(param, listing->filter, sizeof(listing->filter));
	param[listing->filters] = (struct list_param){"per_page", per_page};
	return list_read(listing->entity, app->db, param, listing->filters + 1,
			 &access, ask, &bad, e);
}

/* Rows until so many are read, or none are left to print. */
static bool
print_page(const struct listing *listing, struct print *print,
	   struct rows *rows, size_t most, int64_t *left, struct err *e)
{
	struct cell cell[PRINT_COLUMNS_MAX];

	/* No step behind the last: what it holds is still asked for. */
	while (*left > 0 && rows->seen < most && rows->seen < rows->count &&
	       rows_next(rows)) {
		if (listing->takes != NULL &&
		    !listing->takes(listing->context, rows))
			continue;
		print_fill(print, rows, cell);
		if (listing->fill != NULL &&
		    !listing->fill(listing->context, rows, cell, e))
			return false;
		print_row(print, cell, print->cells);
		(*left)--;
	}
	return rows_check(rows, e);
}

static void
say_more(const struct listing *listing, const struct print *print)
{
	if (!listing->is_latest)
		call_say(print->call,
			 "there may be more: raise --limit, or narrow it down");
}

static bool
print_groups(struct app *app, const struct listing *listing,
	     struct list_ask *ask, struct print *print, struct err *e)
{
	AUTO(rows) rows = ROWS;
	int64_t left = listing->limit;

	if (!list_rows(app->db, ask, &rows, e) ||
	    !print_page(listing, print, &rows, rows.count, &left, e))
		return false;
	if (rows.count == 0)
		return true;
	if (rows_int(&rows, "in_all") > listing->limit)
		say_more(listing, print);
	if (rows_int(&rows, "rows_in_all") >= LIST_COUNT_MAX)
		call_say(print->call, "these are made of the latest %d",
			 LIST_COUNT_MAX);
	return rows_check(&rows, e);
}

static bool
print_all(struct app *app, const struct listing *listing, struct list_ask *ask,
	  struct print *print, struct err *e)
{
	int64_t left = listing->limit;

	for (size_t looked = 0; looked < LOOK_MAX; looked += ask->per_page) {
		AUTO(rows) rows = ROWS;

		if (!list_rows(app->db, ask, &rows, e) ||
		    !print_page(listing, print, &rows, ask->per_page, &left, e))
			return false;
		if (rows.seen == rows.count)
			return true;
		if (left == 0) {
			say_more(listing, print);
			return true;
		}
		if (!list_follow(ask, &rows, e))
			return false;
	}
	call_say(print->call, "looked at %d rows: narrow it down", LOOK_MAX);
	return true;
}

bool
listing_print(struct app *app, const struct call *call,
	      const struct listing *listing, struct err *e)
{
	AUTO(print) print = {0};
	AUTO(list_ask) ask = {0};

	if (!print_open(&print, call, listing->columns, e) ||
	    !open_list(app, listing, &ask, e))
		return false;
	if (!ask.nothing && !(ask.group != NULL ? print_groups : print_all)(
				    app, listing, &ask, &print, e))
		return false;
	return print_close(&print, e);
}
