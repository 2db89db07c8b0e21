#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>

#include "audit_local.h"
#include "base/row_out.h"
#include "base/secret.h"
#include "base/text.h"

enum { ANCHOR_MAX = 1024 * 1024, STEP_ROWS = 1000 };

static void
audit_add_link(struct strbuf *out, const char *chain,
	       const struct audit_link *link)
{
	char hex[65];

	strbuf_add(out, "{\"chain\":");
	json_out_text(out, chain);
	strbuf_addf(out, ",\"seq\":%" PRId64 ",\"mac\":\"%s\"}", link->seq,
		    hash_text(link->mac, hex));
}

bool
audit_read_mac(const char *hex, unsigned char out[32])
{
	size_t length = 0;

	return hex != NULL &&
	       OPENSSL_hexstr2buf_ex(out, 32, &length, hex, '\0') == 1 &&
	       length == 32;
}

bool
audit_parse_link(const json_t *value, char chain[AUDIT_CHAIN_MAX],
		 struct audit_link *out, struct err *e)
{
	const char *name = json_string_value(json_object_get(value, "chain"));
	const char *mac = json_string_value(json_object_get(value, "mac"));

	out->seq = json_integer_value(json_object_get(value, "seq"));
	if (name != NULL && text_copy(chain, AUDIT_CHAIN_MAX, name) &&
	    audit_read_mac(mac, out->mac))
		return true;
	return err_set(e, ERR_PERMANENT,
		       "an entry of the audit trail cannot be read");
}

bool
audit_first(struct db *db, const char *chain, struct audit_link *out,
	    struct err *e)
{
	AUTO(rows) rows = ROWS;
	char name[AUDIT_CHAIN_MAX];
	const char *text;
	size_t length;
	bool fine;

	*out = (struct audit_link){0};
	if (!db_open(db, &rows, SQL_AUDIT_PURGED, BINDS(bind_text(chain)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e);
	text = rows_borrow(&rows, "new_value", &length);
	json_auto_t *value = json_loadb(text, length, 0, NULL);
	fine = audit_parse_link(value, name, out, e);
	return fine && rows_check(&rows, e);
}

static bool
read_heads(struct db *db, struct strbuf *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	const char *before = "";

	if (!db_open(db, &rows, SQL_AUDIT_HEADS, NO_BINDS, e))
		return false;
	strbuf_add(out, "{\"heads\":[");
	while (rows_next(&rows)) {
		char chain[AUDIT_CHAIN_MAX];
		struct audit_link link;

		rows_text(&rows, "chain", chain, sizeof(chain));
		audit_read_link(&rows, &link);
		strbuf_add(out, before);
		audit_add_link(out, chain, &link);
		before = ",";
	}
	strbuf_add(out, "]}");
	return rows_check(&rows, e) && strbuf_check(out, e);
}

bool
audit_anchor(struct db *db, const unsigned char key[32], const char *chain,
	     utc_ms now, char seal[AUDIT_SEAL_MAX], struct err *e)
{
	AUTO(strbuf) heads = STRBUF(ANCHOR_MAX);
	struct audit_entry entry = {
		.who = "orderbridge",
		.ip = "",
		.request_id = "",
		.action = AUDIT_ANCHOR,
		.object = "audit trail",
	};
	struct audit_link link;
	char hex[65];

	if (!read_heads(db, &heads, e))
		return err_in(e, "anchor the audit trail");
	entry.after = strbuf_text(&heads);
	if (!audit_write(db, key, chain, &entry, now, e) ||
	    !audit_head(db, chain, &link, e))
		return err_in(e, "anchor the audit trail");
	(void)snprintf(seal, AUDIT_SEAL_MAX, "%.400s:%" PRId64 ":%s", chain,
		       link.seq, hash_text(link.mac, hex));
	return true;
}

struct purge {
	const unsigned char *key;
	const char *chain;   /* that the mark goes into */
	const char *of;      /* that is shortened */
	int64_t first, last; /* of it, and what may go */
	utc_ms now;
	uint64_t removed;
};

/* What is removed, and the mark of where the chain now begins: both or none. */
static bool
remove_some(struct db *db, void *context, struct err *e)
{
	struct purge *p = context;
	const int64_t cut = p->last - p->first >= STEP_ROWS
				    ? p->first + STEP_ROWS - 1
				    : p->last;
	AUTO(strbuf) mark = STRBUF(2048);
	AUTO(rows) rows = ROWS;
	struct audit_link link;
	struct audit_entry entry = {
		.who = "orderbridge",
		.ip = "",
		.request_id = "",
		.action = "audit.purge",
		.object = p->of,
	};

	if (!db_open(db, &rows, SQL_AUDIT_LINK,
		     BINDS(bind_text(p->of), bind_int(cut)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_PERMANENT,
			       "chain %s lacks entry %" PRId64, p->of, cut);
	audit_read_link(&rows, &link);
	audit_add_link(&mark, p->of, &link);
	entry.after = strbuf_text(&mark);
	if (!rows_check(&rows, e) || !strbuf_check(&mark, e) ||
	    !db_run(db, SQL_AUDIT_REMOVE,
		    BINDS(bind_text(p->of), bind_int(cut)), e))
		return false;
	p->removed = db_changed(db);
	p->first = cut + 1;
	return audit_add(db, p->key, p->chain, &entry, p->now, &link, e);
}

static bool
purge_chain(struct db *db, struct purge *p, uint64_t *removed, struct err *e)
{
	while (p->first <= p->last) {
		struct purge step = *p;

		if (!db_transact(db, remove_some, &step, e))
			return false;
		*removed += step.removed;
		p->first = step.first;
	}
	return true;
}

bool
audit_purge(struct db *db, const unsigned char key[32], const char *chain,
	    utc_ms before, utc_ms now, uint64_t *removed, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char of[AUDIT_CHAIN_MAX];

	*removed = 0;
	if (!db_open(db, &rows, SQL_AUDIT_OLD, BINDS(bind_time(before)), e))
		return err_in(e, "shorten the audit trail");
	while (rows_next(&rows)) {
		struct purge p = {.key = key,
				  .chain = chain,
				  .of = of,
				  .first = rows_int(&rows, "first"),
				  .last = rows_int(&rows, "last"),
				  .now = now};

		rows_text(&rows, "chain", of, sizeof(of));
		if (!purge_chain(db, &p, removed, e))
			return err_in(e, "shorten the audit trail");
	}
	return rows_check(&rows, e);
}
