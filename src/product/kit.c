#include "product/kit.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/strbuf.h"

enum {
	DEPTH_CEILING = 20, /* the largest kits.max_depth */
	TABLE_MAX = 200000,
	PARTS_MAX = 1000000,
	ONE = 100000, /* a quantity of 1 */
};

/* Where one expansion stands: the kits that are open, outermost first. */
struct walk {
	const struct kit_table *table;
	utc_ms on;
	struct kit_limits limits;
	const char *open[DEPTH_CEILING + 2];
	bool pauses; /* a kit without valid rows is passed over */
	utc_ms next; /* the first beginning after on among the rows met */
	struct kit_parts *out;
};

bool
kit_table_add(struct kit_table *table, const struct kit_row *row, struct err *e)
{
	if (table->count == table->room) {
		size_t room = table->room ? table->room * 2 : 32;
		struct kit_row *grown = NULL;

		if (room <= TABLE_MAX * 2)
			grown = realloc(table->row, room * sizeof(*grown));
		if (grown == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu kit rows", room);
		table->row = grown;
		table->room = room;
	}
	table->row[table->count++] = *row;
	return true;
}

static int
compare_rows(const void *left, const void *right)
{
	const struct kit_row *a = left, *b = right;
	int order = strcmp(a->parent, b->parent);

	if (order == 0)
		order = (a->sort > b->sort) - (a->sort < b->sort);
	if (order == 0)
		order = strcmp(a->component, b->component);
	if (order == 0)
		order = (a->valid_from > b->valid_from) -
			(a->valid_from < b->valid_from);
	return order;
}

void
kit_table_sort(struct kit_table *table)
{
	if (table->count > 1)
		qsort(table->row, table->count, sizeof(*table->row),
		      compare_rows);
}

void
kit_table_end(struct kit_table *table)
{
	free(table->row);
	*table = (struct kit_table){0};
}

void
kit_parts_end(struct kit_parts *parts)
{
	free(parts->part);
	*parts = (struct kit_parts){0};
}

unsigned
kit_depth(const struct kit_parts *parts)
{
	unsigned deepest = 0;

	for (size_t i = 0; i < parts->count; i++) {
		unsigned depth = 0;

		for (int at = (int)i; at >= 0; at = parts->part[at].parent)
			depth++;
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest;
}

/* The first row of the parent; count when it has none. */
static size_t
first_row(const struct kit_table *table, const char *parent)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(table->row[middle].parent, parent) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < table->count && strcmp(table->row[low].parent, parent) != 0)
		return table->count;
	return low;
}

const struct kit_row *
kit_rows_of(const struct kit_table *table, const char *parent, size_t *count)
{
	size_t from = first_row(table, parent), to = from;

	while (to < table->count && strcmp(table->row[to].parent, parent) == 0)
		to++;
	*count = to - from;
	return to > from ? &table->row[from] : NULL;
}

bool
kit_is_parent(const struct kit_table *table, const char *key)
{
	return first_row(table, key) < table->count;
}

static bool
is_valid(const struct kit_row *row, utc_ms on)
{
	return row->valid_from <= on &&
	       (row->valid_to == 0 || on < row->valid_to);
}

static bool
grow_parts(struct kit_parts *out, const struct kit_part *part, struct err *e)
{
	if (out->count == out->room) {
		size_t room = out->room ? out->room * 2 : 16;
		struct kit_part *grown =
			realloc(out->part, room * sizeof(*grown));

		if (grown == NULL)
			return err_set(e, ERR_TEMPORARY,
				       "no memory for %zu kit lines", room);
		out->part = grown;
		out->room = room;
	}
	out->part[out->count++] = *part;
	return true;
}

static bool
add_part(struct walk *walk, const struct kit_part *part, struct err *e)
{
	const size_t count = walk->out->count;

	if (count >= walk->limits.max_lines || count >= PARTS_MAX) {
		(void)err_set(e, ERR_INPUT, "kit %s has more than %u lines",
			      walk->open[0], walk->limits.max_lines);
		return err_as(e, OB_KIT_DEPTH);
	}
	return grow_parts(walk->out, part, e);
}

/* A circle is told in the place of lines. */
static bool
add_in_circle(struct walk *walk, const char *key, struct err *e)
{
	struct kit_part part = {.parent = -1, .weight_e4 = -1};

	memcpy(part.key, key, strlen(key) + 1);
	return grow_parts(walk->out, &part, e);
}

/* "A → B → A": the open kits from the one met again on, and that one once more.
 */
static bool
refuse_cycle(struct walk *walk, size_t depth, const char *again, struct err *e)
{
	AUTO(strbuf)
	path = STRBUF(sizeof(walk->open) / sizeof(char *) * (SKU_ROOM + 8));
	size_t from = 0;

	while (strcmp(walk->open[from], again) != 0)
		from++;
	walk->out->count = 0;
	for (size_t i = from; i <= depth; i++) {
		strbuf_addf(&path, "%s → ", walk->open[i]);
		if (!add_in_circle(walk, walk->open[i], e))
			return false;
	}
	if (!add_in_circle(walk, again, e))
		return false;
	strbuf_add(&path, again);
	(void)err_set(e, ERR_INPUT, "kit %s contains itself: %s", again,
		      path.failed ? "(a long way)" : path.text);
	return err_as(e, OB_KIT_CYCLE);
}

static bool
is_open(const struct walk *walk, size_t depth, const char *key)
{
	for (size_t i = 0; i <= depth; i++)
		if (strcmp(walk->open[i], key) == 0)
			return true;
	return false;
}

static bool open_kit(struct walk *walk, size_t depth, int parent,
		     struct quantity quantity, struct err *e);

/* One component in an open kit, and what that consists of in turn. */
static bool
open_component(struct walk *walk, size_t depth, int parent,
	       const struct kit_row *row, struct quantity quantity,
	       struct err *e)
{
	struct kit_part part = {.parent = parent, .weight_e4 = row->weight_e4};

	if (is_open(walk, depth, row->component) && OB_GUARD("kit.cycle"))
		return refuse_cycle(walk, depth, row->component, e);
	if (depth + 1 > walk->limits.max_depth || depth + 1 > DEPTH_CEILING) {
		(void)err_set(e, ERR_INPUT,
			      "kit %s is nested more than %u levels deep",
			      walk->open[0], walk->limits.max_depth);
		return err_as(e, OB_KIT_DEPTH);
	}
	memcpy(part.key, row->component, sizeof(part.key));
	part.leaf = !kit_is_parent(walk->table, row->component);
	if (!quantity_multiply(quantity, row->quantity, &part.quantity, e)) {
		(void)err_in(e, "component %s of kit %s", row->component,
			     row->parent);
		return err_as(e, OB_LINE_QTY);
	}
	if (!add_part(walk, &part, e))
		return false;
	if (part.leaf)
		return true;
	walk->open[depth + 1] = row->component;
	return open_kit(walk, depth + 1, (int)walk->out->count - 1,
			part.quantity, e);
}

static bool
open_kit(struct walk *walk, size_t depth, int parent, struct quantity quantity,
	 struct err *e)
{
	size_t count;
	const struct kit_row *row =
		kit_rows_of(walk->table, walk->open[depth], &count);
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (row[i].valid_from > walk->on &&
		    row[i].valid_from < walk->next)
			walk->next = row[i].valid_from;
		if (!is_valid(&row[i], walk->on))
			continue;
		any = true;
		if (!open_component(walk, depth, parent, &row[i], quantity, e))
			return false;
	}
	if (any || walk->pauses)
		return true;
	(void)err_set(e, ERR_INPUT, "kit %s has no component that is valid",
		      walk->open[depth]);
	return err_as(e, OB_KIT_EMPTY);
}

bool
kit_expand(const struct kit_table *table, const char *key,
	   struct quantity ordered, utc_ms on, struct kit_limits limits,
	   struct kit_parts *out, struct err *e)
{
	struct walk walk = {
		.table = table,
		.on = on,
		.limits = limits,
		.open = {key},
		.out = out,
	};

	out->count = 0;
	return open_kit(&walk, 0, -1, ordered, e);
}

static bool
prove(const struct kit_table *table, const char *key, struct kit_limits limits,
      struct kit_parts *parts, struct err *e)
{
	struct walk walk = {
		.table = table,
		.limits = limits,
		.open = {key},
		.pauses = true,
		.next = 0,
		.out = parts,
	};

	/*
	 * What is wrong at some moment is wrong at the latest beginning among
	 * the rows that take part in it; each walk meets the one that is next.
	 */
	while (walk.next != INT64_MAX) {
		walk.on = walk.next;
		walk.next = INT64_MAX;
		parts->count = 0;
		if (!open_kit(&walk, 0, -1, (struct quantity){ONE}, e))
			return false;
	}
	return true;
}

bool
kit_prove(const struct kit_table *table, const char *key,
	  struct kit_limits limits, struct err *e)
{
	AUTO(kit_parts) parts = {0};

	return prove(table, key, limits, &parts, e);
}

bool
kit_look(const struct kit_table *table, const char *key,
	 struct quantity ordered, utc_ms on, struct kit_limits limits,
	 struct kit_parts *out, struct err *why)
{
	if (prove(table, key, limits, out, why) &&
	    kit_expand(table, key, ordered, on, limits, out, why))
		return true;
	if (why->code != OB_KIT_CYCLE)
		out->count = 0;
	if (why->code != OB_KIT_EMPTY)
		return false;
	*why = (struct err){0};
	return true;
}
