#ifndef OB_BASE_SECRET_H
#define OB_BASE_SECRET_H

/*
 * The key file and what it locks: AES-256-GCM, 96-bit random nonce, and the
 * name of the place as additional data, so that a value moved to another row
 * does not open (RELIABILITY 6.3). Format: v1:key_id:nonce:ct:tag, base64.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strbuf.h"

#define SECRET_KEYS_MAX 4

struct secret_box {
	struct secret_key {
		uint32_t id;
		unsigned char bytes[32];
	} key[SECRET_KEYS_MAX]; /* the last one locks, all open */
	size_t keys;
};

/*
 * Makes a key file (one line "id:base64"), mode 0600; refuses to overwrite.
 * ERR_CONFLICT when it exists.
 */
MUST_CHECK bool secret_key_make(const char *path, struct err *e);
/* A first key, for a file that somebody else writes. */
void secret_key_draw(struct secret_box *box);
/* Appends the file's text: to be kept elsewhere; its caller wipes it. */
void secret_key_text(const struct secret_box *box, struct strbuf *out);
/*
 * Adds a key with the next id to an existing file (rotation), atomically;
 * ERR_CONFLICT when it holds SECRET_KEYS_MAX, or another process changes it.
 */
MUST_CHECK bool secret_key_add(const char *path, struct err *e);
/* Leaves only the newest key in the file, atomically. */
MUST_CHECK bool secret_key_trim(const char *path, struct err *e);
/*
 * Reads the key file. Refused (ERR_DENIED, hint with the chmod to run): group
 * or other access, another owner than the process, a symlink. ERR_MISSING.
 */
MUST_CHECK bool secret_open(struct secret_box *box, const char *path,
			    struct err *e);
/* Wipes the keys. */
void secret_close(struct secret_box *box);

/*
 * Appends the locked form of text to out. place: "rm_secret:value:<name>". What
 * is authenticated beside the text is the place and the id of the key.
 */
MUST_CHECK bool secret_lock(const struct secret_box *box, const char *place,
			    const char *text, struct strbuf *out,
			    struct err *e);
/*
 * Appends the plain text to out; its caller wipes it (secret_wipe).
 * ERR_PERMANENT with OB_SECRET_UNDECRYPTABLE when a byte or the place differs
 * or the key is gone.
 */
MUST_CHECK bool secret_unlock(const struct secret_box *box, const char *place,
			      const char *locked, struct strbuf *out,
			      struct err *e);
/* Overwrites a buffer's bytes and ends it. */
void secret_wipe(struct strbuf *text);

/* SHA-256 of bytes. */
void hash_sha256(const void *bytes, size_t length, unsigned char out[32]);
/* Lower-case hexadecimal of a hash; returns out. */
const char *hash_text(const unsigned char hash[32], char out[65]);
/* Appends base64 without line breaks. */
void base64_add(struct strbuf *out, const void *bytes, size_t length);
/* Appends what base64 (with padding, without line breaks) stands for.
 * ERR_INPUT. */
MUST_CHECK bool base64_read(const char *text, size_t length, struct strbuf *out,
			    struct err *e);
/* Random bytes from the system; the process ends where there are none. */
void random_bytes(void *out, size_t length);
/* A random number below limit (> 0), without bias that matters. */
uint32_t random_below(uint32_t limit);

#endif
