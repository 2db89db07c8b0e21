#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "audit_local.h"

/* The first that is found is what a person looks at. */
static bool
is_first(const struct audit_result *out)
{
	return out->broken[0] == '\0';
}

static bool
check_row(struct rows *rows, const unsigned char key[32], const char *chain,
	  struct audit_link *before, struct audit_result *out, struct err *e)
{
	char who[321], ip[46], request[65], action[49], object[641];
	const struct audit_entry entry = {
		.user_id = rows_int(rows, "user_id"),
		.who = who,
		.ip = ip,
		.request_id = request,
		.action = action,
		.object = object,
		.before = rows_null(rows, "old_value")
				  ? NULL
				  : rows_borrow(rows, "old_value", NULL),
		.after = rows_null(rows, "new_value")
				 ? NULL
				 : rows_borrow(rows, "new_value", NULL),
	};
	struct audit_link kept;
	unsigned char mac[32];

	rows_text(rows, "who", who, sizeof(who));
	rows_text(rows, "ip", ip, sizeof(ip));
	rows_text(rows, "request_id", request, sizeof(request));
	rows_text(rows, "action", action, sizeof(action));
	rows_text(rows, "object", object, sizeof(object));
	audit_read_link(rows, &kept);
	if (!rows_check(rows, e) ||
	    !audit_mac(key, before, chain, kept.seq, rows_time(rows, "at"),
		       &entry, mac, e))
		return false;
	out->rows++;
	if ((kept.seq != before->seq + 1 ||
	     CRYPTO_memcmp(kept.mac, mac, sizeof(mac)) != 0) &&
	    is_first(out))
		(void)snprintf(out->broken, sizeof(out->broken),
			       "chain %.100s: entry %" PRId64 " (id %" PRId64
			       ") does not follow entry %" PRId64,
			       chain, kept.seq, rows_int(rows, "id"),
			       before->seq);
	*before = kept;
	return true;
}

static bool
verify_chain(struct db *db, const unsigned char key[32], const char *chain,
	     int64_t last, struct audit_result *out, struct err *e)
{
	struct audit_link before;

	if (!audit_first(db, chain, &before, e))
		return false;
	while (before.seq < last) {
		AUTO(rows) rows = ROWS;

		if (!db_open(db, &rows, SQL_AUDIT_WALK,
			     BINDS(bind_text(chain), bind_int(before.seq)), e))
			return false;
		if (rows.count == 0)
			return true;
		while (rows_next(&rows)) {
			if (!check_row(&rows, key, chain, &before, out, e))
				return false;
		}
		if (!rows_check(&rows, e))
			return false;
	}
	return true;
}

/* An entry that an anchor saw is there, or was removed for its age. */
static bool
check_head(struct db *db, const char *chain, const struct audit_link *seen,
	   struct audit_result *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct audit_link kept = {0}, first;

	if (!db_open(db, &rows, SQL_AUDIT_LINK,
		     BINDS(bind_text(chain), bind_int(seen->seq)), e))
		return false;
	if (rows_next(&rows))
		audit_read_link(&rows, &kept);
	if (!rows_check(&rows, e) || !audit_first(db, chain, &first, e))
		return false;
	if (seen->seq <= first.seq ||
	    (kept.seq == seen->seq &&
	     CRYPTO_memcmp(kept.mac, seen->mac, sizeof(kept.mac)) == 0))
		return true;
	if (is_first(out))
		(void)snprintf(out->broken, sizeof(out->broken),
			       "chain %.100s: entry %" PRId64
			       " is gone, which was there once",
			       chain, seen->seq);
	return true;
}

static bool
check_anchor(struct db *db, const char *text, size_t length,
	     struct audit_result *out, struct err *e)
{
	json_auto_t *value = json_loadb(text, length, 0, NULL);
	const json_t *heads = json_object_get(value, "heads");

	for (size_t i = 0; i < json_array_size(heads); i++) {
		char chain[AUDIT_CHAIN_MAX];
		struct audit_link seen;

		if (!audit_parse_link(json_array_get(heads, i), chain, &seen,
				      e) ||
		    !check_head(db, chain, &seen, out, e))
			return false;
	}
	return true;
}

/* The last ones: what an older one saw stands before what they saw. */
static bool
check_anchors(struct db *db, struct audit_result *out, struct err *e)
{
	AUTO(rows) rows = ROWS;

	if (!db_open(db, &rows, SQL_AUDIT_ANCHORS,
		     BINDS(bind_text(AUDIT_ANCHOR)), e))
		return false;
	while (rows_next(&rows)) {
		size_t length;
		const char *text = rows_borrow(&rows, "new_value", &length);

		if (!check_anchor(db, text, length, out, e))
			return false;
	}
	return rows_check(&rows, e);
}

/* "cli:web1:12:<mac>", read from its end: a chain's name has a colon. */
static bool
check_seal(struct db *db, const char *seal, struct audit_result *out,
	   struct err *e)
{
	char text[AUDIT_SEAL_MAX];
	struct audit_link seen = {0};
	char *mac, *seq;

	if (seal[0] == '\0')
		return true;
	(void)snprintf(text, sizeof(text), "%s", seal);
	mac = strrchr(text, ':');
	if (mac != NULL)
		*mac++ = '\0';
	seq = strrchr(text, ':');
	if (seq != NULL)
		*seq++ = '\0';
	if (seq == NULL || strlen(text) >= AUDIT_CHAIN_MAX ||
	    (seen.seq = strtoll(seq, NULL, 10)) <= 0 ||
	    !audit_read_mac(mac, seen.mac))
		return err_set(e, ERR_INPUT,
			       "a seal looks like cli:web1:12:5f2c...");
	return check_head(db, text, &seen, out, e);
}

bool
audit_verify(struct db *db, const unsigned char key[32], const char *seal,
	     struct audit_result *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	char chain[AUDIT_CHAIN_MAX];

	*out = (struct audit_result){0};
	if (!check_seal(db, seal, out, e))
		return false;
	if (!db_open(db, &rows, SQL_AUDIT_CHAINS, NO_BINDS, e))
		return err_in(e, "verify the audit trail");
	while (rows_next(&rows)) {
		out->chains++;
		rows_text(&rows, "chain", chain, sizeof(chain));
		if (!verify_chain(db, key, chain, rows_int(&rows, "last"), out,
				  e))
			return err_in(e, "verify the audit trail");
	}
	return (rows_check(&rows, e) && check_anchors(db, out, e)) ||
	       err_in(e, "verify the audit trail");
}
