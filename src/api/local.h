#ifndef OB_API_LOCAL_H
#define OB_API_LOCAL_H

/* What the files of this layer share beside the handlers' view. */

#include "account/user.h"
#include "api/request.h"

/* The whole of a request: from its first byte to its answer. */
void request_serve(struct request *r);
void request_end(struct request *r);

/* identify.c: fills r->caller. ERR_DENIED with the code that says why. */
MUST_CHECK bool request_identify(struct request *r, struct err *e);
/* A change by cookie comes from our own page (RELIABILITY 6.1, CSRF). */
MUST_CHECK bool request_is_ours(struct request *r, struct err *e);

/* values.c: the typed values of path, query and body. */
MUST_CHECK bool request_read_values(struct request *r,
				    const struct match *match, struct err *e);

/* seed.c: the answer in the requirement's own forms, where it is asked for so.
 */
MUST_CHECK bool seed_answer(struct request *r, struct err *e);

/* idempotency.c: done tells that r holds the answer of the first time. */
MUST_CHECK bool idempotency_begin(struct request *r, bool *done, struct err *e);
void idempotency_end(struct request *r, bool ok);

/*
 * dispatch.c: a step of a route with ROUTE_STEPS, in one transaction with the
 * entry that answer_changed() names; the answer begins with it. work may run
 * again. Every other change is one as a whole.
 */
MUST_CHECK bool request_change(struct request *r,
			       bool (*work)(struct request *r, void *context,
					    struct err *e),
			       void *context, struct err *e);

/* answer.c: sends what r holds, or what e says. */
void answer_send(struct request *r);
void answer_error(struct request *r, const struct err *e);
/* Two quotes, "v4294967295-", a hash and the end. */
enum { ETAG_MAX = 80 };
/*
 * '"…"', of data and paging, or '"v3-…"' where the data have a version (0: they
 * have none); returns out.
 */
const char *answer_etag(const struct request *r, unsigned version,
			char out[ETAG_MAX]);
/* The number behind "version": of our own resources that people change. */
unsigned answer_version(const struct request *r);

/* A header of the request, "If-Match"; NULL when it is not there. */
const char *request_header(const struct request *r, const char *name);

/*
 * dispatch.c: whether the caller may do nothing but set a second factor up,
 * which auth.require_totp wants of the role (RELIABILITY 6.1).
 */
bool request_must_enrol(const struct request *r);
/*
 * session.c: another text and nonce for the caller's session, so that what
 * somebody saw of the old one is worth nothing (ASVS 7.2.4). A token has none.
 * is_proof: the password was given for it.
 */
MUST_CHECK bool request_renew(struct request *r, bool is_proof, struct err *e);

/*
 * worker.c: starts a worker, where the host allows it and not enough run; sets
 * r->starts and r->cron_at.
 */
void worker_start(struct request *r);

/*
 * The password once more, with the limits of a login: whoever finds a browser
 * open must not take the account over (RELIABILITY 6.1). password and totp of
 * the body.
 */
MUST_CHECK bool request_prove(struct request *r, struct user *out,
			      struct err *e);
/* Checks a new password by every rule, and hashes it. */
MUST_CHECK bool request_hash_password(struct request *r,
				      const struct user *user,
				      const char *password,
				      char out[PASSWORD_HASH_MAX],
				      struct err *e);

/* Where `orderbridge` stands; false: it was not found. */
bool worker_program(const struct app *app, char *out, size_t room);
/* users.c: one user as shape_user has them; a whole answer. */
MUST_CHECK bool answer_user(struct request *r, int64_t id, struct err *e);
/* name and email of the body, where they were given. */
void request_take_person(const struct request *r, struct user *user);

enum worker_started { WORKER_RUNS, WORKER_IS_FULL, WORKER_IS_FORBIDDEN };
/* The start alone. Full: as many run as may; one of them may take the work. */
enum worker_started worker_start_one(struct app *app);
/* The same of `orderbridge cron`, for hosts whose crontab calls an address. */
enum worker_started cron_start_one(struct app *app);

#endif
