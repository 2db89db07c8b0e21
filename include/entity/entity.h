#ifndef OB_ENTITY_ENTITY_H
#define OB_ENTITY_ENTITY_H

/*
 * What can be listed: its shape, where its rows stand, and the ways on which a
 * page of them is found without reading the rest (PERFORMANCE 3). One file an
 * entity, one row in entity_find's table.
 */

#include <stddef.h>

#include "db/sql_ids.h"
#include "entity/field.h"

enum { PATH_COLUMNS_MAX = 4 };

/*
 * An index that yields a page in order: column names fields in the index's own
 * order; behind them stands the key, but where one row alone can have the same
 * values. Of a list, the first columns are given values (each combination of
 * them is a walk of its own) and the next ones are its sort.
 */
struct entity_path {
	const char *index;
	const char *column[PATH_COLUMNS_MAX + 1];
	bool is_unique;
};

/*
 * Keys of the few rows that have a value of this field, by an index that keeps
 * no order a list could use: an order's number, or a SKU in its lines. "{is}"
 * in the statement becomes "= ?", once a value, or for search= "LIKE ?", where
 * the whole value need not be given.
 */
struct entity_finder {
	const char *field;
	enum sql_id keys;
	bool is_whole; /* search= too gives the whole value */
};

/*
 * What a field without a column means as a condition: the text of is, in which
 * "{is}" becomes "IN (?)"; without that place it is a flag, and 0 turns it
 * round. implies: filters that 1 brings along ("state=not_processed"), or NULL.
 */
struct entity_test {
	const char *field;
	enum sql_id is;
	const char *implies;
};

/* A value that most rows have: an index by it alone leads past many. */
struct entity_common {
	const char *field;
	const char *value;
};

struct entity;

/* A named set of filters: view=waiting. */
struct entity_view {
	const char *name;
	const char *filter;      /* "imported=0&state=stored", or "" */
	const struct entity *of; /* whose rows these are; NULL: the same */
	const char *help;        /* one line, no full stop */
};

/*
 * Rows that share something told as one: group=cause. The statement has the
 * places {page} (the latest LIST_COUNT_MAX of the list's rows, as the entity's
 * table) and {limit} (of groups), and beside the shape's columns in_all, how
 * many groups there are, and rows_in_all, how many rows they hold.
 */
struct entity_group {
	const char *name;
	const struct shape *shape;
	enum sql_id rows;
	/* A filter that holds where none is given of its field, or NULL. */
	const char *otherwise;
};

/* Arrays are ended by a row of zeros; any of them may be NULL. */
struct entity {
	const char *slug; /* "orders" */
	const struct shape *shape;
	/*
	 * Columns and joins of a page: "SELECT {place}, o.id, ... FROM {page}
	 * LEFT JOIN ... {where} ORDER BY {order} {limit}". The table comes
	 * first; a join has at most one row for each of its.
	 */
	enum sql_id rows;
	const char *table;     /* "rm_order AS o" */
	const char *key;       /* name of the field that tells rows apart */
	const char *site;      /* name of its field of FIELD_SITE, or NULL */
	const char *fixed;     /* filters of each list of it: "kind=run" */
	const char *sort;      /* "-order_date" */
	const char *span;      /* the field that FIELD_RANGED asks for */
	bool site_may_be_null; /* what belongs to no site is everybody's */
	bool is_small;         /* some hundred rows: sorted as they come */
	bool is_grouped;       /* many rows of the table are one, by the key */
	bool has_always;       /* each row meets the condition always */
	enum sql_id always;
	const struct entity_path *paths; /* of two as good the first is taken */
	const struct entity_finder *finders;
	const struct entity_test *tests;
	const struct entity_common *commons;
	const struct entity_view *views;
	const struct entity_group *groups;
};

enum { ENTITY_SPAN_DAYS = 92 };

/* "orders"; NULL where there is none. */
const struct entity *entity_find(const char *slug);
/* The nth of them, for walks over all; NULL behind the last. */
const struct entity *entity_at(size_t index);
/* The field of that name with one of these traits (0: any), or NULL. */
const struct field *entity_field(const struct entity *entity, const char *name,
				 unsigned traits);

extern const struct shape shape_error_order, shape_item, shape_kit_row,
	shape_operation, shape_operation_error, shape_order, shape_progress,
	shape_schedule, shape_site;
extern const struct entity entity_orders, entity_orders_met,
	entity_error_orders, entity_items, entity_kits, entity_sites,
	entity_operations, entity_imports, entity_retry_queue, entity_sync_logs,
	entity_log, entity_schedules, entity_watermarks, entity_audit,
	entity_webhooks;

#endif
