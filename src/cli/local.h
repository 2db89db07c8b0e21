#ifndef OB_CLI_LOCAL_H
#define OB_CLI_LOCAL_H

/* What the files of the command line share among themselves. */

#include "cli/command.h"

#define FLAG_SHOWN_MAX 64

/* Arguments are written in capitals: "CODE". */
bool flag_is_argument(const struct flag *flag);
/* "--since" or "CODE": how an error names it; returns out. */
const char *flag_shown(const struct flag *flag, char out[FLAG_SHOWN_MAX]);
/* Turns a value's text into its number, or says what was wanted. */
MUST_CHECK bool flag_read(struct call_value *value, struct err *e);
/* ERR_INPUT that suggests the nearest command. */
bool command_unknown(const char *name, struct err *e);

/* The commands of each cmd_*.c, ended by a row without a name. */
extern const struct command completion_commands[];
extern const struct command config_commands[];
extern const struct command doctor_commands[];
extern const struct command retry_commands[];
extern const struct command status_commands[];
extern const struct command sync_commands[];
extern const struct command test_commands[];
extern const struct command verify_commands[];
extern const struct command work_commands[];

#endif
