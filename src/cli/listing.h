#ifndef OB_CLI_LISTING_H
#define OB_CLI_LISTING_H

/*
 * A list of the API on the command line: the same filters, sorts and numbers
 * (entity/list.h), for somebody who may see all of it.
 */

#include "cli/print.h"
#include "entity/list.h"

enum { LISTING_FILTERS_MAX = 12 };

struct listing {
	const struct entity *entity;
	const struct column *columns;
	struct list_param filter[LISTING_FILTERS_MAX];
	size_t filters;
	char range[2 * TIME_TEXT_MAX + 4]; /* of listing_between() */
	int64_t limit;
	bool is_latest; /* nobody expects all: that there are more is no news */
	/* Whether the present row is one of the list; NULL: each is. */
	bool (*takes)(void *context, struct rows *rows);
	/* Fills the cells that are PRINT_COMPUTED; NULL: there are none. */
	bool (*fill)(void *context, struct rows *rows, struct cell *cell,
		     struct err *e);
	void *context;
};

/* One filter more, "status" and "open"; NULL: all. */
void listing_where(struct listing *listing, const char *name,
		   const char *value);
/* From since on and before until, either may be 0; one such filter a list. */
void listing_between(struct listing *listing, const char *name, utc_ms since,
		     utc_ms until);
/* --site=CODE, where it was given; ERR_MISSING. */
MUST_CHECK bool listing_of_site(struct listing *listing, const struct app *app,
				const struct call *call, struct err *e);
/* Prints as many rows as limit says; says so where there are more. */
MUST_CHECK bool listing_print(struct app *app, const struct call *call,
			      const struct listing *listing, struct err *e);

#endif
