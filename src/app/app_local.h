#ifndef OB_APP_LOCAL_H
#define OB_APP_LOCAL_H

#include <stdbool.h>

#include "app/tests.h"

/* Where the number of the signal that asked for an end stands. */
const volatile int *app_stop_signal(void);
/* Whether SIGHUP came since the last call. */
bool app_reopen_asked(void);

/* A step "Webhooks" for each shop that does not tell us, or one for all. */
void doctor_webhooks(struct app *app, struct test_result *out);

#endif
