#ifndef OB_ACCOUNT_LOCAL_H
#define OB_ACCOUNT_LOCAL_H

/* What the files of the account layer share among themselves. */

#include "account/identity.h"
#include "base/strbuf.h"

#define CODE_DIGITS 6
#define CODE_MAX    40 /* of a code as compared: no blank, no dash, capitals */
/* Takes what somebody typed, "123 456" or "abcd-efgh...", to that form. */
void code_clean(const char *code, char out[CODE_MAX]);
/* A user's secret of the second factor; the caller wipes out. */
MUST_CHECK bool totp_unlock(const struct secret_box *secrets, int64_t user_id,
			    const char *locked, struct strbuf *out,
			    struct err *e);

/* The lines of common_passwords.txt. */
extern const char *const common_password[];
extern const size_t common_passwords;

/*
 * Reads whom a row of session_check or token_check is about: user_id, login,
 * name, role, has_totp, all_sites, capabilities. Then the sites, if not all.
 */
MUST_CHECK bool identity_read(struct db *db, struct rows *rows,
			      struct identity *out, struct err *e);
/* Takes away the sites that the list, "3,12", does not name as well. */
MUST_CHECK bool identity_narrow(struct identity *who, const char *sites,
				struct err *e);
/* Whether each code of a JSON list is a site's; ERR_INPUT names the first. */
MUST_CHECK bool sites_check(struct db *db, const char *sites, struct err *e);
/*
 * Runs a change that may as well be left to the next one: where somebody else
 * holds the row it is no error.
 */
MUST_CHECK bool tidy(struct db *db, enum sql_id id, const struct bind *bind,
		     size_t count, struct err *e);
/* Ends a user's tokens of both kinds, in the caller's transaction. */
MUST_CHECK bool token_end_all(struct db *db, int64_t user_id, struct err *e);

#endif
