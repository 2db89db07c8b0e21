#ifndef OB_PRODUCT_KIT_H
#define OB_PRODUCT_KIT_H

/* Kits (rm_kits) in memory: one row a component, sorted by parent and sort. */

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/money.h"
#include "base/quantity.h"
#include "product/item.h"

struct kit_row {
	char parent[SKU_ROOM], component[SKU_ROOM]; /* key forms */
	struct quantity quantity;
	unsigned sort;
	int64_t weight_e4; /* price_weight in ten-thousandths; -1 = none */
	utc_ms valid_from, valid_to; /* valid_to 0 = for ever; exclusive */
	unsigned version;            /* as stored */
	unsigned line;               /* of the file it was read from, or 0 */
};

/* All rows that concern a run; kits of kits included. */
struct kit_table {
	struct kit_row *row; /* owned; sorted by parent, sort, component */
	size_t count, room;
};

struct kit_limits {
	unsigned max_depth; /* edges */
	unsigned max_lines; /* a kit line */
};

/* One component of an expanded kit, depth first. */
struct kit_part {
	char key[SKU_ROOM];
	int parent; /* index of its parent part, -1 = the kit itself */
	struct quantity quantity; /* for one kit times the ordered quantity */
	int64_t weight_e4;
	bool leaf;
};

struct kit_parts {
	struct kit_part *part; /* owned */
	size_t count, room;
};

MUST_CHECK bool kit_table_add(struct kit_table *table,
			      const struct kit_row *row, struct err *e);
/* Sorts after the last add; find and expand need it. */
void kit_table_sort(struct kit_table *table);
void kit_table_end(struct kit_table *table);
/* The rows of one parent in a sorted table; *count 0 when it has none. */
const struct kit_row *kit_rows_of(const struct kit_table *table,
				  const char *parent, size_t *count);
/* Whether the SKU has rows at all, valid or not. */
bool kit_is_parent(const struct kit_table *table, const char *key);
/*
 * Expands one kit (R-18 to R-21, 8.12). On false e->code is OB_KIT_CYCLE (text
 * holds the path "A → B → A", and out these as parts, the first one twice),
 * OB_KIT_DEPTH, OB_KIT_EMPTY or OB_LINE_QTY.
 */
MUST_CHECK bool kit_expand(const struct kit_table *table, const char *key,
			   struct quantity ordered, utc_ms on,
			   struct kit_limits limits, struct kit_parts *out,
			   struct err *e);
void kit_parts_end(struct kit_parts *parts);
/* How many kits stand in one another: 1 where all components are items. */
unsigned kit_depth(const struct kit_parts *parts);
/*
 * Whether the kit can be saved: expands it at every moment at which one of its
 * rows, or of those below it, begins. Errors as kit_expand, without
 * OB_KIT_EMPTY: a kit may have pauses.
 */
MUST_CHECK bool kit_prove(const struct kit_table *table, const char *key,
			  struct kit_limits limits, struct err *e);
/*
 * Whether the kit can be kept, and what so many of it come to on that day:
 * nothing in a pause, which is no fault of it. Else why is as kit_prove's, and
 * out holds no more than a circle; ERR_TEMPORARY: no memory.
 */
MUST_CHECK bool kit_look(const struct kit_table *table, const char *key,
			 struct quantity ordered, utc_ms on,
			 struct kit_limits limits, struct kit_parts *out,
			 struct err *why);
/*
 * Shares an amount over the leaves (R-22, kits.price = allocate): by their
 * weight as soon as one has any, else by list price x quantity, else equally.
 * share has parts->count places, 0 for what is no leaf. prices may be NULL.
 */
MUST_CHECK bool kit_allocate(const struct kit_parts *parts,
			     const struct sku_set *prices, struct money amount,
			     int digits, struct money *share, struct err *e);

#endif
