#ifndef OB_BASE_LOG_VALUE_H
#define OB_BASE_LOG_VALUE_H

/* How a pair is written: masked, escaped, quoted. */

#include "base/log.h"
#include "base/strbuf.h"

/* Appends " key=value"; nothing when the value is NULL. */
void log_value_add(const struct log *log, const struct log_pair *pair,
		   struct strbuf *out);
/* Wipes the secrets that log_hide took. */
void log_forget(struct log *log);

#endif
