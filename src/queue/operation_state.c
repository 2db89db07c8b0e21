#include "queue/operation.h"

#include <string.h>

#include "base/auto.h"

/* UX 3 has the codes, the requirement the words. */
static const struct {
	const char *name, *words;
} texts[] = {
	[OPERATION_NOT_PROCESSED] = {"not_processed", "Not processed"},
	[OPERATION_IN_PROGRESS] = {"in_progress", "In progress"},
	[OPERATION_COMPLETED] = {"completed", "Completed"},
	[OPERATION_ABORTED] = {"aborted", "Aborted by another synchronization"},
	[OPERATION_WEBSHOP_NOT_FOUND] = {"webshop_not_found",
					 "Webshop not found"},
	[OPERATION_FAILED] = {"failed", "Failed"},
};

/*
 * From the row to the column. In progress to itself is a take-over, Failed to
 * Not processed a person's retry; "run again" makes a new operation.
 */
/* clang-format off */
static const bool allowed[COUNT_OF(texts)][COUNT_OF(texts)] = {
	/*                       not_p  in_pr  compl  abort  wsnf   fail */
	[OPERATION_NOT_PROCESSED]     = {false, true,  false, true,  true,  true},
	[OPERATION_IN_PROGRESS]       = {true,  true,  true,  true,  true,  true},
	[OPERATION_COMPLETED]         = {false, false, false, false, false, false},
	[OPERATION_ABORTED]           = {false, false, false, false, false, false},
	[OPERATION_WEBSHOP_NOT_FOUND] = {false, false, false, false, false, false},
	[OPERATION_FAILED]            = {true,  false, false, false, false, false},
};
/* clang-format on */

const char *
operation_state_name(enum operation_state state)
{
	return texts[state].name;
}

const char *
operation_state_words(enum operation_state state)
{
	return texts[state].words;
}

bool
operation_state_find(const char *name, enum operation_state *out)
{
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (strcmp(texts[i].name, name) == 0) {
			*out = (enum operation_state)i;
			return true;
		}
	return false;
}

bool
operation_may_become(enum operation_state from, enum operation_state to)
{
	return allowed[from][to];
}
