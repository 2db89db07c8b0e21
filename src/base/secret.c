#include "base/secret.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

enum { NONCE_BYTES = 12, TAG_BYTES = 16, PLACE_MAX = 256 };

struct cipher {
	EVP_CIPHER_CTX *context;
};

static void
cipher_end(struct cipher *cipher)
{
	EVP_CIPHER_CTX_free(cipher->context);
}

void
secret_close(struct secret_box *box)
{
	OPENSSL_cleanse(box, sizeof(*box));
}

void
secret_wipe(struct strbuf *text)
{
	if (text->text != NULL)
		OPENSSL_cleanse(text->text, text->room);
	strbuf_end(text);
}

/* A cipher that has taken key, nonce and place; enc is 1 to lock, 0 to open. */
static bool
start(struct cipher *cipher, const struct secret_key *key,
      const unsigned char *nonce, const char *place, int enc)
{
	char name[PLACE_MAX];
	int used = snprintf(name, sizeof(name), "%s:%" PRIu32, place, key->id);
	int ignored;

	cipher->context = EVP_CIPHER_CTX_new();
	return used < PLACE_MAX && cipher->context != NULL &&
	       EVP_CipherInit_ex(cipher->context, EVP_aes_256_gcm(), NULL,
				 key->bytes, nonce, enc) == 1 &&
	       EVP_CipherUpdate(cipher->context, NULL, &ignored,
				(const unsigned char *)name, used) == 1;
}

/* Runs bytes through a started cipher; output is as long as input. */
static bool
run(const struct cipher *cipher, const void *bytes, size_t length,
    unsigned char *out)
{
	int made = 0, rest = 0;

	return length < INT32_MAX &&
	       EVP_CipherUpdate(cipher->context, out, &made, bytes,
				(int)length) == 1 &&
	       EVP_CipherFinal_ex(cipher->context, out + made, &rest) == 1;
}

/* "v1:key_id:nonce:ct:tag" */
static void
add_locked(struct strbuf *out, uint32_t id, const unsigned char *nonce,
	   const unsigned char *bytes, size_t length, const unsigned char *tag)
{
	strbuf_addf(out, "v1:%" PRIu32 ":", id);
	base64_add(out, nonce, NONCE_BYTES);
	strbuf_add(out, ":");
	base64_add(out, bytes, length);
	strbuf_add(out, ":");
	base64_add(out, tag, TAG_BYTES);
}

bool
secret_lock(const struct secret_box *box, const char *place, const char *text,
	    struct strbuf *out, struct err *e)
{
	AUTO(cipher) cipher = {NULL};
	const struct secret_key *key;
	unsigned char nonce[NONCE_BYTES], tag[TAG_BYTES], *bytes;
	size_t length = strlen(text);
	bool good;

	if (box->keys == 0)
		return err_set(e, ERR_MISSING, "no key to lock %s with", place);
	key = &box->key[box->keys - 1];
	random_bytes(nonce, sizeof(nonce));
	bytes = malloc(length + 1);
	good = bytes != NULL && start(&cipher, key, nonce, place, 1) &&
	       run(&cipher, text, length, bytes) &&
	       EVP_CIPHER_CTX_ctrl(cipher.context, EVP_CTRL_GCM_GET_TAG,
				   TAG_BYTES, tag) == 1;
	if (good)
		add_locked(out, key->id, nonce, bytes, length, tag);
	free(bytes);
	return good ? strbuf_check(out, e)
		    : err_set(e, ERR_PERMANENT, "lock %s: no cipher", place);
}

/* What stands between the colons of a locked text. */
struct locked {
	uint32_t id;
	struct strbuf nonce, bytes, tag;
};

static void
locked_end(struct locked *locked)
{
	strbuf_end(&locked->nonce);
	strbuf_end(&locked->bytes);
	strbuf_end(&locked->tag);
}

/* One base64 field; *at goes behind the colon or to the end. */
static bool
take_field(const char **at, struct strbuf *out, struct err *e)
{
	size_t length = strcspn(*at, ":");
	const char *from = *at;

	*at += length + ((*at)[length] == ':');
	return base64_read(from, length, out, e);
}

static bool
take_apart(const char *text, struct locked *out, struct err *e)
{
	char head[20];
	const char *at;

	if (strncmp(text, "v1:", 3) != 0)
		return false;
	out->id = (uint32_t)strtoul(text + 3, NULL, 10);
	(void)snprintf(head, sizeof(head), "v1:%" PRIu32 ":", out->id);
	if (strncmp(text, head, strlen(head)) != 0)
		return false;
	at = text + strlen(head);
	return take_field(&at, &out->nonce, e) &&
	       take_field(&at, &out->bytes, e) &&
	       take_field(&at, &out->tag, e) && *at == '\0' &&
	       out->nonce.len == NONCE_BYTES && out->tag.len == TAG_BYTES;
}

static bool
undecryptable(const char *place, const char *why, struct err *e)
{
	err_set(e, ERR_PERMANENT, "%s cannot be decrypted: %s", place, why);
	err_hint(e, "%s", code_info(OB_SECRET_UNDECRYPTABLE)->fix);
	return err_as(e, OB_SECRET_UNDECRYPTABLE);
}

static const struct secret_key *
find_key(const struct secret_box *box, uint32_t id)
{
	for (size_t i = 0; i < box->keys; i++)
		if (box->key[i].id == id)
			return &box->key[i];
	return NULL;
}

/* Opens what was taken apart; false when a byte or the place differs. */
static bool
open_locked(const struct secret_key *key, const char *place,
	    struct locked *locked, struct strbuf *out)
{
	AUTO(cipher) cipher = {NULL};
	unsigned char *plain = OPENSSL_malloc(locked->bytes.len + 1);
	bool good =
		plain != NULL &&
		start(&cipher, key, (const unsigned char *)locked->nonce.text,
		      place, 0) &&
		EVP_CIPHER_CTX_ctrl(cipher.context, EVP_CTRL_GCM_SET_TAG,
				    TAG_BYTES, locked->tag.text) == 1 &&
		run(&cipher, strbuf_text(&locked->bytes), locked->bytes.len,
		    plain);

	if (good)
		strbuf_addn(out, (const char *)plain, locked->bytes.len);
	OPENSSL_clear_free(plain, locked->bytes.len + 1);
	return good;
}

bool
secret_unlock(const struct secret_box *box, const char *place,
	      const char *locked, struct strbuf *out, struct err *e)
{
	size_t length = strlen(locked);
	AUTO(locked)
	parts = {.nonce = STRBUF(length),
		 .bytes = STRBUF(length),
		 .tag = STRBUF(length)};
	const struct secret_key *key;

	if (!take_apart(locked, &parts, e))
		return undecryptable(place, "it is not a locked text", e);
	key = find_key(box, parts.id);
	if (key == NULL) {
		char why[60];

		(void)snprintf(why, sizeof(why),
			       "key %" PRIu32 " is not in the key file",
			       parts.id);
		return undecryptable(place, why, e);
	}
	if (!open_locked(key, place, &parts, out))
		return undecryptable(place, "it was changed or moved", e);
	return strbuf_check(out, e);
}
