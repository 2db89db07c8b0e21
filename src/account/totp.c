#include "account/login.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "local.h"

enum {
	KEY_BYTES = 20,
	STEP_S = 30,
	LOCKED_MAX = 400,
	RECOVERY_LETTERS = 24,
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

unsigned
totp_code(const unsigned char *key, size_t length, int64_t step)
{
	unsigned char message[8], mac[20];
	unsigned size = sizeof(mac), at;

	for (int i = 7; i >= 0; i--, step >>= 8)
		message[i] = (unsigned char)(step & 0xff);
	(void)HMAC(EVP_sha1(), key, (int)length, message, sizeof(message), mac,
		   &size);
	at = mac[19] & 0x0f;
	return (((mac[at] & 0x7fu) << 24) | ((unsigned)mac[at + 1] << 16) |
		((unsigned)mac[at + 2] << 8) | mac[at + 3]) %
	       1000000;
}

void
totp_make(char out[TOTP_SECRET_MAX])
{
	unsigned char key[KEY_BYTES];
	size_t used = 0;

	random_bytes(key, sizeof(key));
	/* 20 bytes are 160 bits, and 32 letters of five. */
	for (size_t bit = 0; bit < KEY_BYTES * 8; bit += 5) {
		const size_t byte = bit / 8, left = bit % 8;
		const unsigned two =
			((unsigned)key[byte] << 8) |
			(byte + 1 < KEY_BYTES ? key[byte + 1] : 0u);

		out[used++] = alphabet[(two >> (11 - left)) & 31];
	}
	out[used] = '\0';
}

static size_t
read_base32(const char *text, unsigned char out[KEY_BYTES])
{
	unsigned bits = 0, have = 0;
	size_t used = 0;

	for (; *text != '\0' && used < KEY_BYTES; text++) {
		const char *at = strchr(alphabet, *text);

		if (at == NULL)
			return 0;
		bits = (bits << 5) | (unsigned)(at - alphabet);
		have += 5;
		if (have >= 8) {
			have -= 8;
			out[used++] = (unsigned char)(bits >> have);
		}
	}
	return used;
}

/* What a URI may hold as it is (RFC 3986); the rest by %XX. */
static void
add_encoded(struct strbuf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (isalnum((unsigned char)*text) ||
		    strchr("-._~", *text) != NULL)
			strbuf_addn(out, text, 1);
		else
			strbuf_addf(out, "%%%02X", (unsigned char)*text);
	}
}

void
totp_uri(const char *secret, const char *login, const char *place,
	 char out[TOTP_URI_MAX])
{
	AUTO(strbuf) uri = STRBUF(TOTP_URI_MAX - 1);

	/* The issuer twice, as older authenticators want it (Key Uri Format).
	 */
	strbuf_add(&uri, "otpauth://totp/orderbridge:");
	add_encoded(&uri, login);
	if (place[0] != '\0') {
		strbuf_add(&uri, "%40");
		add_encoded(&uri, place);
	}
	strbuf_addf(&uri, "?secret=%s&issuer=orderbridge&digits=6&period=%d",
		    secret, STEP_S);
	(void)snprintf(out, TOTP_URI_MAX, "%s", strbuf_text(&uri));
}

bool
totp_fits(const char *secret, const char *code, utc_ms now, int64_t *step)
{
	unsigned char key[KEY_BYTES];
	const size_t length = read_base32(secret, key);
	const int64_t at = now / SECOND / STEP_S;
	char wanted[8];
	bool fits = false;

	*step = 0;
	if (length != KEY_BYTES || strlen(code) != CODE_DIGITS)
		return false;
	for (int64_t i = at - 1; i <= at + 1; i++) {
		(void)snprintf(wanted, sizeof(wanted), "%06u",
			       totp_code(key, length, i));
		if (CRYPTO_memcmp(wanted, code, CODE_DIGITS) != 0)
			continue;
		*step = i;
		fits = true;
	}
	OPENSSL_cleanse(key, sizeof(key));
	return fits;
}

static void
place_of(int64_t user_id, char out[64])
{
	(void)snprintf(out, 64, "rm_user:totp_secret:%" PRId64, user_id);
}

bool
totp_unlock(const struct secret_box *secrets, int64_t user_id,
	    const char *locked, struct strbuf *out, struct err *e)
{
	char place[64];

	place_of(user_id, place);
	return secret_unlock(secrets, place, locked, out, e) ||
	       err_in(e, "second factor of user %" PRId64, user_id);
}

static bool
lock(const struct secret_box *secrets, int64_t user_id, const char *secret,
     struct strbuf *out, struct err *e)
{
	char place[64];

	place_of(user_id, place);
	return secret_lock(secrets, place, secret, out, e);
}

bool
totp_enrol(struct db *db, const struct secret_box *secrets, int64_t user_id,
	   const char *secret, const char *code, utc_ms now, struct err *e)
{
	AUTO(strbuf) locked = STRBUF(LOCKED_MAX);
	char typed[CODE_MAX];
	int64_t step;

	code_clean(code, typed);
	if (!totp_fits(secret, typed, now, &step)) {
		err_set(e, ERR_INPUT,
			"the code does not belong to this secret");
		err_hint(e, "compare the clock of the telephone, and give the "
			    "code that it shows now");
		return err_as(e, OB_UNPROCESSABLE);
	}
	return lock(secrets, user_id, secret, &locked, e) &&
	       db_run(db, SQL_USER_TOTP,
		      BINDS(bind_text(strbuf_text(&locked)), bind_int(step),
			    bind_int(user_id)),
		      e);
}

static bool
clear(struct db *db, void *context, struct err *e)
{
	const int64_t *user_id = context;

	return db_run(db, SQL_USER_TOTP,
		      BINDS(bind_null(), bind_int(0), bind_int(*user_id)), e) &&
	       db_run(db, SQL_RECOVERY_CLEAR, BINDS(bind_int(*user_id)), e);
}

bool
totp_remove(struct db *db, int64_t user_id, struct err *e)
{
	return db_transact(db, clear, &user_id, e) ||
	       err_in(e, "take a second factor away");
}

/* One that was changed meanwhile has the newest key already. */
static bool
relock(struct db *db, const struct secret_box *secrets, struct rows *rows,
       struct err *e)
{
	AUTO(strbuf) locked = STRBUF(LOCKED_MAX);
	struct strbuf plain = STRBUF(LOCKED_MAX);
	const int64_t user_id = rows_int(rows, "id");
	const char *before = rows_borrow(rows, "totp_secret", NULL);
	const bool fine =
		totp_unlock(secrets, user_id, before, &plain, e) &&
		lock(secrets, user_id, strbuf_text(&plain), &locked, e) &&
		db_run(db, SQL_USER_TOTP_RELOCK,
		       BINDS(bind_text(strbuf_text(&locked)), bind_int(user_id),
			     bind_text(before)),
		       e);

	secret_wipe(&plain);
	return fine;
}

bool
totp_rotate(struct db *db, const struct secret_box *secrets, unsigned *count,
	    struct err *e)
{
	const uint32_t newest = secrets->key[secrets->keys - 1].id;
	size_t found;

	do {
		AUTO(rows) rows = ROWS;

		if (!db_open(db, &rows, SQL_USER_TOTP_OLDER,
			     BINDS(bind_int(newest)), e))
			return false;
		found = rows.count;
		while (rows_next(&rows)) {
			if (!relock(db, secrets, &rows, e))
				return false;
			(*count)++;
		}
		if (!rows_check(&rows, e))
			return false;
	} while (found > 0);
	return true;
}

void
code_clean(const char *code, char out[CODE_MAX])
{
	size_t used = 0;

	for (; *code != '\0' && used + 1 < CODE_MAX; code++) {
		if (isalnum((unsigned char)*code))
			out[used++] = (char)toupper((unsigned char)*code);
	}
	out[used] = '\0';
}

struct recovery {
	int64_t user_id;
	char (*code)[RECOVERY_TEXT_MAX];
};

static bool
write_codes(struct db *db, void *context, struct err *e)
{
	const struct recovery *r = context;

	if (!db_run(db, SQL_RECOVERY_CLEAR, BINDS(bind_int(r->user_id)), e))
		return false;
	for (size_t i = 0; i < RECOVERY_CODES; i++) {
		unsigned char hash[32];
		char plain[CODE_MAX];

		code_clean(r->code[i], plain);
		hash_sha256(plain, strlen(plain), hash);
		if (!db_run(db, SQL_RECOVERY_INSERT,
			    BINDS(bind_int(r->user_id), bind_bytes(hash, 32)),
			    e))
			return false;
	}
	return true;
}

/*
 * 24 letters of 32, 120 bits: long to type, but seldom typed, and enough that
 * SHA-256 keeps them as well as a password's hash would (ASVS 6.5.2).
 */
static void
make_code(char out[RECOVERY_TEXT_MAX])
{
	size_t used = 0;

	for (size_t i = 0; i < RECOVERY_LETTERS; i++) {
		if (i > 0 && i % 4 == 0)
			out[used++] = '-';
		out[used++] = alphabet[random_below(32)];
	}
	out[used] = '\0';
}

bool
recovery_make(struct db *db, int64_t user_id,
	      char out[RECOVERY_CODES][RECOVERY_TEXT_MAX], struct err *e)
{
	struct recovery r = {user_id, out};

	for (size_t i = 0; i < RECOVERY_CODES; i++)
		make_code(out[i]);
	return db_transact(db, write_codes, &r, e) ||
	       err_in(e, "make recovery codes");
}
