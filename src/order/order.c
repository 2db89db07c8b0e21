#include "order/order.h"

#include <stdlib.h>
#include <string.h>

#include "order/check.h"

/* More lines than any till prints: a broken or hostile answer. */
#define ORDER_LINES_MAX 5000
/* Kits in kits; RELIABILITY F13 stops them at 10, bundles are flat. */
#define DEPTH_MAX 24

void
order_end(struct order *o)
{
	for (size_t i = 0; i < o->lines; i++)
		free(o->line[i].options);
	free(o->line);
	free(o->customer_note);
	free(o->extra);
	free(o->staff_notes);
	*o = (struct order){0};
}

static bool
make_room(struct order *o)
{
	size_t room = o->line_room ? o->line_room * 2 : 8;
	struct line *line;

	if (o->lines == ORDER_LINES_MAX)
		return false;
	if (o->lines < o->line_room)
		return true;
	line = realloc(o->line, room * sizeof(*line));
	if (line == NULL)
		return false;
	o->line = line;
	o->line_room = room;
	return true;
}

static struct line *
insert(struct order *o, size_t at, enum line_type type, int parent)
{
	struct line *line;

	if (!make_room(o))
		return NULL;
	line = &o->line[at];
	memmove(line + 1, line, (o->lines - at) * sizeof(*line));
	o->lines++;
	/* Not used by any other line, until order_number_lines gives the last.
	 */
	*line = (struct line){
		.type = type, .number = (int)o->lines, .parent = parent};
	return line;
}

struct line *
order_add_line(struct order *o, enum line_type type)
{
	return insert(o, o->lines, type, 0);
}

struct line *
order_insert_component(struct order *o, size_t parent, size_t at)
{
	struct line *line =
		insert(o, at, LINE_COMPONENT, o->line[parent].number);

	if (line != NULL)
		o->has_kit = true;
	return line;
}

bool
line_is_memo(const struct line *line)
{
	return line->type == LINE_COUPON || line->type == LINE_CREDIT ||
	       line->type == LINE_GIFT_CARD || line->type == LINE_COMMENT;
}

/*
 * Gives the line the next place and its components those behind it. A line
 * whose place is set is passed over, so that a circle of parents ends.
 */
static void
place(struct order *o, struct line *line, int *next, int depth)
{
	if (line->place != 0)
		return;
	line->place = ++*next;
	if (depth == DEPTH_MAX)
		return;
	for (size_t i = 0; i < o->lines; i++)
		if (o->line[i].type == LINE_COMPONENT &&
		    o->line[i].parent == line->number)
			place(o, &o->line[i], next, depth + 1);
}

static void
place_all(struct order *o)
{
	int next = 0;

	for (size_t i = 0; i < o->lines; i++)
		o->line[i].place = 0;
	for (int type = LINE_PRODUCT; type <= LINE_COMMENT; type++)
		for (size_t i = 0; i < o->lines; i++)
			if ((int)o->line[i].type == type)
				place(o, &o->line[i], &next, 0);
}

static int
place_of(const struct order *o, int number)
{
	for (size_t i = 0; number != 0 && i < o->lines; i++)
		if (o->line[i].number == number)
			return o->line[i].place;
	return 0;
}

static void
swap_lines(struct line *a, struct line *b)
{
	struct line held = *a;

	*a = *b;
	*b = held;
}

void
order_number_lines(struct order *o)
{
	place_all(o);
	for (size_t i = 0; i < o->lines; i++)
		o->line[i].parent = place_of(o, o->line[i].parent);
	for (size_t i = 0; i < o->lines; i++) {
		while ((size_t)o->line[i].place != i + 1)
			swap_lines(&o->line[i], &o->line[o->line[i].place - 1]);
		o->line[i].number = o->line[i].place;
	}
}
