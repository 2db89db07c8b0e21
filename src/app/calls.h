#ifndef OB_APP_CALLS_H
#define OB_APP_CALLS_H

/* What was asked of upstreams, for the operation's detail (rm_log, kind call).
 */

#include "base/clock.h"
#include "net/http.h"

struct db;

/*
 * Notes count exchanges under the operation: method, address without its query
 * (it may carry keys), status, time, bytes. at: when they were sent.
 */
MUST_CHECK bool calls_note(struct db *db, int64_t operation_id, utc_ms at,
			   const struct http_request *ask,
			   const struct http_response *reply, size_t count,
			   struct err *e);

#endif
