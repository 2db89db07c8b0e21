#include "queue/lease.h"

#include "base/fault.h"
#include "base/secret.h"
#include "local.h"

bool
queue_again(unsigned tries, const struct err *e)
{
	uint32_t wait = 20u << (tries > 5 ? 5 : tries);

	if ((e->class != ERR_TEMPORARY && e->class != ERR_UNKNOWN) ||
	    tries + 1 >= QUEUE_TRIES || !OB_GUARD("store.repeat"))
		return false;
	clock_sleep_ms(wait / 2 + random_below(wait));
	return true;
}

static bool
fault(const char *name, enum err_class class, struct err *e)
{
	return err_set(e, class, "fault point %s", name);
}

static bool
attempt(struct db *db, struct lease *const *leases, bool in_doubt,
	bool (*work)(struct db *db, void *context, struct err *e),
	void *context, struct err *e)
{
	if (!db_begin(db, e))
		return false;
	for (size_t i = 0; leases[i] != NULL; i++)
		if (!lease_touch_quietly(leases[i], in_doubt && i == 0, e))
			return false;
	if (OB_FAULT("lease.touched"))
		return fault("lease.touched", ERR_TEMPORARY, e);
	if (!work(db, context, e))
		return false;
	if (OB_FAULT("lease.before_commit"))
		return fault("lease.before_commit", ERR_TEMPORARY, e);
	if (!db_commit(db, e))
		return false;
	if (OB_FAULT("lease.after_commit"))
		return fault("lease.after_commit", ERR_UNKNOWN, e);
	return true;
}

/*
 * Whether a COMMIT without an answer has happened: each transaction raises
 * hb_seq, so the row of the first lease tells. Read under a lock, so that a
 * COMMIT that the server is still busy with is waited for, and after this node
 * has applied what the others wrote.
 */
static bool
read_back(struct db *db, struct lease *lease, bool *landed, struct err *e)
{
	struct lease_row row;
	struct err off;
	bool read;

	if (!db_sync_wait(db, true, e))
		return false;
	read = lease_read(db, lease, true, &row, e);
	(void)!db_sync_wait(db, false, &off);
	if (!read)
		return false;
	if (!lease_is_ours(lease, &row)) {
		lease->held = false;
		(void)err_set(e, ERR_CONFLICT,
			      "taken over by another process after a COMMIT "
			      "without an answer");
		return err_as(e, OB_LEASE_LOST);
	}
	*landed = row.beat == lease->beat + 1;
	return true;
}

static bool
try_once(struct db *db, struct lease *const *leases, bool in_doubt,
	 bool (*work)(struct db *db, void *context, struct err *e),
	 void *context, struct err *e)
{
	bool landed = false;

	if (in_doubt && !read_back(db, leases[0], &landed, e))
		return false;
	if (landed || attempt(db, leases, in_doubt, work, context, e))
		return true;
	db_rollback(db);
	return false;
}

bool
lease_transact(struct db *db, struct lease *const *leases,
	       bool (*work)(struct db *db, void *context, struct err *e),
	       void *context, struct err *e)
{
	bool in_doubt = false;

	for (unsigned tries = 0;; tries++) {
		if (try_once(db, leases, in_doubt, work, context, e))
			break;
		in_doubt |= e->class == ERR_UNKNOWN && !db_may_repeat(db);
		if ((in_doubt && leases[0] == NULL) || !queue_again(tries, e))
			return false;
		in_doubt &= OB_GUARD("lease.read_back");
	}
	for (size_t i = 0; leases[i] != NULL; i++)
		lease_touched(leases[i]);
	return true;
}
