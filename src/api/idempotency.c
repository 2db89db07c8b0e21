#include <stdio.h>
#include <string.h>

#include "base/secret.h"
#include "local.h"

/*
 * The key belongs to who sends it, and to the method and path it came with.
 * Quoted as the draft's structured text, or bare.
 */
static bool
request_hash(struct request *r, unsigned char out[32], bool *given,
	     struct err *e)
{
	const char *key = request_header(r, "Idempotency-Key");
	size_t length = key == NULL ? 0 : strlen(key);
	AUTO(strbuf) all = STRBUF(8192);

	*given = key != NULL;
	if (key == NULL)
		return true;
	if (length > 2 && key[0] == '"' && key[length - 1] == '"') {
		key++;
		length -= 2;
	}
	if (length < 8 || length > 128)
		return request_fault(r, e, "Idempotency-Key",
				     "wanted 8 to 128 visible characters");
	for (size_t i = 0; i < length; i++) {
		if (key[i] <= ' ' || key[i] > '~')
			return request_fault(r, e, "Idempotency-Key",
					     "wanted visible ASCII characters");
	}
	strbuf_addf(&all, "%lld\n%lld\n%s\n%s\n%.*s",
		    (long long)r->caller.user_id, (long long)r->caller.token_id,
		    r->method, r->shown, (int)length, key);
	hash_sha256(strbuf_text(&all), all.len, out);
	return strbuf_check(&all, e);
}

/* The first answer once more, or why it cannot be given. */
static bool
repeat(struct request *r, const unsigned char hash[32], bool *done,
       struct err *e)
{
	AUTO(rows) rows = ROWS;
	size_t length;
	const char *body;
	char state[41], headers[2001];

	if (!db_open(r->app->db, &rows, SQL_IDEMPOTENCY_FIND,
		     BINDS(bind_bytes(hash, 32)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_TEMPORARY, "the key was just set free");
	body = rows_borrow(&rows, "body", &length);
	if (length != 32 || memcmp(body, r->body_hash, 32) != 0) {
		err_set(e, ERR_CONFLICT,
			"this Idempotency-Key came with another body before");
		return err_as(e, OB_IDEMPOTENCY_MISMATCH);
	}
	rows_text(&rows, "state", state, sizeof(state));
	if (strcmp(state, "done") != 0) {
		err_set(e, ERR_CONFLICT,
			"the first request with this "
			"Idempotency-Key still runs");
		return err_as(e, OB_IDEMPOTENCY_IN_PROGRESS);
	}
	if ((r->route->traits & ROUTE_SHOWN_ONCE) != 0) {
		err_set(e, ERR_CONFLICT,
			"this was done; its answer was shown once");
		return err_as(e, OB_CONFLICT);
	}
	r->status = (unsigned)rows_int(&rows, "status");
	rows_text(&rows, "headers", headers, sizeof(headers));
	strbuf_add(&r->headers, headers);
	strbuf_add(&r->data, rows_borrow(&rows, "reply", &length));
	answer_header(r, "Idempotent-Replayed", "true");
	*done = true;
	return rows_check(&rows, e);
}

bool
idempotency_begin(struct request *r, bool *done, struct err *e)
{
	unsigned char hash[32];
	bool given;

	if (strcmp(r->method, "POST") != 0 || r->route->need == CAN_ANYONE)
		return true;
	if (!request_hash(r, hash, &given, e))
		return false;
	if (!given) {
		if ((r->route->traits & ROUTE_KEY) == 0)
			return true;
		request_fault(r, e, "Idempotency-Key", "is required");
		return err_as(e, OB_MISSING_PARAM);
	}
	if (!db_run(r->app->db, SQL_IDEMPOTENCY_EXPIRE,
		    BINDS(bind_bytes(hash, 32)), e))
		return false;
	if (!db_run(r->app->db, SQL_IDEMPOTENCY_BEGIN,
		    BINDS(bind_bytes(hash, 32), bind_bytes(r->body_hash, 32)),
		    e)) {
		if (e->class != ERR_CONFLICT)
			return false;
		*e = (struct err){0};
		return repeat(r, hash, done, e);
	}
	r->holds_key = true;
	return true;
}

void
idempotency_end(struct request *r, bool ok)
{
	struct err e = {0};
	const bool keep = (r->route->traits & ROUTE_SHOWN_ONCE) == 0;
	unsigned char hash[32];
	bool given;

	if (!r->holds_key || !request_hash(r, hash, &given, &e))
		return;
	/* What cannot be kept is forgotten: the repeat then does it anew. */
	if (ok && r->headers.len <= 2000)
		ok = db_run(
			r->app->db, SQL_IDEMPOTENCY_DONE,
			BINDS(bind_int(r->status),
			      bind_text(keep ? strbuf_text(&r->headers) : ""),
			      bind_text(keep ? strbuf_text(&r->data) : ""),
			      bind_bytes(hash, 32)),
			&e);
	else
		ok = db_run(r->app->db, SQL_IDEMPOTENCY_FORGET,
			    BINDS(bind_bytes(hash, 32)), &e);
	if (ok)
		ok = db_run(r->app->db, SQL_IDEMPOTENCY_CLEAN, NO_BINDS, &e);
	if (!ok)
		log_line(&r->app->log, LOG_WARN, LOG_TEXT("request", r->id),
			 LOG_TEXT("why", e.text));
}
