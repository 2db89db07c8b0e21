/* rm_order_seen and rm_order_payload: what was met, and as it came. */
#include <stdlib.h>
#include <string.h>

#include "base/secret.h"
#include "base/text.h"
#include "order/standing.h"
#include "store_local.h"

static struct seen *
find_seen(struct seen *seen, size_t count, const char *platform_id)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(seen[i].platform_id, platform_id) == 0)
			return &seen[i];
	return NULL;
}

static void
read_seen(struct rows *rows, struct seen *seen)
{
	char bc[41];
	size_t length = 0;
	const char *hash;

	seen->id = rows_int(rows, "id");
	rows_text(rows, "outcome", seen->outcome, sizeof(seen->outcome));
	rows_text(rows, "code", seen->code, sizeof(seen->code));
	rows_text(rows, "state", seen->state, sizeof(seen->state));
	rows_text(rows, "mark_state", seen->mark_state,
		  sizeof(seen->mark_state));
	rows_text(rows, "error", seen->error, sizeof(seen->error));
	rows_text(rows, "bc_state", bc, sizeof(bc));
	seen->exported = seen->state[0] != '\0' &&
			 !bc_state_is_before_sending(bc_state_find(bc));
	hash = rows_borrow(rows, "content_hash", &length);
	seen->has_hash = length == sizeof(seen->content_hash);
	if (seen->has_hash)
		memcpy(seen->content_hash, hash, length);
}

bool
order_seen_match(struct db *db, int64_t site_id, struct seen *seen,
		 size_t count, struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(strbuf) keys = LIST;

	for (size_t i = 0; i < count; i++)
		list_add_text(&keys, seen[i].platform_id);
	if (!list_close(&keys, e) ||
	    !db_open(db, &rows, SQL_ORDER_SEEN_MATCH,
		     BINDS(bind_text(keys.text), bind_int(site_id)), e))
		return err_in(e, "which orders are known");
	while (rows_next(&rows)) {
		char id[257];
		struct seen *found;

		rows_text(&rows, "platform_order_id", id, sizeof(id));
		found = find_seen(seen, count, id);
		if (found)
			read_seen(&rows, found);
	}
	return rows_check(&rows, e);
}

bool
seen_load(const struct writing *w, struct seen **out, struct err *e)
{
	struct seen *seen = calloc(w->count + 1, sizeof(*seen));

	*out = seen;
	if (seen == NULL)
		return err_set(e, ERR_TEMPORARY, "no memory for %zu orders",
			       w->count);
	for (size_t i = 0; i < w->count; i++)
		(void)text_copy(seen[i].platform_id,
				sizeof(seen[i].platform_id),
				w->write[i].order->platform_id);
	return order_seen_match(w->db, w->site_id, seen, w->count, e);
}

static bool
has_hash(const struct order *o)
{
	static const unsigned char none[32];

	return memcmp(o->content_hash, none, sizeof(none)) != 0;
}

struct money
order_worth(const struct order *o)
{
	return o->proof_ok ? o->total_due : o->total;
}

bool
seen_upsert(const struct writing *w, const char *outcome, struct err *e)
{
	AUTO(sheet) sheet = {0};
	AUTO(rows) rows = ROWS;

	for (size_t i = 0; i < w->count; i++) {
		const struct order *o = w->write[i].order;
		const struct fault *why = w->write[i].fault;
		const char *stored = o->cancelled ? "cancelled" : "stored";
		enum code code = why ? why->code : w->write[i].code;

		if (w->write[i].number_taken)
			continue;
		sheet_add(&sheet,
			  BINDS(bind_int(w->site_id), bind_text(o->platform_id),
				bind_text_or_null(o->number),
				bind_text(outcome ? outcome : stored),
				bind_text_or_null(code_name(code)),
				has_hash(o) ? bind_bytes(o->content_hash, 32)
					    : bind_null(),
				bind_time(o->order_date), bind_time(w->now),
				bind_text_or_null(o->currency),
				bind_money(order_worth(o)), bind_time(w->now),
				bind_time(w->now), bind_time(o->order_date),
				bind_int(o->order_date != 0)));
	}
	if (sheet.rows == 0)
		return true;
	if (!sheet_open(&sheet, w->db, SQL_ORDER_SEEN_UPSERT, &rows, e))
		return err_in(e, "note orders");
	if (rows.count != sheet.rows)
		return err_set(e, ERR_FATAL, "%zu ids for %zu orders",
			       rows.count, sheet.rows);
	for (size_t i = 0; i < w->count; i++)
		if (!w->write[i].number_taken && rows_next(&rows))
			w->write[i].order->id = rows_int(&rows, "id");
	return rows_check(&rows, e);
}

/* The newest revision of each order, and its bytes' hash. */
struct latest {
	unsigned revision;
	unsigned char hash[32];
};

static bool
load_latest(const struct writing *w, struct latest *latest, struct err *e)
{
	AUTO(rows) rows = ROWS;
	AUTO(strbuf) ids = LIST;

	for (size_t i = 0; i < w->count; i++)
		list_add_id(&ids, w->write[i].order->id);
	if (!list_close(&ids, e) ||
	    !db_open(w->db, &rows, SQL_ORDER_PAYLOAD_LATEST,
		     BINDS(bind_text(ids.text)), e))
		return false;
	while (rows_next(&rows)) {
		int64_t id = rows_int(&rows, "order_id");
		size_t length = 0;
		const char *hash = rows_borrow(&rows, "body_hash", &length);

		for (size_t i = 0; i < w->count && length == 32; i++)
			if (w->write[i].order->id == id) {
				latest[i].revision =
					(unsigned)rows_int(&rows, "revision");
				memcpy(latest[i].hash, hash, 32);
			}
	}
	return rows_check(&rows, e);
}

static bool
keep_new(const struct writing *w, struct latest *latest, struct err *e)
{
	AUTO(sheet) sheet = {0};

	for (size_t i = 0; i < w->count; i++) {
		const struct order_write *o = &w->write[i];
		unsigned char hash[32];

		/* the same content is not kept again. */
		if (o->body == NULL || o->number_taken || o->unchanged)
			continue;
		hash_sha256(o->body, o->body_length, hash);
		if (latest[i].revision && memcmp(hash, latest[i].hash, 32) == 0)
			continue;
		memcpy(latest[i].hash, hash, 32);
		latest[i].revision++;
		sheet_add(&sheet, BINDS(bind_int(o->order->id),
					bind_int(latest[i].revision),
					bind_bytes(o->body, o->body_length),
					bind_bytes(latest[i].hash, 32),
					bind_time(w->now)));
	}
	return sheet_run(&sheet, w->db, SQL_ORDER_PAYLOAD_INSERT, e);
}

bool
payload_keep(const struct writing *w, unsigned *revision, struct err *e)
{
	struct latest *latest = calloc(w->count + 1, sizeof(*latest));
	bool fine = latest != NULL ||
		    err_set(e, ERR_TEMPORARY, "no memory for payloads");

	fine = fine && load_latest(w, latest, e) && keep_new(w, latest, e);
	for (size_t i = 0; fine && revision && i < w->count; i++)
		revision[i] = latest[i].revision;
	free(latest);
	return fine || err_in(e, "keep payloads");
}

bool
order_payload(struct db *db, int64_t id, unsigned revision, struct strbuf *out,
	      unsigned *found, struct err *e)
{
	AUTO(rows) rows = ROWS;
	size_t length = 0;
	const char *body;

	if (!db_open(
		    db, &rows, SQL_ORDER_PAYLOAD,
		    BINDS(bind_int(id), bind_int(revision), bind_int(revision)),
		    e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_MISSING, "order %lld has no such payload",
			       (long long)id);
	body = rows_borrow(&rows, "body", &length);
	strbuf_addn(out, body, length);
	*found = (unsigned)rows_int(&rows, "revision");
	return strbuf_check(out, e) && rows_check(&rows, e);
}
