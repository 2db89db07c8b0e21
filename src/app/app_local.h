#ifndef OB_APP_LOCAL_H
#define OB_APP_LOCAL_H

#include <stdbool.h>

/* Where the number of the signal that asked for an end stands. */
const volatile int *app_stop_signal(void);
/* Whether SIGHUP came since the last call. */
bool app_reopen_asked(void);

#endif
