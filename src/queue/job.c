#include "queue/job.h"

#include <stdlib.h>
#include <string.h>

#include "worker_local.h"

void
job_end(struct job *job)
{
	free(job->checkpoint);
	*job = (struct job){0};
}

/* One open row for (kind, site, ref); a job without ref may be there often. */
static bool
key_bind(const char *kind, int64_t site_id, const char *ref,
	 unsigned char key[32], struct bind *out, struct err *e)
{
	*out = bind_null();
	if (ref == NULL)
		return true;
	if (!queue_key(kind, site_id, false, ref, key, e))
		return false;
	*out = bind_bytes(key, 32);
	return true;
}

bool
job_add(struct db *db, const struct job_ask *ask, struct err *e)
{
	unsigned char key[32];
	struct bind open_key;

	return (key_bind(ask->kind, ask->site_id, ask->ref, key, &open_key,
			 e) &&
		db_run(db, SQL_JOB_ADD,
		       BINDS(bind_int(ask->operation_id), bind_text(ask->kind),
			     bind_id(ask->site_id), bind_text(ask->ref),
			     open_key, bind_time(ask->run_after),
			     bind_text_or_null(ask->wait_sku),
			     bind_time(ask->give_up_at),
			     bind_text_or_null(code_name(ask->code)),
			     bind_text_or_null(ask->error),
			     bind_int(ask->attempts), bind_int(ask->attempts)),
		       e)) ||
	       err_in(e, "queue %s %s", ask->kind, ask->ref ? ask->ref : "");
}

bool
job_settle(struct db *db, const char *kind, int64_t site_id, const char *ref,
	   struct err *e)
{
	unsigned char key[32];
	struct bind open_key;

	return (key_bind(kind, site_id, ref, key, &open_key, e) &&
		db_run(db, SQL_JOB_SETTLE, &open_key, 1, e)) ||
	       err_in(e, "settle %s %s", kind, ref);
}

bool
job_wake_sku(struct db *db, const char *keys, struct err *e)
{
	return db_run(db, SQL_JOB_WAKE_SKU, BINDS(bind_text(keys)), e) ||
	       err_in(e, "wake what waits for SKUs");
}

bool
job_checkpoint(struct db *db, const struct job *job, const char *json,
	       struct err *e)
{
	return db_run(db, SQL_JOB_CHECKPOINT,
		      BINDS(bind_text(json), bind_int(job->id),
			    bind_int((int64_t)job->lease.fence)),
		      e) ||
	       err_in(e, "checkpoint of job %lld", (long long)job->id);
}

static bool
read_job(struct rows *rows, struct job *job, struct err *e)
{
	job->id = rows_int(rows, "id");
	job->operation_id = rows_int(rows, "operation_id");
	job->site_id = rows_int(rows, "site_id");
	rows_text(rows, "kind", job->kind, sizeof(job->kind));
	rows_text(rows, "ref", job->ref, sizeof(job->ref));
	job->attempts = (unsigned)rows_int(rows, "attempts");
	job->max_attempts = (unsigned)rows_int(rows, "max_attempts");
	job->first_failed_at = rows_time(rows, "first_failed_at");
	job->give_up_at = rows_time(rows, "give_up_at");
	rows_text(rows, "wait_sku", job->wait_sku, sizeof(job->wait_sku));
	rows_text(rows, "item_in_flight", job->item_in_flight,
		  sizeof(job->item_in_flight));
	job->crashes = (unsigned)rows_int(rows, "crashes");
	job->taken_over = job->crashes > 0;
	if (!rows_null(rows, "checkpoint")) {
		job->checkpoint = strdup(rows_borrow(rows, "checkpoint", NULL));
		if (job->checkpoint == NULL)
			return err_set(e, ERR_TEMPORARY, "out of memory");
	}
	return rows_check(rows, e);
}

bool
job_load(struct db *db, int64_t id, struct job *out, struct err *e)
{
	AUTO(rows) rows = ROWS;
	struct lease lease = out->lease;

	if (!db_open(db, &rows, SQL_JOB_LOAD, BINDS(bind_int(id)), e))
		return false;
	if (!rows_next(&rows))
		return rows_check(&rows, e) &&
		       err_set(e, ERR_MISSING, "no job %lld", (long long)id);
	job_end(out);
	out->lease = lease;
	return read_job(&rows, out, e);
}
