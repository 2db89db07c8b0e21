#ifndef OB_ACCOUNT_LOGIN_LIMIT_H
#define OB_ACCOUNT_LOGIN_LIMIT_H

/* How often somebody may try to log in: counters in rm_login_try. */

#include "account/login.h"

/*
 * Counts a try before it is looked at: for the account and address (where
 * ask->login names one), the address, and all. ERR_TEMPORARY, OB_RATE_LIMITED
 * with retry_at.
 */
MUST_CHECK bool limit_count(struct db *db, const struct login_ask *ask,
			    struct err *e);
/* It was none: it went well, or nobody could look at it. */
MUST_CHECK bool limit_return(struct db *db, const struct login_ask *ask,
			     struct err *e);
/* The account and address begin anew. */
MUST_CHECK bool limit_forget(struct db *db, const struct login_ask *ask,
			     struct err *e);
/* The same for codes of the second factor, from whatever address. */
MUST_CHECK bool limit_count_code(struct db *db, int64_t user_id, struct err *e);
MUST_CHECK bool limit_forget_codes(struct db *db, int64_t user_id,
				   struct err *e);

#endif
