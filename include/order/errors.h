#ifndef OB_ORDER_ERRORS_H
#define OB_ORDER_ERRORS_H

/* rm_error_orders as people work it off. Written by order_fail_many (store.h).
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/code.h"
#include "base/err.h"
#include "db/db.h"

/* The row of one order: all columns and site_code. ERR_MISSING. */
MUST_CHECK bool order_error_find(struct db *db, int64_t order_id,
				 struct rows *out, struct err *e);
/*
 * open or requeued -> handled by a person, who says why; an event is kept.
 * ERR_MISSING, ERR_CONFLICT when it is neither.
 */
MUST_CHECK bool order_error_handle(struct db *db, int64_t order_id,
				   const char *reason, const char *by,
				   utc_ms now, struct err *e);
/*
 * The same of many, by a JSON list of count ids, a thousand at once; those that
 * are neither are passed by. changed: how many were not.
 */
MUST_CHECK bool order_error_handle_many(struct db *db, const char *ids,
					size_t count, const char *reason,
					const char *by, utc_ms now,
					uint64_t *changed, struct err *e);
/*
 * Ends a job that waits for its next try, or is dead; the order that it is
 * about, where it waits for that alone, becomes an error for a person to look
 * at. ERR_MISSING; ERR_CONFLICT when the job is being worked on, or has ended.
 */
MUST_CHECK bool order_give_up(struct db *db, int64_t job_id, const char *by,
			      utc_ms now, struct err *e);
/*
 * What makes two errors one cause: SHA-256 of the code and the SKU, else the
 * field with its numbers taken out.
 */
void order_cause_hash(enum code code, const char *sku, const char *field,
		      unsigned char out[32]);

#endif
