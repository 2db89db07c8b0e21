#include "cli/steps.h"

#include <stdio.h>
#include <string.h>

/* The dots of test-connection end at character 41, the verdict starts at 43. */
enum { DOTS_END = 41 };

static const char *const words[] = {
	[PROBE_SKIP] = "SKIP",
	[PROBE_PASS] = "PASS",
	[PROBE_WARN] = "WARN",
	[PROBE_FAIL] = "FAIL",
};

static size_t
characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

void
steps_print(struct steps *steps, const struct probe_step *step)
{
	char head[200];
	size_t used;
	FILE *out = steps->call->out;

	steps->count++;
	steps->failed += step->verdict == PROBE_FAIL;
	steps->warned += step->verdict == PROBE_WARN;
	steps->passed += step->verdict == PROBE_PASS;
	if (steps->numbered)
		(void)snprintf(head, sizeof(head), "Step %u — %s ",
			       steps->count, step->name);
	else
		(void)snprintf(head, sizeof(head), "%s ", step->name);
	(void)fputs(head, out);
	for (used = characters(head); used < DOTS_END; used++)
		(void)fputc('.', out);
	(void)fprintf(out, " %s\n", words[step->verdict]);
	if (step->verdict == PROBE_PASS || step->verdict == PROBE_SKIP)
		return;
	if (step->why[0])
		(void)fprintf(out, "  Why: %s\n", step->why);
	if (step->fix[0])
		(void)fprintf(out, "  Fix: %s\n", step->fix);
}

void
steps_end_checks(struct steps *steps)
{
	if (steps->failed == 0)
		(void)fprintf(steps->call->out, "All checks passed.\n");
	else
		(void)fprintf(steps->call->out, "%u of %u checks failed.\n",
			      steps->failed, steps->count);
	if (steps->failed)
		call_failed(steps->call);
}
