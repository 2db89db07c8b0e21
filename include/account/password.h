#ifndef OB_ACCOUNT_PASSWORD_H
#define OB_ACCOUNT_PASSWORD_H

/* Passwords: which are taken, and how they are kept (RELIABILITY 6.1). */

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#define PASSWORD_HASH_MAX 256

struct password_rules {
	/* What a password must not be, or little more; ended by NULL. */
	const char *const *names;
	const char *breached_file; /* a password a line, or "" */
};

/*
 * 12 to 128 characters, any of them; not made of the most common ones
 * (common_passwords.txt), nor of a name of the installation. ERR_INPUT,
 * OB_UNPROCESSABLE; ERR_PERMANENT when the file cannot be read.
 */
MUST_CHECK bool password_check(const char *password,
			       const struct password_rules *rules,
			       struct err *e);
/*
 * argon2id with 46 MiB as a PHC text (PBKDF2 where the library is missing). At
 * most two at once on this host, counted by locks in the folder slots ("": no
 * limit): else ERR_TEMPORARY, OB_RATE_LIMITED.
 */
MUST_CHECK bool password_hash(const char *password, const char *slots,
			      char out[PASSWORD_HASH_MAX], struct err *e);
/*
 * Whether it is the password of the hash. With "" for the hash the same work is
 * done and the answer is no, so that time tells nothing. old: it was made with
 * other parameters than today's.
 */
MUST_CHECK bool password_verify(const char *password, const char *hash,
				const char *slots, bool *right, bool *old,
				struct err *e);

#endif
