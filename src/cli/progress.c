#include "cli/progress.h"

#include <string.h>

#include "base/text.h"

enum { BAR = 16, PAINT_EVERY_MS = 250 };

static bool
is_quiet(const struct progress *p)
{
	return call_switch(p->call, "quiet");
}

/* How long the rest takes at the pace so far; not said before it is sure. */
static void
paint_rest(const struct progress *p, const struct operation *op, int64_t now)
{
	char left[TIME_TEXT_MAX];
	int64_t spent = now - p->phase_ms;

	if (spent < 2 * (int64_t)SECOND || op->done == 0)
		return;
	(void)fprintf(
		p->call->err, "  ~%s",
		duration_text(spent * (op->total - op->done) / op->done, left));
}

/* One line that repaints itself. */
static void
paint(struct progress *p, const struct operation *op, int64_t now)
{
	FILE *to = p->call->err;
	unsigned done = op->done < op->total ? op->done : op->total;

	p->is_painted = true;
	p->said_ms = now;
	(void)fprintf(to, "\r\033[K◐ %s  %s %u", op->kind, op->phase, op->done);
	if (op->total == 0) {
		(void)fprintf(to, " %s", op->unit);
	} else {
		(void)fprintf(to, "/%u %s  ", op->total, op->unit);
		for (unsigned i = 0; i < BAR; i++)
			(void)fputs((uint64_t)i * op->total <
						    (uint64_t)done * BAR
					    ? "▓"
					    : "░",
				    to);
		(void)fprintf(to, "  %u %%",
			      (unsigned)((uint64_t)done * 100 / op->total));
		if (done < op->total)
			paint_rest(p, op, now);
	}
	(void)fflush(to);
}

static void
say(struct progress *p, const struct operation *op, int64_t now)
{
	p->said_ms = now;
	if (op->total == 0)
		call_say(p->call, "%s: %s, %u %s", op->kind, op->phase,
			 op->done, op->unit);
	else
		call_say(p->call, "%s: %s, %u of %u %s", op->kind, op->phase,
			 op->done, op->total, op->unit);
}

static void
say_waiting(struct progress *p, const struct operation *op)
{
	char until[TIME_TEXT_MAX];

	if (p->is_waiting)
		return;
	progress_end(p);
	p->is_waiting = true;
	call_say(p->call, "it waits until %s (%s)",
		 time_text_minute(op->paused_until, until), op->pause_reason);
}

void
progress_show(struct progress *p, const struct operation *op, int64_t now)
{
	bool is_new = p->id != op->id || strcmp(p->phase, op->phase) != 0;
	int64_t every = p->call->err_is_terminal ? PAINT_EVERY_MS : MINUTE;

	if (is_quiet(p))
		return;
	if (op->state == OPERATION_NOT_PROCESSED && op->paused_until != 0) {
		say_waiting(p, op);
		return;
	}
	p->is_waiting = false;
	if (op->phase[0] == '\0' || (!is_new && now - p->said_ms < every))
		return;
	if (is_new)
		p->phase_ms = now;
	p->id = op->id;
	(void)text_copy(p->phase, sizeof(p->phase), op->phase);
	if (p->call->err_is_terminal)
		paint(p, op, now);
	else
		say(p, op, now);
}

void
progress_end(struct progress *p)
{
	if (p->is_painted)
		(void)fputs("\r\033[K", p->call->err);
	(void)fflush(p->call->err);
	p->is_painted = false;
}
