#ifndef OB_ACCOUNT_VIEW_H
#define OB_ACCOUNT_VIEW_H

/* What a person saved of the lists (rm_view): filters, sorts and columns. */

#include <stdbool.h>
#include <stdint.h>

#include "base/strbuf.h"
#include "db/db.h"

/* Appends the JSON list of them; without any "[]", and version 0. */
MUST_CHECK bool views_read(struct db *db, int64_t user_id, struct strbuf *out,
			   unsigned *version, struct err *e);
/*
 * Replaces all of them by this JSON list. ERR_CONFLICT, OB_PRECONDITION_FAILED
 * when version is not theirs any more.
 */
MUST_CHECK bool views_save(struct db *db, int64_t user_id, const char *json,
			   unsigned version, struct err *e);

#endif
