/* doctor: everything that has to be right, each with why and what to do. */
#include <stdio.h>

#include "app/tests.h"
#include "cli/command.h"
#include "cli/steps.h"
#include "local.h"

static void
tell(void *context, const struct probe_step *step)
{
	steps_print(context, step);
}

static bool
run_doctor(struct app *app, struct call *call, struct err *e)
{
	struct steps steps = {.call = call};
	struct test_result found = {.tell = tell, .context = &steps};

	(void)e; /* whatever is wrong is a step */
	doctor_look(app, true, &found);
	(void)fprintf(call->out, "%u passed, %u warning%s, %u failed.\n",
		      steps.passed, steps.warned, steps.warned == 1 ? "" : "s",
		      steps.failed);
	if (steps.failed)
		call_failed(call);
	return true;
}

const struct command doctor_commands[] = {
	{
		.name = "doctor",
		.summary = "check everything, and say how to mend it",
		.examples =
			(const struct example[]){
				{"orderbridge doctor", "after an installation"},
				{0},
			},
		.traits = NEEDS_CONFIG | IS_COMMON,
		.run = run_doctor,
	},
	{0},
};
