#include "account/audit.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "audit_local.h"
#include "base/secret.h"

/* More than processes write into one chain at once. */
enum { TRIES_MAX = 100, ENTRY_MAX = 4 * 1024 * 1024 };

static const char *
or_empty(const char *text)
{
	return text == NULL ? "" : text;
}

/* Lengths stand before the texts: no two rows are written the same way. */
static void
add_part(struct strbuf *out, const char *text)
{
	strbuf_addf(out, "%zu:%s", strlen(text), text);
}

bool
audit_mac(const unsigned char key[32], const struct audit_link *before,
	  const char *chain, int64_t seq, utc_ms at,
	  const struct audit_entry *entry, unsigned char out[32], struct err *e)
{
	AUTO(strbuf) row = STRBUF(ENTRY_MAX);
	unsigned length = 32;

	strbuf_addn(&row, (const char *)before->mac, 32);
	strbuf_addf(&row, "%lld,%lld,%lld,", (long long)seq, (long long)at,
		    (long long)entry->user_id);
	add_part(&row, chain);
	add_part(&row, entry->who);
	add_part(&row, entry->ip);
	add_part(&row, entry->request_id);
	add_part(&row, entry->action);
	add_part(&row, entry->object);
	add_part(&row, or_empty(entry->before));
	add_part(&row, or_empty(entry->after));
	if (!strbuf_check(&row, e))
		return err_in(e, "audit entry");
	(void)HMAC(EVP_sha256(), key, 32, (const unsigned char *)row.text,
		   row.len, out, &length);
	return true;
}

void
audit_read_link(struct rows *rows, struct audit_link *out)
{
	size_t length;
	const char *mac = rows_borrow(rows, "mac", &length);

	*out = (struct audit_link){.seq = rows_int(rows, "seq")};
	if (length == sizeof(out->mac))
		memcpy(out->mac, mac, length);
}

bool
audit_head(struct db *db, const char *chain, struct audit_link *out,
	   struct err *e)
{
	AUTO(rows) rows = ROWS;

	*out = (struct audit_link){0};
	if (!db_open(db, &rows, SQL_AUDIT_HEAD, BINDS(bind_text(chain)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e);
	audit_read_link(&rows, out);
	return rows_check(&rows, e);
}

static bool
append(struct db *db, const unsigned char key[32], const char *chain,
       const struct audit_entry *entry, utc_ms now, struct audit_link *out,
       struct err *e)
{
	struct audit_link head;

	if (!audit_head(db, chain, &head, e) ||
	    !audit_mac(key, &head, chain, head.seq + 1, now, entry, out->mac,
		       e))
		return false;
	out->seq = head.seq + 1;
	return db_run(db, SQL_AUDIT_INSERT,
		      BINDS(bind_text(chain), bind_int(out->seq),
			    bind_time(now), bind_id(entry->user_id),
			    bind_text(entry->who), bind_text(entry->ip),
			    bind_text(entry->request_id),
			    bind_text(entry->action), bind_text(entry->object),
			    bind_text(entry->before), bind_text(entry->after),
			    bind_bytes(out->mac, sizeof(out->mac))),
		      e);
}

bool
audit_add(struct db *db, const unsigned char key[32], const char *chain,
	  const struct audit_entry *entry, utc_ms now, struct audit_link *out,
	  struct err *e)
{
	/* Another process of the chain came first: behind it, then. */
	for (unsigned tries = 1; !append(db, key, chain, entry, now, out, e);
	     tries++) {
		if (e->class != ERR_CONFLICT || tries == TRIES_MAX)
			return err_in(e, "write the audit trail");
		*e = (struct err){0};
	}
	return true;
}

bool
audit_landed(struct db *db, const char *chain, const struct audit_link *place,
	     bool *landed, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct err off;
	const char *mac;
	size_t length;
	bool read;

	if (!db_sync_wait(db, true, e))
		return false;
	read = db_open(db, &rows, SQL_AUDIT_LANDED,
		       BINDS(bind_text(chain), bind_int(place->seq)), e);
	(void)!db_sync_wait(db, false, &off);
	*landed = false;
	if (!read || !rows_next(&rows))
		return read && rows_check(&rows, e);
	mac = rows_borrow(&rows, "mac", &length);
	*landed = length == sizeof(place->mac) &&
		  memcmp(mac, place->mac, length) == 0;
	return rows_check(&rows, e);
}

struct writing {
	const unsigned char *key;
	const char *chain;
	const struct audit_entry *entry;
	utc_ms now;
};

static bool
write_alone(struct db *db, void *context, struct err *e)
{
	const struct writing *w = context;
	struct audit_link place;

	return audit_add(db, w->key, w->chain, w->entry, w->now, &place, e);
}

bool
audit_write(struct db *db, const unsigned char key[32], const char *chain,
	    const struct audit_entry *entry, utc_ms now, struct err *e)
{
	struct writing w = {key, chain, entry, now};

	return db_transact(db, write_alone, &w, e);
}
