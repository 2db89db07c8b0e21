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

/* Why task_must_stop said yes; the worker writes what follows from it. */
enum task_stop {
	TASK_GOES_ON,
	TASK_SIGNAL,     /* SIGTERM, SIGINT */
	TASK_TIME,       /* max_seconds are over */
	TASK_WINDOW,     /* the maintenance window begins */
	TASK_CANCELLED,  /* a person asked for it */
	TASK_SUPERSEDED, /* another synchronization covers the rest */
	TASK_STALE,      /* LEASE_STOP_S without a heartbeat */
};

/* One claimed job in work; handed to the function that does it. */
struct task {
	struct db *db;
	const struct clock *clock;
	struct log *log;
	struct job *job;
	struct operation *op;
	const struct job_kind *kind;
	struct lease *lease[4];   /* the job's, then named ones; NULL-ended */
	int64_t stop_boot_ms;     /* the worker's time is up; 0 = never */
	const volatile int *stop; /* a signal came */
	void (*show)(void *context, const struct operation *op); /* or NULL */
	void *show_context;
	/* private: when we last asked and showed, by clock_boot_ms() */
	int64_t asked_boot_ms, shown_boot_ms, signal_boot_ms;
	int64_t db_ahead_ms; /* the database's clock against ours */
	enum task_stop stopped;
	bool poison; /* the item in hand is one */
	bool lost;   /* a lease is somebody else's: nothing more is written */
	/* set by the work */
	bool more;        /* it stopped early and wants to go on at once */
	utc_ms resume_at; /* it stopped early: not before this; no attempt */
	const char *resume_reason; /* "window", "rate", "backpressure" */
	bool must_answer; /* a BC create is in flight: a signal waits 30 s for
			     it */
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
/* Keeps what the work came to: JSON, shown with its operation. */
MUST_CHECK bool task_result(struct task *task, const char *json, struct err *e);
/* Takes a named lease beside the job's: *taken false when another holds it. */
MUST_CHECK bool task_take(struct task *task, struct lease *lease,
			  const char *name, bool *taken, struct err *e);
/* Shows progress, at most once a second unless the phase is new. */
void task_progress(struct task *task, const char *phase, unsigned done,
		   unsigned total, const char *unit);
/*
 * Keeps the leases alive while a request waits; true when it has to be given
 * up: a lease lost or LEASE_ABORT_S old, or a signal (unless must_answer).
 * Fits http_settings.tick.
 */
bool task_tick(void *task);
/*
 * Around each item, for careful mode (RELIABILITY 3.4): after a lost attempt
 * the item in work is written down before it and cleared after it, each in a
 * transaction of its own, so that one that kills the process is found. *poison:
 * it was in flight when the attempt before this one was lost, and the one
 * before that was lost too: make it an error order (OB_POISON) instead of
 * trying again. Without a lost attempt they do nothing.
 */
MUST_CHECK bool task_item_begin(struct task *task, const char *item,
				bool *poison, struct err *e);
MUST_CHECK bool task_item_end(struct task *task, struct err *e);

/* One kind of work. */
struct job_kind {
	const char *kind; /* of the operation for jobs "run", else of the job */
	bool is_run;
	bool sync; /* pauses in the window */
	bool (*run)(void *context, struct task *task, struct err *e);
	/* One a site: the worker holds the lease run:<kind>:<site>. */
	bool alone;
	const char *entity; /* of its rows in rm_log; NULL: the scope's */
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
	bool follow;            /* stays when the queue is empty */
	int64_t only_operation; /* not 0: only this operation's jobs */
	const volatile int *stop;
	/*
	 * Puts what came by another way into the queue, before the first job
	 * and whenever nothing is due; *made: how many operations. What it
	 * cannot do stops nothing. May be NULL.
	 */
	bool (*gather)(void *context, unsigned *made, struct err *e);
	/*
	 * Told which task is in work, and NULL after it, so that whatever waits
	 * for the network can call task_tick meanwhile. May be NULL.
	 */
	void (*attend)(void *context, struct task *task);
	/*
	 * Told how far the operation in work is, several times a second even
	 * while the work waits for the network. May be NULL.
	 */
	void (*show)(void *context, const struct operation *op);
	void *show_context;
};

/*
 * Works until nothing is due (or for ever); *worked counts attempts that came
 * to an end. What the result of kind.run means for its operation: true
 * Completed, unless the task was told to stop true with resume_at or more Not
 * processed, goes on then; no attempt ERR_TEMPORARY, _UNKNOWN, _CONFLICT  the
 * next of the four waits, not before retry_at; after them Failed OB_UPSTREAM
 * with retry_at   (an open breaker) Not processed; no attempt ERR_MISSING with
 * OB_WEBSHOP_NOT_FOUND  Webshop not found ERR_FATAL                   Failed,
 * and worker_run returns it OB_LEASE_LOST               nothing is written, and
 * worker_run returns it any other                   Failed An operation that is
 * only postponed for 24 h without progress is Failed, too.
 */
MUST_CHECK bool worker_run(struct worker *worker, unsigned *worked,
			   struct err *e);
/*
 * Leases of dead owners: the rows become ready again, attempts lost are written
 * down. Called by cron before it works.
 */
MUST_CHECK bool worker_repair(struct worker *worker, unsigned *repaired,
			      struct err *e);

#endif
