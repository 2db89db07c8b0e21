#ifndef OB_QUEUE_WORKER_LOCAL_H
#define OB_QUEUE_WORKER_LOCAL_H

/* What the files of the worker share. */

#include "local.h"
#include "queue/job.h"
#include "queue/worker.h"

/* A worker at work: what holds for all its jobs. */
struct shift {
	struct worker *worker;
	char owner[OWNER_MAX], host[65];
	int64_t stop_boot_ms;   /* 0 = never */
	int64_t repair_boot_ms; /* when leases of dead owners are looked for */
	int64_t db_ahead_ms;    /* the database's clock against ours */
	bool told_clocks;
};

enum {
	PROGRESS_HOURS = 24, /* only postponed for so long: Failed */
	BUSY_S = 60,         /* while another of the kind and site runs */
	CLOCKS_APART_S =
		60, /* RELIABILITY 4: then either may close the window */
};

/* Fills who we are and when to stop; worker is set. */
void shift_begin(struct shift *shift);
/* The kind of a job, or NULL when this program does not know it. */
const struct job_kind *shift_kind(const struct worker *worker,
				  const char *job_kind, const char *run_kind);
/* Whether work that syncs rests now, or within seconds; by either clock. */
bool shift_window_near(const struct clock *clock, int64_t db_ahead_ms,
		       int64_t seconds);

/*
 * Claims one due job. *claimed false: nothing is due. What the window holds
 * back is put off first.
 */
MUST_CHECK bool shift_claim(struct shift *shift, struct job *job, bool *claimed,
			    struct err *e);
/* Makes the jobs of dead owners ready again; *freed counts them. */
MUST_CHECK bool shift_repair(struct shift *shift, unsigned *freed,
			     struct err *e);
/* Reads a job; its lease stays as it is. */
MUST_CHECK bool job_load(struct db *db, int64_t id, struct job *out,
			 struct err *e);

/* What an attempt came to; pure facts, so that the rules can be tried out. */
struct facts {
	bool is_run, ok;
	const struct err *err; /* when not ok */
	enum task_stop stopped;
	bool more;
	utc_ms resume_at;
	const char *resume_reason;
	unsigned attempts, max_attempts; /* before this one */
	struct retry_waits waits;
	int64_t operation_id;
	utc_ms now, give_up_at;
	bool progressed;
};

enum job_end_state { JOB_DONE, JOB_READY, JOB_DEAD };

struct ending {
	enum operation_state
		state; /* of the operation, when the job is its run */
	enum job_end_state job;
	unsigned attempts;
	utc_ms run_after, give_up_at; /* 0 = now; none */
	const char *reason;           /* of a pause */
	struct err why;               /* class ERR_NONE: nothing to tell */
	int64_t superseded_by;
	bool is_failure; /* told as an error */
};

/* RELIABILITY 1.1, 3.1 and DESIGN 3 as one function. */
void ending_decide(const struct facts *facts, struct ending *out);
/* A running operation that was cancelled or superseded does not go on. */
void ending_check(struct ending *ending, bool is_cancelled,
		  int64_t superseded_by);

/* Writes the end of an attempt in one transaction, and tells it in the log. */
MUST_CHECK bool shift_finish(struct shift *shift, struct task *task,
			     struct ending *ending, struct err *e);
/* The lines of the log: a failure, a pause, a Summary. */
void shift_tell(const struct shift *shift, const struct task *task,
		const struct ending *ending);

#endif
