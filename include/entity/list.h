#ifndef OB_ENTITY_LIST_H
#define OB_ENTITY_LIST_H

/*
 * Pages of an entity by the grammar of UX 3. What people send becomes bound
 * values; names come from the entity's table.
 *
 *   field=a,b        one of them      field=!a,b   none of them
 *   field=A..B       from A on and below B; either side may be missing
 *   field=2026-11-20 of a time: that day, UTC
 *   search=text      two characters or more, in the fields that say so
 *   counts=field     beside the page, how many rows each of its values has;
 *                    counts=view: each view
 *   sort=-a,b        one direction, "id" always comes last; or orderby=, order=
 *   view=name        the entity's own set of filters
 *   group=name       rows that share something as one, most first
 *   fields=a,b       only these members (also _fields=)
 *   page=, per_page= 1 to 100 (see list_access), 25; up to 10,000 rows
 *   cursor=          where a page before ended
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"
#include "db/db.h"
#include "entity/entity.h"

enum {
	LIST_COUNT_MAX = 10000,
	LIST_CURSOR_MAX = 800,
	LIST_FILTERS_MAX = 24,
	LIST_OTHERS_MAX = LIST_FILTERS_MAX + 2,
	LIST_COUNTS_MAX = 24,
	LIST_ORDER_MAX = PATH_COLUMNS_MAX,
};

struct list_param {
	const char *name, *value; /* decoded */
};

/*
 * Lists that had more rows than are counted, a moment ago: counting up to there
 * costs more than the page. Kept by a process; begins as zeros.
 */
enum { LIST_KNOWN_MAX = 64, LIST_KNOWN_MS = 30 * 1000 };
struct list_known {
	struct {
		unsigned char hash[32]; /* of the statement and its values */
		int64_t until_boot_ms;
	} place[LIST_KNOWN_MAX];
	size_t next;
};

/* What the one who asks may see. */
struct list_access {
	bool all_sites;
	const int64_t *site; /* borrowed for the life of the list */
	size_t sites;
	bool with_pii;
	unsigned per_page_max;    /* 0: 100 */
	const unsigned char *key; /* 32 bytes: signs the cursors */
	struct list_known *known; /* NULL: each count is made anew */
};

/* Which parameter is wrong, and what would be right. */
struct list_fault {
	char param[64];
	char message[800];
};

/* One value in the form of its field's type; private. */
struct list_value {
	bool is_null;
	int64_t number;   /* ids, counts, flags, sites; money and quantities */
	const char *text; /* texts, words, hashes; times as SQL has them */
	size_t length;
};

/* One condition; private. */
struct list_filter {
	const struct field *field;
	bool negated, is_range; /* a range has two values, either may be NULL */
	size_t first, count;    /* of the values */
};

/* A list that was asked for, ready to run; its members are private. */
struct list_ask {
	const struct entity *entity;
	struct list_access access;
	struct list_filter filter[LIST_FILTERS_MAX];
	size_t filters;
	struct list_value *value;
	size_t values, value_room;
	char **kept; /* owned texts that values point to */
	size_t keeps, kept_room;
	const char *search; /* or NULL */
	/* Of it, "%te\\%xt%", and of its upper case. */
	const char *pattern, *upper;
	bool nothing; /* no row can be meant */

	const struct entity_group *group; /* or NULL: rows as they are */

	/* What counts= is about, and all that it stands beside. */
	const struct entity *asked; /* before a view led to other rows */
	const struct field *counts; /* whose values; or NULL */
	bool counts_views;
	struct list_param other[LIST_OTHERS_MAX];
	size_t others;

	/* The sort as asked, and then the columns that yield it. */
	const struct field *order[LIST_ORDER_MAX];
	size_t orders;
	bool falling, with_key;

	const struct entity_path *path;
	size_t equals;                  /* columns of it that have values */
	size_t equal[PATH_COLUMNS_MAX]; /* which filter; see list_plan.c */
	bool is_found;                  /* by finders, not on a path */
	size_t found;                   /* by which filter; none: search */

	unsigned page, per_page;
	bool by_cursor;
	bool uncounted; /* for the caller to set: the rows alone */
	struct list_value place[LIST_ORDER_MAX + 1]; /* the key last */
	uint64_t fields;     /* bit by place in the shape; 0: all */
	struct strbuf query; /* as it was asked: for links */
};

void list_ask_end(struct list_ask *ask);

/*
 * Reads the parameters; out is ended by the caller in either case. ERR_INPUT
 * with OB_INVALID_PARAM or OB_USE_CURSOR, ERR_DENIED with OB_FORBIDDEN for
 * personal data: bad says which parameter, why, and what is allowed. Other
 * errors leave bad empty.
 */
MUST_CHECK bool list_read(const struct entity *entity, struct db *db,
			  const struct list_param *param, size_t count,
			  const struct list_access *access,
			  struct list_ask *out, struct list_fault *bad,
			  struct err *e);

struct list_page {
	/* Not behind a cursor, where the first page has told it. */
	bool is_counted;
	uint64_t total; /* at most LIST_COUNT_MAX */
	bool is_capped; /* there are more, or counting them took too long */
	unsigned page;  /* 0 where a cursor was followed */
	unsigned per_page;
	size_t rows;   /* of this page */
	bool has_more; /* another page follows, with or without a cursor */
	char next_cursor[LIST_CURSOR_MAX]; /* "" = this was the last page */
};

/*
 * Appends the page as a JSON array of the shape's rows. ERR_INPUT with
 * OB_INVALID_PARAM where it took longer than two seconds: add a filter.
 */
MUST_CHECK bool list_run(struct db *db, const struct list_ask *ask,
			 struct strbuf *out, struct list_page *page,
			 struct err *e);
/*
 * The rows of a page, or the groups of a list with group=, for who writes them
 * in another way than list_run does. One row more than the page has says that
 * another follows; a group tells in_all, how many there are, and rows_in_all,
 * how many rows they are made of: the latest LIST_COUNT_MAX at most.
 */
MUST_CHECK bool list_rows(struct db *db, const struct list_ask *ask,
			  struct rows *out, struct err *e);
/* Moves on to the page behind the present row; not of groups. */
MUST_CHECK bool list_follow(struct list_ask *ask, struct rows *rows,
			    struct err *e);
/* How many there are, as list_run counts; for numbers that lead to a list. */
MUST_CHECK bool list_count(struct db *db, const struct list_ask *ask,
			   uint64_t *total, bool *is_capped, struct err *e);
/* Whether counts= may name the field. */
bool list_counts_field(const struct field *field);
/*
 * The numbers of counts=: values in the order of their field, and then flags
 * that say more of one of them ("retrying"); or views, without those that do
 * not know the other filters. As list_count each is capped; what is not counted
 * within a second is told as 0 and capped.
 */
struct list_count {
	const char *name;
	uint64_t total;
	bool is_capped;
};
MUST_CHECK bool list_counts(struct db *db, const struct list_ask *ask,
			    struct list_count out[LIST_COUNTS_MAX],
			    size_t *count, struct err *e);
/*
 * A JSON array of the keys of what the filter means, in the list's order, at
 * most limit; for bulk work, so that its filter is the list's. *more: there are
 * more than that. Paging is not looked at.
 */
MUST_CHECK bool list_ids(struct db *db, const struct list_ask *ask,
			 unsigned limit, struct strbuf *json, size_t *count,
			 bool *more, struct err *e);
/* Appends the query of another page: "state=failed&page=2". */
void list_query(const struct list_ask *ask, struct strbuf *out, unsigned page,
		const char *cursor);

#endif
