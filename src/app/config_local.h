#ifndef OB_APP_CONFIG_LOCAL_H
#define OB_APP_CONFIG_LOCAL_H

/* What the readers of settings share: file and environment. */

#include "app/config.h"

#define CONFIG_PREFIX "ORDERBRIDGE_"

/* The row's place in the table. */
size_t config_index(const struct config_key *key);
/* Sets a value and remembers where it came from. */
MUST_CHECK bool config_take(struct config *config, const struct config_key *key,
			    const char *value, enum config_origin origin,
			    unsigned line, struct err *e);
bool config_section_is_known(const char *section);
/* ERR_INPUT: nothing turns Business Central's maintenance pause off. */
bool config_refuse_window(struct err *e);
/* *found false: there is no such file, which is no error. */
MUST_CHECK bool config_read_file(struct config *config, const char *path,
				 bool *found, struct err *e);
MUST_CHECK bool config_read_environment(struct config *config,
					char *const *environment,
					struct err *e);

#endif
