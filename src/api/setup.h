#ifndef OB_API_SETUP_H
#define OB_API_SETUP_H

/*
 * The set-up of a fresh installation (UX 2.2, 7). Until there is a user the
 * set-up code says who may; from then on its steps are done by whoever may
 * change settings, with the routes that all others use, and each is noted here.
 */

#include "api/request.h"

enum setup_step {
	SETUP_CODE, /* none stands in the INI file */
	SETUP_DATABASE,
	SETUP_ADMINISTRATOR,
	SETUP_SITE,
	SETUP_BC,
	SETUP_CRON,
	SETUP_DONE,
};

struct setup {
	enum setup_step at; /* the first that is open */
	bool skipped[SETUP_DONE];
	bool done[SETUP_DONE];
};

extern const char *const setup_words[]; /* of the steps */
extern const struct shape shape_setup;

/*
 * Where it stands, found out anew; SETUP_DONE once it is over. What hinders an
 * installation that has users is told as anywhere else.
 */
MUST_CHECK bool setup_look(struct request *r, struct setup *out, struct err *e);
/* No step is left to be done: ERR_MISSING, always false. */
bool setup_is_over(struct err *e);
/* Appends its members; the caller closes the object. */
void setup_add(const struct setup *setup, struct strbuf *out);
/* Notes, beside the first user, that the steps behind it are still open. */
MUST_CHECK bool setup_begin(struct db *db, struct err *e);

/*
 * Whether there is nobody yet and the body's code is that of the INI file; each
 * try is counted whatever becomes of it.
 */
MUST_CHECK bool setup_allows(struct request *r, struct err *e);

/* setup_database.c and setup_steps.c: handlers. */
MUST_CHECK bool setup_database(struct request *r, struct err *e);
MUST_CHECK bool setup_site(struct request *r, struct err *e);
MUST_CHECK bool setup_bc(struct request *r, struct err *e);
MUST_CHECK bool setup_cron(struct request *r, struct err *e);
extern const struct shape shape_setup_database;

#endif
