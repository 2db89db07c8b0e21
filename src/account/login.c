#include "account/login.h"

#include <string.h>

#include <openssl/crypto.h>

#include "local.h"
#include "login_limit.h"

static bool
denied(struct err *e, enum code code, const char *text)
{
	err_set(e, ERR_DENIED, "%s", text);
	return err_as(e, code);
}

/* Wrong: it stays counted. What nobody will count by any more goes. */
static bool
failed(struct db *db, enum code code, const char *text, struct err *e)
{
	return tidy(db, SQL_LOGIN_TRY_CLEAN, NO_BINDS, e) &&
	       denied(e, code, text);
}

/* A code is good once: the step only ever rises (ASVS 6.5.1). */
static bool
check_totp(struct db *db, const struct login_ask *ask, const struct user *user,
	   const char *code, bool *right, struct err *e)
{
	struct strbuf secret = STRBUF(100);
	int64_t step;
	bool fits;

	*right = false;
	if (!totp_unlock(ask->secrets, user->id, user->totp_secret, &secret, e))
		return false;
	fits = totp_fits(strbuf_text(&secret), code, ask->now, &step);
	secret_wipe(&secret);
	if (!fits)
		return true;
	if (!db_run(db, SQL_USER_TOTP_STEP,
		    BINDS(bind_int(step), bind_int(user->id), bind_int(step)),
		    e))
		return false;
	*right = db_changed(db) == 1;
	return true;
}

static bool
check_recovery(struct db *db, const struct user *user, const char *code,
	       bool *right, struct err *e)
{
	unsigned char hash[32];

	hash_sha256(code, strlen(code), hash);
	if (!db_run(db, SQL_RECOVERY_USE,
		    BINDS(bind_int(user->id), bind_bytes(hash, 32)), e))
		return false;
	*right = db_changed(db) == 1;
	return true;
}

static bool
check_second(struct db *db, const struct login_ask *ask, struct user *user,
	     struct err *e)
{
	char code[CODE_MAX];
	bool right = false;

	if (!user->has_totp)
		return true;
	code_clean(ask->code, code);
	if (code[0] == '\0')
		return limit_return(db, ask, e) &&
		       denied(e, OB_TOTP_REQUIRED,
			      "the code of the second factor is needed");
	if (!limit_count_code(db, user->id, e) ||
	    !(strlen(code) == CODE_DIGITS
		      ? check_totp(db, ask, user, code, &right, e)
		      : check_recovery(db, user, code, &right, e)))
		return false;
	if (right)
		return limit_forget_codes(db, user->id, e);
	return failed(db, OB_TOTP_REQUIRED,
		      "the code is wrong, or was used before", e);
}

/* Where it cannot be done now, the next login does it. */
static bool
renew_hash(struct db *db, const struct login_ask *ask, const struct user *user,
	   struct err *e)
{
	char hash[PASSWORD_HASH_MAX];
	struct err failed = {0};

	if (!password_hash(ask->password, ask->slots, hash, &failed))
		return true;
	return tidy(db, SQL_USER_REHASH,
		    BINDS(bind_text(hash), bind_int(user->id),
			  bind_text(user->password_hash)),
		    e);
}

/* "" is nobody's: the same work is done for it, and the answer is no. */
static const char *
hash_of(const struct user *user)
{
	return user->is_active && strcmp(user->role, ROLE_TOKEN_ONLY) != 0
		       ? user->password_hash
		       : "";
}

/* Nobody looked at it; what went wrong first is told. */
static bool
was_no_try(struct db *db, const struct login_ask *ask, struct err *e)
{
	const struct err why = *e;
	const bool done = limit_return(db, ask, e);

	(void)done;
	*e = why;
	return false;
}

bool
login_try(struct db *db, const struct login_ask *ask, struct user *out,
	  struct err *e)
{
	struct err missing = {0};
	bool right, old;

	if (!limit_count(db, ask, e))
		return false;
	if (!user_find(db, ask->login, out, &missing) &&
	    missing.class != ERR_MISSING) {
		*e = missing;
		return false;
	}
	if (!password_verify(ask->password, hash_of(out), ask->slots, &right,
			     &old, e))
		return was_no_try(db, ask, e);
	if (!right)
		return failed(db, OB_LOGIN_FAILED,
			      "wrong user name or password", e);
	return check_second(db, ask, out, e) &&
	       (!old || renew_hash(db, ask, out, e)) &&
	       limit_return(db, ask, e) && limit_forget(db, ask, e);
}

static bool
is_same(const char *code, const char *said)
{
	return strlen(said) == strlen(code) &&
	       CRYPTO_memcmp(said, code, strlen(code)) == 0;
}

static const char not_the_code[] = "that is not the set-up code";

bool
login_try_setup(struct db *db, const char *code, const char *said,
		const char *ip, struct err *e)
{
	const struct login_ask ask = {.ip = ip};

	if (!limit_count(db, &ask, e))
		return false;
	if (!is_same(code, said))
		return failed(db, OB_FORBIDDEN, not_the_code, e);
	return limit_return(db, &ask, e);
}

bool
login_is_setup_code(const char *code, const char *said, struct err *e)
{
	return is_same(code, said) || denied(e, OB_FORBIDDEN, not_the_code);
}
