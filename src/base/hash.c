/* SHA256_*(): those of OpenSSL 3 look the algorithm up by its name each time.
 */
#define OPENSSL_API_COMPAT 10100

#include "base/secret.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

void
hash_sha256(const void *bytes, size_t length, unsigned char out[32])
{
	SHA256_CTX hash;

	(void)SHA256_Init(&hash);
	(void)SHA256_Update(&hash, bytes, length);
	(void)SHA256_Final(out, &hash);
}

const char *
hash_text(const unsigned char hash[32], char out[65])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < 32; i++) {
		out[2 * i] = digits[hash[i] >> 4];
		out[2 * i + 1] = digits[hash[i] & 15];
	}
	out[64] = '\0';
	return out;
}

enum { PLAIN_CHUNK = 48, CODED_CHUNK = 64 };

void
base64_add(struct strbuf *out, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	unsigned char text[CODED_CHUNK + 1];

	while (length > 0) {
		size_t chunk = length < PLAIN_CHUNK ? length : PLAIN_CHUNK;
		int made = EVP_EncodeBlock(text, at, (int)chunk);

		strbuf_addn(out, (const char *)text, (size_t)made);
		at += chunk;
		length -= chunk;
	}
}

/*
 * One chunk to bytes, *made of them; false unless encoding them gives the very
 * same text, so that no two texts stand for one value.
 */
static bool
read_chunk(const char *text, size_t length, unsigned char *bytes, int *made)
{
	unsigned char again[CODED_CHUNK + 1];

	if (length % 4 != 0)
		return false;
	*made = EVP_DecodeBlock(bytes, (const unsigned char *)text,
				(int)length);
	/* Padding counts as bytes there. */
	*made -= (text[length - 1] == '=') + (text[length - 2] == '=');
	return *made > 0 &&
	       EVP_EncodeBlock(again, bytes, *made) == (int)length &&
	       memcmp(again, text, length) == 0;
}

bool
base64_read(const char *text, size_t length, struct strbuf *out, struct err *e)
{
	unsigned char bytes[PLAIN_CHUNK];

	while (length > 0) {
		size_t chunk = length < CODED_CHUNK ? length : CODED_CHUNK;
		int made;

		if (!read_chunk(text, chunk, bytes, &made) ||
		    (text[chunk - 1] == '=' && chunk < length))
			return err_set(e, ERR_INPUT, "not base64");
		strbuf_addn(out, (const char *)bytes, (size_t)made);
		text += chunk;
		length -= chunk;
	}
	OPENSSL_cleanse(bytes, sizeof(bytes));
	return strbuf_check(out, e);
}

void
random_bytes(void *out, size_t length)
{
	unsigned char *at = out;

	while (length > 0) {
		size_t chunk = length < 256 ? length : 256;

		/* A key or token without chance would be worse than an end. */
		if (getentropy(at, chunk) != 0)
			abort();
		at += chunk;
		length -= chunk;
	}
}

uint32_t
random_below(uint32_t limit)
{
	uint64_t drawn;

	random_bytes(&drawn, sizeof(drawn));
	return (uint32_t)(drawn % limit);
}
