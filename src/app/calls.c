#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"

enum { COLUMNS = 8 };

/* The texts of one row, which must outlive the statement. */
struct call_text {
	char status[8], message[600], detail[96];
};

static void
write_text(const struct http_request *ask, const struct http_response *reply,
	   struct call_text *out)
{
	(void)snprintf(out->status, sizeof(out->status), "%ld", reply->status);
	(void)snprintf(out->message, sizeof(out->message), "%s %.*s",
		       ask->method, (int)strcspn(ask->url, "?#"), ask->url);
	(void)snprintf(out->detail, sizeof(out->detail),
		       "{\"bytes\":%zu,\"tries\":%u}", reply->body.len,
		       reply->tries);
}

bool
calls_note(struct db *db, int64_t operation_id, utc_ms at,
	   const struct http_request *ask, const struct http_response *reply,
	   size_t count, struct err *e)
{
	struct call_text *text = calloc(count, sizeof(*text));
	struct bind *bind = calloc(count * COLUMNS, sizeof(*bind));
	bool fine = text != NULL && bind != NULL;

	for (size_t i = 0; fine && i < count; i++) {
		const struct err *why = &reply[i].err;
		struct bind *row = &bind[i * COLUMNS];

		write_text(&ask[i], &reply[i], &text[i]);
		row[0] = bind_time(at);
		row[1] = bind_text(why->class == ERR_NONE ? "debug" : "warn");
		row[2] = bind_int(operation_id);
		row[3] = bind_text(text[i].status);
		row[4] = bind_int(reply[i].ms);
		row[5] = bind_text_or_null(code_name(why->code));
		row[6] = bind_text(text[i].message);
		row[7] = bind_text(text[i].detail);
	}
	fine = fine ? db_run_many(db, SQL_CALL_NOTE, bind, COLUMNS, count, e)
		    : err_set(e, ERR_TEMPORARY, "no memory for %zu calls",
			      count);
	free(bind);
	free(text);
	return fine;
}
