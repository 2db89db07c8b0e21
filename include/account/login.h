#ifndef OB_ACCOUNT_LOGIN_H
#define OB_ACCOUNT_LOGIN_H

/*
 * A login: limits, password, second factor. The same answer, after the same
 * work, for a name that does not exist (RELIABILITY 6.1).
 */

#include <stdbool.h>

#include "account/user.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/secret.h"
#include "db/db.h"

struct login_ask {
	const char *login, *password;
	const char *code; /* six digits or a recovery code, however typed; "" */
	const char *ip;
	const char *slots; /* as of password_hash */
	const struct secret_box *secrets;
	utc_ms now;
};

/*
 * Who it is; for a login (then session_begin) and where a password is asked for
 * once more (then session_renew). ERR_DENIED with OB_LOGIN_FAILED, or
 * OB_TOTP_REQUIRED where the password was right and the code is missing or
 * wrong; ERR_TEMPORARY with OB_RATE_LIMITED and retry_at. Counted before it is
 * looked at, so that many at once are not more than one after the other: five
 * free tries an account and address, then a wait of 1 s that doubles to 15 min;
 * 30 in 10 min an address, 100 a minute in all; five free codes an account. A
 * login that went well counts for none of them.
 */
MUST_CHECK bool login_try(struct db *db, const struct login_ask *ask,
			  struct user *out, struct err *e);

/*
 * Whether that is the set-up code, which is a password for everybody: counted
 * by address and in all as a login is, before it is looked at. ERR_DENIED with
 * OB_FORBIDDEN; ERR_TEMPORARY with OB_RATE_LIMITED and retry_at.
 */
MUST_CHECK bool login_try_setup(struct db *db, const char *code,
				const char *said, const char *ip,
				struct err *e);

/* The same without counting: where there is no table yet to count in. */
MUST_CHECK bool login_is_setup_code(const char *code, const char *said,
				    struct err *e);

#define TOTP_SECRET_MAX   40 /* base32 of 20 bytes */
#define TOTP_URI_MAX      600
#define RECOVERY_CODES    10
#define RECOVERY_TEXT_MAX 30

/* The six digits of a step of 30 s (RFC 6238, SHA-1). */
unsigned totp_code(const unsigned char *key, size_t length, int64_t step);
/* A new secret in base32, as an authenticator takes it. */
void totp_make(char out[TOTP_SECRET_MAX]);
/*
 * "otpauth://totp/orderbridge:maria?secret=...", of which a page makes a QR
 * code; place: the host, so that two installations can be told apart, or "".
 */
void totp_uri(const char *secret, const char *login, const char *place,
	      char out[TOTP_URI_MAX]);
/* Whether the code belongs to the secret at that moment (one step around). */
bool totp_fits(const char *secret, const char *code, utc_ms now, int64_t *step);
/*
 * From now on this user needs a code. The one that proves that the secret has
 * arrived is used up by it. ERR_INPUT, OB_UNPROCESSABLE: the code is wrong.
 */
MUST_CHECK bool totp_enrol(struct db *db, const struct secret_box *secrets,
			   int64_t user_id, const char *secret,
			   const char *code, utc_ms now, struct err *e);
/* Takes the second factor away, and the recovery codes with it. */
MUST_CHECK bool totp_remove(struct db *db, int64_t user_id, struct err *e);
/* Locks all secrets with the newest key; adds their number to *count. */
MUST_CHECK bool totp_rotate(struct db *db, const struct secret_box *secrets,
			    unsigned *count, struct err *e);
/* New codes in place of the old ones, "ABCD-EFGH-...", to be shown once. */
MUST_CHECK bool recovery_make(struct db *db, int64_t user_id,
			      char out[RECOVERY_CODES][RECOVERY_TEXT_MAX],
			      struct err *e);

#endif
