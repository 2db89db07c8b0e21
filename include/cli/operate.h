#ifndef OB_CLI_OPERATE_H
#define OB_CLI_OPERATE_H

/* Commands that ask for work, do it in this process and tell how it ended. */

#include "app/app.h"
#include "cli/command.h"
#include "queue/operation.h"

/*
 * Works the operation here (or waits while another process does), prints one
 * line on standard output when it ended, and marks the call as failed where an
 * order or the whole failed. Inside the window it says when it starts and ends
 * well.
 */
MUST_CHECK bool operate(struct app *app, struct call *call, int64_t operation,
			struct err *e);
/* The same for several, one after the other; 0 ends the list. */
MUST_CHECK bool operate_all(struct app *app, struct call *call,
			    const int64_t *operation, struct err *e);
/* Whether nothing will change in it any more. */
bool operate_has_ended(const struct operation *op);
/* One line of how it ended; the call has failed where it did not end well. */
void operate_result(struct call *call, const struct operation *op);

/*
 * Asks for work in the name of whoever runs the command; an equal request that
 * still waits is the answer. scope: JSON text or NULL.
 */
MUST_CHECK bool operation_request(struct app *app, const char *kind,
				  int64_t site_id, bool full, const char *scope,
				  int64_t *id, struct err *e);

#endif
