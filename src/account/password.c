#include "account/password.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/secret.h"
#include "base/strbuf.h"
#include "base/text.h"

#ifdef HAVE_ARGON2
#include <argon2.h>
#endif
#include <openssl/crypto.h>
#include <openssl/evp.h>

enum {
	BYTES_MAX = 512, /* more than 128 characters of any kind have */
	SALT = 16,
	KEY = 32,
	/* ASVS appendix C; RELIABILITY 6.1 says why these. */
	MEMORY_KIB = 47104,
	PASSES = 1,
	ROUNDS = 210000,
	AT_ONCE = 2,
	SLOT_WAIT_MS = 2000,
};

/* One of the places for a hash on this host; -1: there is no folder for them.
 */
static bool
take_slot(const char *folder, int *slot, struct err *e)
{
	const int64_t until = clock_boot_ms() + SLOT_WAIT_MS;
	char path[600];

	*slot = -1;
	if (*folder == '\0')
		return true;
	do {
		for (unsigned i = 0; i < AT_ONCE; i++) {
			(void)snprintf(path, sizeof(path), "%s/hash-%u.lock",
				       folder, i);
			*slot = open(path,
				     O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
				     0600);
			if (*slot < 0 || flock(*slot, LOCK_EX | LOCK_NB) == 0)
				return true;
			(void)close(*slot);
		}
		clock_sleep_ms(50);
	} while (clock_boot_ms() < until);
	*slot = -1;
	err_set(e, ERR_TEMPORARY, "too many logins at once");
	return err_as(e, OB_RATE_LIMITED);
}

static void
free_slot(int slot)
{
	if (slot >= 0)
		(void)close(slot);
}

#ifdef HAVE_ARGON2
static const char today[] = "$argon2id$v=19$m=47104,t=1,p=1$";

static bool
make(const char *password, const unsigned char salt[SALT],
     char out[PASSWORD_HASH_MAX])
{
	return argon2id_hash_encoded(PASSES, MEMORY_KIB, 1, password,
				     strlen(password), salt, SALT, KEY, out,
				     PASSWORD_HASH_MAX) == ARGON2_OK;
}

static bool
verify_argon2(const char *password, const char *hash, bool *right)
{
	const int result = argon2id_verify(hash, password, strlen(password));

	*right = result == ARGON2_OK;
	return *right || result == ARGON2_VERIFY_MISMATCH;
}
#else
static const char today[] = "$pbkdf2-sha512$i=210000$";

static bool
verify_argon2(const char *password, const char *hash, bool *right)
{
	(void)password, (void)hash, (void)right;
	return false;
}
#endif

static bool
make_pbkdf2(const char *password, const unsigned char salt[SALT], int rounds,
	    char out[PASSWORD_HASH_MAX])
{
	AUTO(strbuf) text = STRBUF(PASSWORD_HASH_MAX - 1);
	unsigned char key[KEY];

	if (PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, SALT,
			      rounds, EVP_sha512(), KEY, key) != 1)
		return false;
	strbuf_addf(&text, "$pbkdf2-sha512$i=%d$", rounds);
	base64_add(&text, salt, SALT);
	strbuf_add(&text, "$");
	base64_add(&text, key, KEY);
	return text_copy(out, PASSWORD_HASH_MAX, strbuf_text(&text));
}

#ifndef HAVE_ARGON2
static bool
make(const char *password, const unsigned char salt[SALT],
     char out[PASSWORD_HASH_MAX])
{
	return make_pbkdf2(password, salt, ROUNDS, out);
}
#endif

bool
password_hash(const char *password, const char *slots,
	      char out[PASSWORD_HASH_MAX], struct err *e)
{
	unsigned char salt[SALT];
	int slot;
	bool fine;

	random_bytes(salt, sizeof(salt));
	if (!take_slot(slots, &slot, e))
		return false;
	fine = make(password, salt, out);
	free_slot(slot);
	return fine || err_set(e, ERR_TEMPORARY, "no memory for a password");
}

/* "$pbkdf2-sha512$i=210000$salt$key": the same once more, with its salt. */
static bool
verify_pbkdf2(const char *password, const char *hash, bool *right)
{
	AUTO(strbuf) salt = STRBUF(64);
	char again[PASSWORD_HASH_MAX], coded[64];
	struct err ignored = {0};
	int rounds;

	if (sscanf(hash, "$pbkdf2-sha512$i=%9d$%63[^$]", &rounds, coded) != 2 ||
	    rounds < 1 || !base64_read(coded, strlen(coded), &salt, &ignored) ||
	    salt.len != SALT ||
	    !make_pbkdf2(password, (const unsigned char *)salt.text, rounds,
			 again))
		return false;
	*right = strlen(again) == strlen(hash) &&
		 CRYPTO_memcmp(again, hash, strlen(hash)) == 0;
	return true;
}

/* The same work for nobody: it hashes and throws away. */
static bool
verify_nobody(const char *password, bool *right)
{
	static const unsigned char salt[SALT] = {1};
	char wasted[PASSWORD_HASH_MAX];

	*right = false;
	return make(password, salt, wasted);
}

bool
password_verify(const char *password, const char *hash, const char *slots,
		bool *right, bool *old, struct err *e)
{
	int slot;
	bool done;

	*right = *old = false;
	/* A hash of something long would cost whoever tries nothing. */
	if (strlen(password) > BYTES_MAX)
		hash = password = "";
	if (!take_slot(slots, &slot, e))
		return false;
	if (*hash == '\0')
		done = verify_nobody(password, right);
	else if (strncmp(hash, "$pbkdf2", 7) == 0)
		done = verify_pbkdf2(password, hash, right);
	else
		done = verify_argon2(password, hash, right);
	free_slot(slot);
	*old = *right && strncmp(hash, today, sizeof(today) - 1) != 0;
	/* No memory for it is no wrong password, and must not count as one. */
	return done ||
	       err_set(e, ERR_TEMPORARY, "the password cannot be checked now");
}
