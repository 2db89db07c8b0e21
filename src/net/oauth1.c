#include "local.h"

#include <inttypes.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

enum { PAIRS_MAX = 64, PAIR_BYTES_MAX = 16384, BASE_BYTES_MAX = 65536 };

/*
 * Parameters as they are signed: name and value encoded, parted by a byte that
 * sorts before every character of a name, so that "a" comes before "a1".
 */
#define PARTED "\x01"

struct pairs {
	struct strbuf at[PAIRS_MAX];
	size_t count;
};

static void
pairs_end(struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++)
		strbuf_end(&pairs->at[i]);
}

/* Whatever way it was encoded, it is signed in the one way of RFC 3986. */
static void
add_encoded(struct strbuf *out, const char *text, size_t length)
{
	AUTO(strbuf) spaced = STRBUF(PAIR_BYTES_MAX);
	char *plain, *encoded = NULL;
	int bytes = 0;

	strbuf_addn(&spaced, text, length);
	if (spaced.failed || length == 0) {
		out->failed = out->failed || spaced.failed;
		return;
	}
	for (char *c = spaced.text; *c; c++)
		if (*c == '+')
			*c = ' ';
	plain = curl_easy_unescape(NULL, spaced.text, (int)length, &bytes);
	if (plain && bytes > 0)
		encoded = curl_easy_escape(NULL, plain, bytes);
	if (encoded)
		strbuf_add(out, encoded);
	else if (!plain || bytes > 0)
		out->failed = true;
	curl_free(plain);
	curl_free(encoded);
}

static bool
read_pairs(struct pairs *pairs, const char *query, struct err *e)
{
	while (*query != '\0') {
		size_t length = strcspn(query, "&");
		size_t name = strcspn(query, "&=");
		struct strbuf *pair = &pairs->at[pairs->count];

		if (pairs->count == PAIRS_MAX)
			return err_set(e, ERR_INPUT,
				       "more than %d parameters to sign",
				       PAIRS_MAX);
		*pair = (struct strbuf)STRBUF(PAIR_BYTES_MAX);
		pairs->count++;
		add_encoded(pair, query, name);
		strbuf_add(pair, PARTED);
		if (name < length)
			add_encoded(pair, query + name + 1, length - name - 1);
		if (!strbuf_check(pair, e))
			return false;
		query += length + (query[length] == '&');
	}
	return true;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(((const struct strbuf *)a)->text,
		      ((const struct strbuf *)b)->text);
}

/* The parameters joined, and encoded once more as a whole. */
static void
add_joined(struct strbuf *out, const struct pairs *pairs)
{
	for (size_t i = 0; i < pairs->count; i++) {
		char *text = pairs->at[i].text;
		size_t name = strcspn(text, PARTED);

		text[name] = '\0';
		strbuf_add(out, i > 0 ? "%26" : "");
		strbuf_add_url(out, text);
		strbuf_add(out, "%3D");
		strbuf_add_url(out, text + name + 1);
	}
}

bool
oauth1_base(const char *method, const char *url, struct strbuf *out,
	    struct err *e)
{
	AUTO(pairs) pairs = {.count = 0};
	AUTO(strbuf) place = STRBUF(BASE_BYTES_MAX);
	const char *query = strchr(url, '?');

	if (!url_without_query(url, &place) || !strbuf_check(&place, e))
		return err_set(e, ERR_INPUT, "not an address to sign");
	if (!read_pairs(&pairs, query ? query + 1 : "", e))
		return false;
	qsort(pairs.at, pairs.count, sizeof(pairs.at[0]), compare);
	strbuf_addf(out, "%s&", method);
	strbuf_add_url(out, place.text);
	strbuf_add(out, "&");
	add_joined(out, &pairs);
	return strbuf_check(out, e);
}

bool
oauth1_mac(const char *digest, const char *key, const char *base,
	   struct strbuf *out, struct err *e)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	size_t length = 0;

	if (!EVP_Q_mac(NULL, "HMAC", NULL, digest, NULL, key, strlen(key),
		       (const unsigned char *)base, strlen(base), mac,
		       sizeof(mac), &length))
		return err_set(e, ERR_PERMANENT, "no HMAC with %s", digest);
	base64_add(out, mac, length);
	return strbuf_check(out, e);
}

static bool
add_signature(const struct oauth1 *who, const char *method, struct strbuf *url,
	      struct err *e)
{
	AUTO(strbuf) base = STRBUF(BASE_BYTES_MAX);
	AUTO(strbuf) key = STRBUF(PAIR_BYTES_MAX);
	AUTO(strbuf) signature = STRBUF(128);
	bool ok;

	/* One leg: there is no token whose secret would follow. */
	strbuf_add_url(&key, who->secret);
	strbuf_add(&key, "&");
	ok = strbuf_check(&key, e) &&
	     oauth1_base(method, url->text, &base, e) &&
	     oauth1_mac("SHA256", key.text, base.text, &signature, e);
	secret_wipe(&key);
	if (!ok)
		return false;
	strbuf_add(url, "&oauth_signature=");
	strbuf_add_url(url, signature.text);
	return strbuf_check(url, e);
}

bool
oauth1_url(const struct oauth1 *who, const char *method, const char *url,
	   struct strbuf *out, struct err *e)
{
	strbuf_addf(out, "%s%coauth_consumer_key=", url,
		    strchr(url, '?') ? '&' : '?');
	strbuf_add_url(out, who->key);
	strbuf_addf(out,
		    "&oauth_nonce=%s&oauth_signature_method=HMAC-SHA256"
		    "&oauth_timestamp=%" PRId64,
		    who->nonce, who->now / SECOND);
	return (strbuf_check(out, e) && add_signature(who, method, out, e)) ||
	       err_in(e, "sign a request");
}
