#ifndef OB_ENTITY_LOCAL_H
#define OB_ENTITY_LOCAL_H

/* What the files of the list share. */

#include "entity/list.h"
#include "entity/mask.h"

enum { NO_FILTER = -1 };

/* What is read, and where what is wrong goes. */
struct reading {
	struct list_ask *ask;
	struct db *db;
	struct list_fault *bad;
	struct err *e;
};

/* Tells what is wrong with a parameter; returns false. */
bool list_fault(struct reading *r, const char *param, const char *format, ...)
	PRINTF_LIKE(3, 4);
MUST_CHECK bool list_no_memory(struct reading *r);

/* A copy that lives as long as the list; NULL: no memory. */
const char *list_keep(struct list_ask *ask, const char *text, size_t length);

/* Reads one value of a field into the next place. */
MUST_CHECK bool list_add_value(struct reading *r, const struct field *field,
			       const char *text, size_t length);
MUST_CHECK bool list_add_plain(struct reading *r, struct list_value value);
/* The value as it is bound. */
struct bind list_bind(const struct field *field,
		      const struct list_value *value);

/* The field of a path's column: the one of that name with a place in SQL. */
const struct field *list_column(const struct entity *entity, const char *name);
/* One filter; its value is split, and read by the field's type. */
MUST_CHECK bool list_filter_add(struct reading *r, const struct field *field,
				const char *text);
/* Filters of our own, from an entity's table: "imported=0&state=stored". */
MUST_CHECK bool list_filter_pairs(struct reading *r, const char *pairs);

const struct entity_test *list_test(const struct entity *entity,
				    const struct field *field);
const struct entity_finder *list_finder(const struct entity *entity,
					const struct field *field);
/* The filter of a field that takes some values, and no others; or NO_FILTER. */
int list_positive(const struct list_ask *ask, const struct field *field);

/* RELIABILITY 6.2: the one place that cuts a list down to what may be seen. */
MUST_CHECK bool list_cut_to_sites(struct reading *r);
/* Chooses the way on which rows are found; a sort without one is a fault. */
MUST_CHECK bool list_plan(struct reading *r);
/* Whether search= looks into the field, for this person. */
bool list_searches(const struct list_ask *ask, const struct field *field);

/* Percent-encodes what may not stand in a query. */
void list_encode(struct strbuf *out, const char *text);
/* Reads a cursor; false: it is none of this list. */
bool list_cursor_read(struct list_ask *ask, const char *cursor);
/* Appends a value to a place, text NULL: it has none. */
void list_cursor_add(struct strbuf *place, const char *text, size_t length);
/* The cursor that holds a place: values of the order, then the key. */
void list_cursor_seal(const struct list_ask *ask, const struct strbuf *place,
		      char out[LIST_CURSOR_MAX]);
/* The cursor behind the current row; "" where it would be too long. */
void list_cursor_make(const struct list_ask *ask, struct rows *rows,
		      char out[LIST_CURSOR_MAX]);

enum { MASKED_MAX = 160 };

/* A statement with its values. */
struct list_sql {
	struct strbuf text;
	struct bind *bind;
	size_t binds, room;
	bool failed;
};

enum { LIST_TEXT_MAX = 64 * 1024 };

/* list_group.c: list_run of a list with group=. */
MUST_CHECK bool list_run_groups(struct db *db, const struct list_ask *ask,
				struct strbuf *out, struct list_page *page,
				struct err *e);

void list_sql_end(struct list_sql *built);
void list_sql_page(struct list_sql *b, const struct list_ask *ask);
void list_sql_count(struct list_sql *b, const struct list_ask *ask);
void list_sql_keys(struct list_sql *b, const struct list_ask *ask,
		   unsigned limit);

/* What a statement is put together from. */
void sql_add(struct list_sql *b, const char *text);
void sql_bind(struct list_sql *b, struct bind value);
/* "LIMIT ?" */
void sql_number(struct list_sql *b, const char *before, uint64_t number);
/* "o.total < ?" */
void sql_compare(struct list_sql *b, const struct field *field,
		 const char *sign, const struct list_value *value);
const struct field *sql_key(const struct entity *entity);

/* list_condition.c */
void sql_filter(struct list_sql *b, const struct list_ask *ask,
		const struct list_filter *filter);
void sql_search(struct list_sql *b, const struct list_ask *ask);
struct bind sql_like(const struct list_ask *ask, const struct field *field);
/* A text up to the "{is}" in it, of which the rest is returned; "": none. */
const char *sql_until_is(struct list_sql *b, enum sql_id id);

/* list_place.c */
void sql_at(struct list_sql *b, const struct field *field,
	    const struct list_value *value);
void sql_place(struct list_sql *b, const struct list_ask *ask);

/* list_walk.c: which value each fixed column has in a walk. */
struct walk {
	size_t of[PATH_COLUMNS_MAX];
};
size_t walk_count(const struct list_ask *ask);
struct walk walk_at(const struct list_ask *ask, size_t number);
/* The table on its path, or the rows of its finders. */
void sql_source(struct list_sql *b, const struct list_ask *ask);
void sql_where(struct list_sql *b, const struct list_ask *ask,
	       const struct walk *walk, bool from_place);
void sql_group(struct list_sql *b, const struct list_ask *ask);
void sql_order(struct list_sql *b, const struct list_ask *ask);
/* The same of the keys that were found before. */
void sql_page_order(struct list_sql *b, const struct list_ask *ask);
void sql_place_columns(struct list_sql *b, const struct list_ask *ask);
/* The keys of all walks in their order: "(...) UNION ALL (...) ORDER BY". */
void sql_keys(struct list_sql *b, const struct list_ask *ask, uint64_t limit,
	      uint64_t offset, bool from_place);

#endif
