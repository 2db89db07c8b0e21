#include "site/webhook.h"

#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/jnode.h"
#include "db/db.h"
#include "site/secret_store.h"

enum { SIGNATURE = 44 }; /* base64 of 32 bytes */

const char *const webhook_topics[] = {"order.created", "order.updated",
				      "order.deleted", "order.restored", NULL};

void
webhook_secrets_end(struct webhook_secrets *secrets)
{
	for (size_t i = 0; i < WEBHOOK_SECRETS_MAX; i++)
		secret_wipe(&secrets->text[i]);
	*secrets = (struct webhook_secrets){0};
}

static bool
load_secret(struct db *db, const struct secret_box *box, const char *code,
	    const char *which, struct webhook_secrets *out, struct err *e)
{
	struct strbuf *text = &out->text[out->count];
	struct err why = {0};
	char name[SECRET_NAME_MAX + 1];

	(void)snprintf(name, sizeof(name), "site.%s.%s", code, which);
	*text = (struct strbuf)STRBUF(SECRET_TEXT_MAX);
	if (secret_store_get(db, box, name, text, NULL, &why)) {
		out->count++;
		return true;
	}
	if (why.class == ERR_MISSING)
		return true;
	*e = why;
	return false;
}

bool
webhook_secrets_load(struct db *db, const struct secret_box *box,
		     const char *code, struct webhook_secrets *out,
		     struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct webhook_secrets){0};
	if (!db_open(db, &rows, SQL_WEBHOOK_SITE, BINDS(bind_text(code)), e))
		return err_in(e, "webhook of %s", code);
	if (rows_next(&rows))
		out->site_id = rows_int(&rows, "id");
	return rows_check(&rows, e) &&
	       (out->site_id == 0 ||
		(load_secret(db, box, code, "webhook_secret", out, e) &&
		 load_secret(db, box, code, "webhook_secret_previous", out,
			     e)));
}

bool
webhook_may_be_signature(const char *signature)
{
	static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";

	return signature != NULL && strlen(signature) == SIGNATURE &&
	       strspn(signature, base64) == SIGNATURE - 1 &&
	       signature[SIGNATURE - 1] == '=';
}

static bool
is_signed_with(const char *secret, size_t secret_length, const char *body,
	       size_t length, const char *signature)
{
	unsigned char mac[32];
	unsigned size = sizeof(mac);
	char text[SIGNATURE + 1];

	if (HMAC(EVP_sha256(), secret, (int)secret_length,
		 (const unsigned char *)body, length, mac, &size) == NULL)
		return false;
	(void)EVP_EncodeBlock((unsigned char *)text, mac, sizeof(mac));
	return CRYPTO_memcmp(text, signature, SIGNATURE) == 0;
}

bool
webhook_is_signed(const struct webhook_secrets *secrets, const char *body,
		  size_t length, const char *signature)
{
	bool fine = false;

	if (!webhook_may_be_signature(signature))
		return false;
	for (size_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
		const struct strbuf *text = &secrets->text[i];
		const bool is_set = i < secrets->count;

		/* As much work for a secret that there is not. */
		fine |= is_signed_with(is_set ? text->text : "none",
				       is_set ? text->len : 4, body, length,
				       signature) &&
			is_set;
	}
	return fine;
}

bool
webhook_is_ping(const char *body, size_t length)
{
	static const char before[] = "webhook_id=";
	const size_t name = sizeof(before) - 1;

	if (length <= name || length > name + 20 ||
	    memcmp(body, before, name) != 0)
		return false;
	for (size_t i = name; i < length; i++)
		if (body[i] < '0' || body[i] > '9')
			return false;
	return true;
}

/* The order's id as text, "" where the body names none. */
static void
read_id(const char *body, size_t length, char out[65])
{
	json_auto_t *json = NULL;
	struct err ignored = {0};
	const json_t *id;

	out[0] = '\0';
	if (!json_read(body, length, &json, &ignored))
		return;
	id = json_object_get(json, "id");
	if (json_is_integer(id) && json_integer_value(id) > 0)
		(void)snprintf(out, 65, "%lld",
			       (long long)json_integer_value(id));
}

static bool
make_dedup(const struct webhook_in *in, unsigned char out[32], struct err *e)
{
	AUTO(strbuf) both = STRBUF(in->length + 128);

	strbuf_addf(&both, "%s\n", in->topic);
	strbuf_addn(&both, in->body, in->length);
	hash_sha256(strbuf_text(&both), both.len, out);
	return strbuf_check(&both, e);
}

bool
webhook_store(struct db *db, int64_t site_id, bool spooled,
	      const struct webhook_in *in, bool *fresh, struct err *e)
{
	unsigned char dedup[32];
	char id[65];

	*fresh = false;
	read_id(in->body, in->length, id);
	if (!make_dedup(in, dedup, e) ||
	    !db_run(db, SQL_WEBHOOK_ADD,
		    BINDS(bind_int(site_id), bind_text(in->topic),
			  bind_text(id), bind_bytes(dedup, sizeof(dedup)),
			  bind_text(in->delivery_id), bind_text(in->ip),
			  bind_int(spooled),
			  bind_text(id[0] == '\0' ? "ignored" : "pending"),
			  bind_time(in->received_at),
			  bind_bytes(in->body, in->length)),
		    e))
		return err_in(e, "store a webhook of %s", in->site);
	*fresh = db_changed(db) > 0;
	return true;
}
