#ifndef OB_CLI_STEPS_H
#define OB_CLI_STEPS_H

/* Checks shown one below the other, with why and what to do (UX 4). */

#include "cli/command.h"
#include "connector/shop.h"

struct steps {
	struct call *call; /* its output and exit status */
	bool numbered;     /* "Step 1 — " before each */
	unsigned count, passed, warned, failed;
};

void steps_print(struct steps *steps, const struct probe_step *step);
/* "All checks passed." or "1 of 3 checks failed.", and the exit status. */
void steps_end_checks(struct steps *steps);

#endif
