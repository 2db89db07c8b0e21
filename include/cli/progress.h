#ifndef OB_CLI_PROGRESS_H
#define OB_CLI_PROGRESS_H

/*
 * How far an operation is, on standard error (UX 4): on a terminal one line
 * that repaints itself, with a bar where the end is known; elsewhere one line a
 * phase and one a minute. --quiet says nothing. Whoever prints something else
 * calls progress_end first.
 */

#include "cli/command.h"
#include "queue/operation.h"

struct progress {
	struct call *call;
	/* private: what was last said, so that nothing is said twice */
	int64_t id, said_ms, phase_ms; /* by clock_boot_ms() */
	char phase[41];
	bool is_painted, is_waiting;
};

/* Says what is new of it; cheap where nothing is. now: clock_boot_ms(). */
void progress_show(struct progress *p, const struct operation *op, int64_t now);
/* Takes the line off the terminal. */
void progress_end(struct progress *p);

#endif
