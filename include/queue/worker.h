#ifndef OB_QUEUE_WORKER_H
#define OB_QUEUE_WORKER_H

/*
 * The loop that claims one job after the other and runs what the caller's table
 * says, until the queue is empty or the time is up. Window, lease, heartbeat,
 * retry, progress and ends are written here once, for every kind of work.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "queue/job.h"
#include "queue/operation.h"

struct db;

/* One claimed job in work; handed to the function that does it. */
struct task {
	struct db *db;
	const struct clock *clock;
	struct log *log;
	struct job *job;
	struct operation *op;
	struct lease *lease[3]; /* the job's, then named ones; NULL-ended */
	int64_t stop_boot_ms;   /* the worker's time is up; 0 = never */
	const volatile int *stop; /* a signal came */
	utc_ms progress_at;
	/* set by the work */
	bool more;        /* it stopped early and wants to go on at once */
	utc_ms resume_at; /* it stopped early: not before this; no attempt */
	const char *resume_reason; /* "window", "rate", "backpressure" */
};

/*
 * Whether the work has to stop at this safe point: a signal, the time, the
 * window's drain, a cancel, another synchronization, an old lease. Then the
 * function returns true at once; the worker knows what to write.
 */
bool task_must_stop(struct task *task);
/* A transaction under the task's leases: lease_transact. */
MUST_CHECK bool task_transact(struct task *task,
			      bool (*work)(struct db *db, void *context,
					   struct err *e),
			      void *context, struct err *e);
/* Takes a named lease beside the job's: *taken false when another holds it. */
MUST_CHECK bool task_take(struct task *task, struct lease *lease,
			  const char *name, bool *taken, struct err *e);
/* Shows progress, at most once a second unless the phase is new. */
void task_progress(struct task *task, const char *phase, unsigned done,
		   unsigned total, const char *unit);
/* Keeps the lease alive while waiting; false when the work must be dropped. */
bool task_tick(void *task);

/* One kind of work. */
struct job_kind {
	const char *kind;      /* of the operation for jobs "run", else of the job */
	bool is_run;
	bool sync;             /* pauses in the window */
	bool (*run)(void *context, struct task *task, struct err *e);
};

struct worker {
	struct db *db;
	const struct clock *clock;
	struct log *log;
	const struct job_kind *kind;
	size_t kinds;
	void *context;
	struct retry_waits waits;
	unsigned max_seconds;
	bool follow;             /* stays when the queue is empty */
	int64_t only_operation;  /* not 0: only this operation's jobs */
	const volatile int *stop;
};

/* Works until nothing is due (or for ever); *worked counts ended jobs. */
MUST_CHECK bool worker_run(struct worker *worker, unsigned *worked,
			   struct err *e);
/*
 * Leases of dead owners: the rows become ready again, attempts lost are written
 * down. Called by cron before it works.
 */
MUST_CHECK bool worker_repair(struct worker *worker, unsigned *repaired,
			      struct err *e);

#endif
