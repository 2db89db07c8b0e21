#include "queue/lease.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/secret.h"
#include "local.h"

/* The same statement for the row of rm_job and for that of rm_lease. */
static enum sql_id
either(const struct lease *lease, enum sql_id job, enum sql_id named)
{
	return lease->job_id != 0 ? job : named;
}

static struct bind
key_of(const struct lease *lease)
{
	return lease->job_id != 0 ? bind_int(lease->job_id)
				  : bind_text(lease->name);
}

static bool
lost(struct lease *lease, struct err *e)
{
	lease->held = false;
	if (lease->job_id != 0)
		(void)err_set(e, ERR_CONFLICT,
			      "job %lld was taken over by another process",
			      (long long)lease->job_id);
	else
		(void)err_set(e, ERR_CONFLICT,
			      "lease %s was taken over by another process",
			      lease->name);
	return err_as(e, OB_LEASE_LOST);
}

bool
lease_read(struct db *db, const struct lease *lease, bool lock,
	   struct lease_row *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	enum sql_id id =
		lock ? either(lease, SQL_JOB_LEASE_LOCK, SQL_LEASE_LOCK)
		     : either(lease, SQL_JOB_LEASE_READ, SQL_LEASE_READ);

	*out = (struct lease_row){0};
	if (!db_open(db, &rows, id, BINDS(key_of(lease)), e))
		return false;
	if (rows_next(&rows)) {
		out->found = true;
		rows_text(&rows, "owner", out->owner, sizeof(out->owner));
		out->fence = (uint64_t)rows_int(&rows, "fence");
		out->beat = (uint64_t)rows_int(&rows, "hb_seq");
		out->is_expired = rows_flag(&rows, "is_expired");
	}
	return rows_check(&rows, e);
}

bool
lease_is_ours(const struct lease *lease, const struct lease_row *row)
{
	return row->found && row->fence == lease->fence &&
	       strcmp(row->owner, lease->owner) == 0;
}

static bool
take_once(struct lease *lease, const char *owner, const struct lease_row *row,
	  bool gone, struct err *e)
{
	struct bind fence = bind_int((int64_t)row->fence);

	if (gone)
		return db_run(lease->db, SQL_LEASE_TAKE_GONE,
			      BINDS(bind_text(owner), bind_text(lease->name),
				    fence, bind_text(row->owner)),
			      e);
	return db_run(lease->db, SQL_LEASE_TAKE,
		      BINDS(bind_text(owner), bind_text(lease->name), fence),
		      e);
}

static void
held_as(struct lease *lease, const char *owner, uint64_t fence, uint64_t beat)
{
	(void)snprintf(lease->owner, sizeof(lease->owner), "%s", owner);
	lease->fence = fence;
	lease->beat = beat;
	lease->touched_ms = clock_boot_ms();
	lease->held = true;
}

/* One try. *ended: the question is answered, one way or the other. */
static bool
try_take(struct lease *lease, const char *owner, struct lease_row *before,
	 bool *ended, struct err *e)
{
	struct lease_row row;
	bool gone;

	if (!lease_read(lease->db, lease, false, &row, e))
		return false;
	if (!row.found)
		return db_run(lease->db, SQL_LEASE_ADD,
			      BINDS(bind_text(lease->name)), e);
	/* An error before proves nothing: the row tells whether it was ours. */
	*ended = before->found && row.fence == before->fence + 1 &&
		 strcmp(row.owner, owner) == 0;
	if (*ended) {
		held_as(lease, owner, row.fence, row.beat);
		return true;
	}
	*before = row;
	gone = !row.is_expired && lease_owner_is_gone(row.owner);
	if (!row.is_expired && !gone) {
		*ended = true;
		(void)snprintf(lease->owner, sizeof(lease->owner), "%s",
			       row.owner);
		return true;
	}
	if (!take_once(lease, owner, &row, gone, e))
		return false;
	*ended = db_changed(lease->db) == 1;
	if (*ended)
		held_as(lease, owner, row.fence + 1, row.beat + 1);
	before->found = false;
	return true;
}

bool
lease_take(struct lease *lease, struct db *db, const char *name,
	   const char *owner, bool *taken, struct err *e)
{
	struct lease_row before = {0};
	bool ended = false;

	*lease = (struct lease){.db = db};
	*taken = false;
	if (strlen(name) >= sizeof(lease->name))
		return err_set(e, ERR_FATAL, "lease name of %zu bytes",
			       strlen(name));
	(void)snprintf(lease->name, sizeof(lease->name), "%s", name);
	for (unsigned tries = 0; !ended; tries++) {
		if (try_take(lease, owner, &before, &ended, e))
			continue;
		if (!queue_again(tries, e))
			return err_in(e, "take lease %s", name);
	}
	*taken = lease->held;
	return true;
}

/* The UPDATE alone; *beat is what hb_seq was before it. */
static bool
touch_row(struct lease *lease, bool *changed, struct err *e)
{
	if (!db_run(lease->db, either(lease, SQL_JOB_TOUCH, SQL_LEASE_TOUCH),
		    BINDS(key_of(lease), bind_text(lease->owner),
			  bind_int((int64_t)lease->fence),
			  bind_int((int64_t)lease->beat)),
		    e))
		return false;
	*changed = db_changed(lease->db) == 1;
	return true;
}

bool
lease_touch_quietly(struct lease *lease, bool in_doubt, struct err *e)
{
	struct lease_row row;
	bool changed = false;

	if (!OB_GUARD("lease.fence"))
		return true;
	if (!touch_row(lease, &changed, e))
		return false;
	if (changed)
		return true;
	if (!lease_read(lease->db, lease, false, &row, e))
		return false;
	if (!lease_is_ours(lease, &row))
		return lost(lease, e);
	/* The COMMIT that nobody answered has happened meanwhile. */
	if (in_doubt)
		return err_set(e, ERR_UNKNOWN, "the lease moved on");
	/* A touch whose answer was lost; the row is still ours. */
	lease->beat = row.beat;
	return touch_row(lease, &changed, e) && (changed || lost(lease, e));
}

void
lease_touched(struct lease *lease)
{
	lease->beat++;
	lease->touched_ms = clock_boot_ms();
}

bool
lease_touch(struct lease *lease, struct err *e)
{
	if (!lease_touch_quietly(lease, false, e))
		return false;
	lease_touched(lease);
	return true;
}

bool
lease_beat(struct lease *lease, struct err *e)
{
	if (lease_age_s(lease) < LEASE_BEAT_S)
		return true;
	for (unsigned tries = 0; !lease_touch(lease, e); tries++)
		/* The caller's transfer waits: twice, and at the next tick. */
		if (tries > 0 || !queue_again(tries, e))
			return err_in(e, "heartbeat");
	return true;
}

int64_t
lease_age_s(const struct lease *lease)
{
	return (clock_boot_ms() - lease->touched_ms) / SECOND;
}

void
lease_release(struct lease *lease)
{
	struct err e = {0};

	if (!lease->held)
		return;
	lease->held = false;
	(void)!db_run(lease->db,
		      either(lease, SQL_JOB_RELEASE, SQL_LEASE_RELEASE),
		      BINDS(key_of(lease), bind_text(lease->owner),
			    bind_int((int64_t)lease->fence)),
		      &e);
}
